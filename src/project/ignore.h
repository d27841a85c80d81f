/* .dbtignore: which files of a package are none of its own, by the rules of .gitignore (so does dbt, by way of pathspec).
 *
 * Ownership: the rules live in the arena that they were read into. Thread rule: reading one thread, asking any. */
#ifndef CDBT_PROJECT_IGNORE_H
#define CDBT_PROJECT_IGNORE_H

#include "base/arena.h"
#include "base/str.h"

typedef struct IgnoreRule {
    const Str *parts; /* between the slashes; "**" is any number of folders */
    size_t part_count;
    bool folders; /* it names folders only: what is below them */
    bool again; /* "!": what it matches is not ignored after all */
} IgnoreRule;

typedef struct IgnoreRules {
    const IgnoreRule *at;
    size_t n;
} IgnoreRules;

IgnoreRules ignore_rules(Arena *arena, Str text);
/* `path` as seen from the folder of the file of rules; the last rule that matches decides. */
bool ignore_has(const IgnoreRules *rules, Str path);

#endif
