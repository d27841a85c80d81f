/* How alike two names are, for "did you mean".
 *
 * Thread rule: pure functions. */
#ifndef CDBT_BASE_EDIT_H
#define CDBT_BASE_EDIT_H

#include "base/str.h"

/* The number of insertions, deletions, substitutions and swaps of neighbours that turn a into b (optimal string
 * alignment, by bytes), or limit + 1 if it is more than `limit`. */
size_t edit_distance(Str a, Str b, size_t limit);

/* The name most like `wanted`: first one that differs only in case or in '-', '_', ' ' and '.', then the smallest
 * distance within about a third of the length, then (for longer names) one that contains it or is contained. The first
 * of equals wins. False if none is near enough to be worth suggesting; a name equal to `wanted` is never suggested. */
bool nearest(Str wanted, const Str *names, size_t count, Str *best);

#endif
