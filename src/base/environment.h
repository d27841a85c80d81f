/* Values of environment variables inside of texts. Thread rule: pure, while nobody changes the environment. */
#ifndef CDBT_BASE_ENVIRONMENT_H
#define CDBT_BASE_ENVIRONMENT_H

#include "base/str.h"

/* Where from `from` on the value of a variable whose name begins with `prefix` stands in `text`: the first place, and the longest
 * value there. Found as it is and as JSON writes it; values of white space alone do not count. False: nowhere. */
bool environment_value_in(Str text, Str prefix, size_t from, size_t *start, size_t *end);

#endif
