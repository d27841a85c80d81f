#include "base/edit.h"

#include <string.h>

enum { LONGEST = 200 };

size_t edit_distance(Str a, Str b, size_t limit)
{
    /* Equal ends change nothing and are common among names. */
    while (a.len && b.len && a.ptr[0] == b.ptr[0]) a = str_from_index(a, 1), b = str_from_index(b, 1);
    while (a.len && b.len && a.ptr[a.len - 1] == b.ptr[b.len - 1]) a.len--, b.len--;
    size_t difference = a.len > b.len ? a.len - b.len : b.len - a.len;
    if (difference > limit || a.len > LONGEST || b.len > LONGEST) return limit + 1;

    size_t rows[3][LONGEST + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= b.len; j++) last[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        now[0] = i;
        size_t least = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t best = last[j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]);
            if (last[j] + 1 < best) best = last[j] + 1;
            if (now[j - 1] + 1 < best) best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1] &&
                before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            now[j] = best;
            if (best < least) least = best;
        }
        /* A swap reaches back two rows, so one bad row alone proves nothing beyond limit + 1. */
        if (least > limit + 1) return limit + 1;
        size_t *free_row = before;
        before = last;
        last = now;
        now = free_row;
    }
    return last[b.len] > limit ? limit + 1 : last[b.len];
}

/* Lower case and one kind of separator, into `text`. */
static Str folded(Str s, char text[LONGEST])
{
    size_t n = s.len < LONGEST ? s.len : LONGEST;
    for (size_t i = 0; i < n; i++) {
        char c = s.ptr[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c + 32);
        if (c == '-' || c == ' ' || c == '.') c = '_';
        text[i] = c;
    }
    return str_n(text, n);
}

bool nearest(Str wanted, const Str *names, size_t count, Str *best)
{
    if (wanted.len == 0 || wanted.len > LONGEST) return false;
    char wanted_text[LONGEST], name_text[LONGEST];
    Str mine = folded(wanted, wanted_text);
    size_t limit = mine.len < 3 ? 0 : mine.len < 6 ? 1 : mine.len / 3;
    if (limit > 8) limit = 8;
    size_t least = limit + 1;
    const Str *found = NULL, *holder = NULL;
    for (size_t i = 0; i < count; i++) {
        Str name = folded(names[i], name_text);
        if (name.len == 0 || str_eq(names[i], wanted)) continue;
        if (str_eq(name, mine)) {
            *best = names[i];
            return true;
        }
        if (least > 1) {
            size_t distance = edit_distance(mine, name, least - 1);
            if (distance < least) {
                least = distance;
                found = &names[i];
            }
        }
        bool inside = (mine.len >= 4 && str_find(name, mine, 0) != STR_NPOS) ||
                      (name.len >= 4 && name.len * 2 >= mine.len && str_find(mine, name, 0) != STR_NPOS);
        if (inside && (!holder || names[i].len < holder->len)) holder = &names[i];
    }
    if (!found) found = holder;
    if (!found) return false;
    *best = *found;
    return true;
}
