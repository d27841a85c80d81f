/* Walking through JSON that is too large to be read as a whole: keys one by one, values skipped or cut out as text.
 *
 * What is skipped is only looked at as far as its end must be found; what is cut out is read by value_from_json, which
 * checks it. Ownership: slices point into the text. Thread rule: one thread at a time. Private to src/artifacts. */
#ifndef CDBT_ARTIFACTS_PULL_H
#define CDBT_ARTIFACTS_PULL_H

#include "base/str.h"

typedef struct JsonPull {
    Str text;
    size_t at;
    bool broken;
} JsonPull;

/* Steps into the object ('{') or list ('[') that begins here; false (and broken) if there is none. */
bool pull_open(JsonPull *pull, char open);
/* The next key of the object, as it is written between its quotes; false at the object's end, which is passed. */
bool pull_key(JsonPull *pull, Str *key);
/* Whether the list has a next item; false at its end, which is passed. */
bool pull_item(JsonPull *pull);
/* The text of the value that begins here, which is passed. */
bool pull_value(JsonPull *pull, Str *text);

#endif
