/* Shell patterns as Python's fnmatch understands them: `*`, `?`, `[abc]`, `[a-z]`, `[!abc]`; there is no escape, and a
 * bracket that is never closed stands for itself. Case counts.
 *
 * Thread rule: pure functions. */
#ifndef CDBT_BASE_WILD_H
#define CDBT_BASE_WILD_H

#include "base/str.h"

bool wild_has(Str text); /* whether any of * ? [ ] is in it */
bool wild_matches(Str pattern, Str text); /* the whole text */

#endif
