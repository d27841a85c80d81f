#include "base/environment.h"

#include <unistd.h> /* environ */

bool environment_value_in(Str text, Str prefix, size_t from, size_t *start, size_t *end)
{
    *start = STR_NPOS;
    for (char **at = environ; at && *at; at++) {
        Str entry = str_from(*at);
        size_t equals = str_find_char(entry, '=', 0);
        if (equals == STR_NPOS || !str_starts(entry, prefix)) continue;
        Str value = str_from_index(entry, equals + 1);
        if (!str_trim(value).len) continue;
        size_t found = str_find(text, value, from);
        if (found == STR_NPOS || found > *start || (found == *start && found + value.len <= *end)) continue;
        *start = found;
        *end = found + value.len;
    }
    return *start != STR_NPOS;
}
