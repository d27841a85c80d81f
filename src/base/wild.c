#include "base/wild.h"

#include "base/utf8.h"

bool wild_has(Str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '*' || text.ptr[i] == '?' || text.ptr[i] == '[' || text.ptr[i] == ']') return true;
    return false;
}

/* The end of the bracket expression that begins at `at` (which is '['), or STR_NPOS: a ']' right behind the opening
 * belongs to it. */
static size_t bracket_end(Str pattern, size_t at)
{
    size_t i = at + 1;
    if (i < pattern.len && pattern.ptr[i] == '!') i++;
    if (i < pattern.len && pattern.ptr[i] == ']') i++;
    while (i < pattern.len && pattern.ptr[i] != ']') i++;
    return i < pattern.len ? i : STR_NPOS;
}

static bool bracket_has(Str set, uint32_t wanted)
{
    size_t at = 0;
    bool not = set.len && set.ptr[0] == '!', found = false;
    if (not ) at = 1;
    while (at < set.len) {
        uint32_t low = utf8_next(set, &at), high = low;
        if (at + 1 < set.len && set.ptr[at] == '-') {
            at++;
            high = utf8_next(set, &at);
        }
        if (wanted >= low && wanted <= high) found = true;
    }
    return found != not ;
}

/* One step of the pattern that is no star: moves both behind what matched. */
static bool step(Str pattern, size_t *p, Str text, size_t *t)
{
    if (*t >= text.len) return false;
    size_t end = pattern.ptr[*p] == '[' ? bracket_end(pattern, *p) : STR_NPOS;
    uint32_t have = utf8_next(text, t);
    if (end != STR_NPOS) {
        Str set = str_slice(pattern, *p + 1, end);
        *p = end + 1;
        return bracket_has(set, have);
    }
    if (pattern.ptr[*p] == '?') {
        ++*p;
        return true;
    }
    return utf8_next(pattern, p) == have;
}

bool wild_matches(Str pattern, Str text)
{
    size_t p = 0, t = 0, star = STR_NPOS, from = 0; /* from: where the text of the last star ends */
    for (;;) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = ++p;
            from = t;
            continue;
        }
        if (p >= pattern.len && t >= text.len) return true;
        size_t next_p = p, next_t = t;
        if (p < pattern.len && step(pattern, &next_p, text, &next_t)) {
            p = next_p;
            t = next_t;
            continue;
        }
        if (star == STR_NPOS || from >= text.len) return false;
        utf8_next(text, &from);
        p = star;
        t = from;
    }
}
