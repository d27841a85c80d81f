/* Regular expressions: PCRE2 with limits, so that no pattern hangs the program.
 *
 * A Regex is compiled once and owned by who compiled it. Matching never allocates beyond the Match, which belongs to
 * the caller and may be reused. Subjects are UTF-8 unless REGEX_BYTES is given; a malformed byte in one matches nothing.
 * Thread rule: a compiled Regex may be used by any number of threads; a Match by one at a time. */
#ifndef CDBT_BASE_REGEX_H
#define CDBT_BASE_REGEX_H

#include "base/str.h"

typedef struct Regex Regex;
typedef struct RegexMatch RegexMatch;

enum {
    REGEX_NOCASE = 1,
    REGEX_MULTILINE = 2, /* ^ and $ at every line */
    REGEX_DOTALL = 4, /* . matches a newline */
    REGEX_VERBOSE = 8,
    REGEX_BYTES = 16, /* no UTF-8, no Unicode classes */
    REGEX_ANCHORED = 32, /* only at the start position: Python's re.match */
    REGEX_FULL = 64, /* the whole subject: Python's re.fullmatch */
};

/* NULL if the pattern is wrong: *error is a sentence in the arena, *offset the byte in the pattern. */
Regex *regex_new(Arena *arena_for_error, Str pattern, unsigned flags, Str *error, size_t *offset);
void regex_free(Regex *regex); /* NULL is fine */
unsigned regex_groups(const Regex *regex); /* without group 0 */
Str regex_group_name(const Regex *regex, unsigned group); /* empty if it has none */
int regex_group_number(const Regex *regex, Str name); /* -1 if there is none */

RegexMatch *regex_match_new(const Regex *regex); /* mem_alloc'ed */
void regex_match_free(RegexMatch *match);

typedef enum RegexResult { REGEX_NO, REGEX_YES, REGEX_LIMIT /* gave up: too much backtracking */ } RegexResult;

RegexResult regex_exec(const Regex *regex, Str subject, size_t from, RegexMatch *match);
/* Group 0 is the whole match. False if the group took no part. */
bool regex_group(const RegexMatch *match, unsigned group, size_t *start, size_t *end);
/* Just yes or no, with a match of its own; a limit counts as no. */
bool regex_test(const Regex *regex, Str subject);

/* The pattern that matches what a shell wildcard does: '*', '?', '[a-z]', '[!a]'. As in Python's fnmatch, which dbt
 * uses in selections, '*' also crosses '/' and there is no escape. Use it with REGEX_FULL | REGEX_DOTALL. */
Str regex_from_wildcard(Arena *arena, Str wildcard);
bool wildcard_has(Str text); /* does it hold any of * ? [ */
/* Matches directly, without compiling: the same language. */
bool wildcard_match(Str wildcard, Str text);

#endif
