/* Random ids. Thread rule: any thread. */
#ifndef CDBT_BASE_UUID_H
#define CDBT_BASE_UUID_H

#include "base/str.h"

void random_bytes(void *bytes, size_t size); /* from the system; fit for secrets */
Str uuid4(Arena *arena); /* "f47ac10b-58cc-4372-a567-0e02b2c3d479" */

#endif
