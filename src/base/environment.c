#include "base/environment.h"

#include "base/json.h"

#include <unistd.h> /* environ */

/* Takes the place of *start and *end if `value` stands in the text before that, or there and is longer. */
static void look_for(Str text, Str value, size_t from, size_t *start, size_t *end)
{
    size_t found = str_find(text, value, from);
    if (found == STR_NPOS || found > *start || (found == *start && found + value.len <= *end)) return;
    *start = found;
    *end = found + value.len;
}

static bool changes_in_json(Str value)
{
    for (size_t i = 0; i < value.len; i++)
        if (value.ptr[i] == '"' || value.ptr[i] == '\\' || (unsigned char)value.ptr[i] < ' ') return true;
    return false;
}

bool environment_value_in(Str text, Str prefix, size_t from, size_t *start, size_t *end)
{
    *start = STR_NPOS;
    for (char **at = environ; at && *at; at++) {
        Str entry = str_from(*at);
        size_t equals = str_find_char(entry, '=', 0);
        if (equals == STR_NPOS || !str_starts(entry, prefix)) continue;
        Str value = str_from_index(entry, equals + 1);
        if (!str_trim(value).len) continue;
        look_for(text, value, from, start, end);
        if (!changes_in_json(value)) continue;
        Buf escaped;
        JsonWriter json;
        buf_init(&escaped, NULL);
        jw_to_buf(&json, &escaped);
        jw_str(&json, value);
        jw_end(&json);
        look_for(text, str_slice(buf_str(&escaped), 1, buf_str(&escaped).len - 1), from, start, end);
        buf_release(&escaped);
    }
    return *start != STR_NPOS;
}
