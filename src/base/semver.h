/* Versions and conditions on them, by the rules with which dbt chooses packages: semantic versions whose pre-release part
 * may follow without a dash ("1.0.0b1"), and conditions (">=1.2.0") that are narrowed to a range one after the other.
 *
 * Texts are slices of what was parsed. Thread rule: pure functions. */
#ifndef CDBT_BASE_SEMVER_H
#define CDBT_BASE_SEMVER_H

#include "base/str.h"

typedef enum SemverMatch { SEMVER_EXACT, SEMVER_ABOVE, SEMVER_FROM, SEMVER_BELOW, SEMVER_UP_TO } SemverMatch;

typedef struct Semver {
    bool unbounded; /* no condition at all: an open end of a range */
    SemverMatch match; /* how a version must stand to this one */
    int64_t part[3]; /* major, minor, patch */
    Str prerelease, build; /* empty: none */
} Semver;

typedef struct SemverRange {
    Semver from, to;
} SemverRange;

bool semver_parse(Str text, Semver *version); /* with or without an operator in front; false: no version */
/* The order of two versions; where they are the same, that of their operators, as ends of ranges. */
int semver_compare(const Semver *a, const Semver *b);
/* The range that fulfils all conditions; false if none can. */
bool semver_reduce(const Semver *conditions, size_t count, SemverRange *range);
bool semver_fits(const Semver *version, const SemverRange *range);
Str semver_range_text(Arena *arena, const SemverRange *range); /* ">=1.0.0, <2.0.0"; "ANY" */

#endif
