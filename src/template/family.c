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

/* An escaped opener of an angle file is no plain text: its backslash goes away. Nor is a carriage return, which becomes
 * a line feed, nor one last line feed, which is dropped; what a template renders to itself has none of them. */
bool tpl_is_plain(Str text, TplFamily family)
{
    if (text.len == 0) return true;
    if (text.ptr[text.len - 1] == '\n' || memchr(text.ptr, '\r', text.len)) return false;
    return !has_opener(text, tpl_family_of(text, family) == TPL_CURLY ? '{' : '<');
}
