/* Which of the two delimiter families a text speaks. */
#include "template/template.h"

#include <string.h>

static bool has_opener(Str text, char open)
{
    const char *end = text.ptr + text.len;
    for (const char *at = text.ptr; at < end && (at = memchr(at, open, (size_t)(end - at))); at++)
        if (at + 1 < end && (at[1] == open || at[1] == '%' || at[1] == '#')) return true;
    return false;
}

TplFamily tpl_family_of(Str text, TplFamily wanted)
{
    if (wanted != TPL_AUTO) return wanted;
    return text.len && has_opener(text, '{') ? TPL_CURLY : TPL_ANGLE;
}

TplFamily tpl_family_of_value(Str text, TplFamily wanted)
{
    TplFamily family = tpl_family_of(text, wanted);
    if (wanted != TPL_AUTO || family == TPL_CURLY) return family;
    for (size_t i = 0; i + 1 < text.len; i++) {
        char kind = text.ptr[i + 1];
        if (text.ptr[i] != '<' || (kind != '<' && kind != '%' && kind != '#')) continue;
        if (i && text.ptr[i - 1] == '\\') return TPL_ANGLE;
        const char closing[] = {kind == '<' ? '>' : kind, '>', 0};
        if (str_find(text, str_from(closing), i + 2) != STR_NPOS) return TPL_ANGLE;
    }
    return TPL_CURLY;
}

/* An escaped opener of an angle file is no plain text: its backslash goes away. Nor is a carriage return, which becomes
 * a line feed, nor one last line feed, which is dropped; what a template renders to itself has none of them. */
bool tpl_is_plain(Str text, TplFamily family)
{
    if (text.len == 0) return true;
    if (text.ptr[text.len - 1] == '\n' || memchr(text.ptr, '\r', text.len)) return false;
    return !has_opener(text, tpl_family_of(text, family) == TPL_CURLY ? '{' : '<');
}
