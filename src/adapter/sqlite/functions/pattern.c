/* Regular expressions through PCRE2, with base/regex.h's limits: a pattern that backtracks without end is an error, not a
 * hang. A pattern that is the same for all rows is compiled once (auxiliary data of the argument). */
#include "adapter/sqlite/functions/functions.h"
#include "base/regex.h"
#include "base/utf8.h"

typedef struct Pattern {
    Regex *regex;
    RegexMatch *match;
    bool all; /* the flag g */
} Pattern;

static void pattern_free(void *data)
{
    Pattern *pattern = data;
    if (!pattern) return;
    regex_match_free(pattern->match);
    regex_free(pattern->regex);
    sqlite3_free(pattern);
}

static bool read_flags(sqlite3_context *context, const char *function, Str text, unsigned *flags, bool *all)
{
    for (size_t i = 0; i < text.len; i++) {
        switch (text.ptr[i]) {
        case 'i': *flags |= REGEX_NOCASE; break;
        case 'c': *flags &= ~(unsigned)REGEX_NOCASE; break;
        case 'm':
        case 'n': *flags |= REGEX_MULTILINE; break;
        case 's': *flags |= REGEX_DOTALL; break;
        case 'x': *flags |= REGEX_VERBOSE; break;
        case 'g': *all = true; break;
        default: result_error(context, "%s: '%c' is no flag (i c m s x g)", function, text.ptr[i]); return false;
        }
    }
    return true;
}

/* The compiled pattern of argument `which`; NULL with an error. *owned: not kept by SQLite, to be freed after use. */
static Pattern *get_pattern(sqlite3_context *context, const char *function, sqlite3_value **argv, int which,
                            int flags_argument, bool *owned)
{
    *owned = false;
    Pattern *pattern = sqlite3_get_auxdata(context, which);
    /* Flags that change from row to row are rare: then nothing is kept. */
    if (pattern && flags_argument < 0) return pattern;
    unsigned flags = 0;
    bool all = false;
    if (flags_argument >= 0 && !read_flags(context, function, value_text(argv[flags_argument]), &flags, &all))
        return NULL;
    Arena *arena = arena_new();
    Str error;
    size_t offset;
    Regex *regex = regex_new(arena, value_text(argv[which]), flags, &error, &offset);
    if (!regex) {
        result_error(context, "%s: the pattern is wrong at character %d: %.*s", function, (int)offset + 1,
                     STR_ARG(error));
        arena_free(arena);
        return NULL;
    }
    arena_free(arena);
    pattern = sqlite3_malloc64(sizeof *pattern);
    if (!pattern) {
        regex_free(regex);
        sqlite3_result_error_nomem(context);
        return NULL;
    }
    *pattern = (Pattern){regex, regex_match_new(regex), all};
    *owned = true;
    return pattern;
}

/* Gives the pattern to SQLite for the next row, if it may be the same there. */
static void keep_pattern(sqlite3_context *context, Pattern *pattern, int which, int flags_argument, bool owned)
{
    if (!owned) return;
    if (flags_argument < 0)
        sqlite3_set_auxdata(context, which, pattern, pattern_free);
    else
        pattern_free(pattern);
}

static void too_hard(sqlite3_context *context, const char *function)
{
    result_error(context, "%s: the pattern backtracks too much on this text", function);
}

/* The next match from *from on; moves *from behind it (one further after an empty match). */
static RegexResult next_match(const Pattern *pattern, Str text, size_t *from, size_t *start, size_t *end)
{
    if (*from > text.len) return REGEX_NO;
    RegexResult result = regex_exec(pattern->regex, text, *from, pattern->match);
    if (result != REGEX_YES) return result;
    regex_group(pattern->match, 0, start, end);
    *from = *end;
    if (*end == *start) {
        if (*from < text.len)
            utf8_next(text, from);
        else
            ++*from;
    }
    return REGEX_YES;
}

void fn_regexp_like(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    if (null_in_null_out(context, argc, argv)) return;
    bool operator_form = function_tag(context) == TAG_LIKE, owned;
    int which = operator_form ? 0 : 1, flags = argc == 3 ? 2 : -1;
    Pattern *pattern = get_pattern(context, "regexp", argv, which, flags, &owned);
    if (!pattern) return;
    RegexResult result = regex_exec(pattern->regex, value_text(argv[operator_form ? 1 : 0]), 0, pattern->match);
    if (result == REGEX_LIMIT)
        too_hard(context, "regexp");
    else
        sqlite3_result_int(context, result == REGEX_YES);
    keep_pattern(context, pattern, which, flags, owned);
}

/* PostgreSQL's replacement text: \1 to \9 are groups, \& the match (\0 too, as in DuckDB), \\ a backslash. */
static void add_replacement(sqlite3_str *out, const RegexMatch *match, Str text, Str replacement)
{
    for (size_t i = 0; i < replacement.len; i++) {
        char c = replacement.ptr[i], next = i + 1 < replacement.len ? replacement.ptr[i + 1] : '\0';
        if (c != '\\' || !((next >= '0' && next <= '9') || next == '&' || next == '\\')) {
            sqlite3_str_appendchar(out, 1, c);
            continue;
        }
        i++;
        size_t start, end;
        if (next == '\\')
            sqlite3_str_appendchar(out, 1, '\\');
        else if (regex_group(match, next == '&' ? 0 : (unsigned)(next - '0'), &start, &end))
            sqlite3_str_append(out, text.ptr + start, (int)(end - start));
    }
}

void fn_regexp_replace(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    if (null_in_null_out(context, argc, argv)) return;
    bool owned;
    int flags = argc == 4 ? 3 : -1;
    Pattern *pattern = get_pattern(context, "regexp_replace", argv, 1, flags, &owned);
    if (!pattern) return;
    Str text = value_text(argv[0]), replacement = value_text(argv[2]);
    sqlite3_str *out = sqlite3_str_new(sqlite3_context_db_handle(context));
    size_t from = 0, copied = 0, start, end;
    RegexResult result;
    while ((result = next_match(pattern, text, &from, &start, &end)) == REGEX_YES) {
        sqlite3_str_append(out, text.ptr + copied, (int)(start - copied));
        add_replacement(out, pattern->match, text, replacement);
        copied = end;
        if (!pattern->all) break;
    }
    sqlite3_str_append(out, text.ptr + copied, (int)(text.len - copied));
    if (result == REGEX_LIMIT)
        too_hard(context, "regexp_replace");
    else if (sqlite3_str_errcode(out))
        sqlite3_result_error_toobig(context);
    else
        sqlite3_result_text(context, sqlite3_str_length(out) ? sqlite3_str_value(out) : "", sqlite3_str_length(out),
                            SQLITE_TRANSIENT);
    sqlite3_free(sqlite3_str_finish(out));
    keep_pattern(context, pattern, 1, flags, owned);
}

void fn_regexp_substr(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    bool owned;
    if (null_in_null_out(context, argc, argv)) return;
    Pattern *pattern = get_pattern(context, "regexp_substr", argv, 1, -1, &owned);
    if (!pattern) return;
    Str text = value_text(argv[0]);
    int64_t n = argc == 3 ? sqlite3_value_int64(argv[2]) : 1;
    size_t from = 0, start = 0, end = 0;
    RegexResult result = REGEX_NO;
    for (; n > 0; n--) {
        result = next_match(pattern, text, &from, &start, &end);
        if (result != REGEX_YES) break;
    }
    if (result == REGEX_LIMIT)
        too_hard(context, "regexp_substr");
    else if (result == REGEX_YES)
        result_text(context, str_slice(text, start, end));
    keep_pattern(context, pattern, 1, -1, owned);
}

void fn_regexp_extract(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    bool owned;
    if (null_in_null_out(context, argc, argv)) return;
    Pattern *pattern = get_pattern(context, "regexp_extract", argv, 1, -1, &owned);
    if (!pattern) return;
    Str text = value_text(argv[0]);
    int64_t group = argc == 3 ? sqlite3_value_int64(argv[2]) : 0;
    size_t start, end;
    RegexResult result = regex_exec(pattern->regex, text, 0, pattern->match);
    if (group < 0 || group > (int64_t)regex_groups(pattern->regex))
        result_error(context, "regexp_extract: the pattern has no group %lld", (long long)group);
    else if (result == REGEX_LIMIT)
        too_hard(context, "regexp_extract");
    else if (result == REGEX_YES && regex_group(pattern->match, (unsigned)group, &start, &end))
        result_text(context, str_slice(text, start, end));
    else
        result_text(context, STR_EMPTY);
    keep_pattern(context, pattern, 1, -1, owned);
}

void fn_regexp_count(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    bool owned;
    int flags = argc == 3 ? 2 : -1;
    if (null_in_null_out(context, argc, argv)) return;
    Pattern *pattern = get_pattern(context, "regexp_count", argv, 1, flags, &owned);
    if (!pattern) return;
    size_t from = 0, start, end;
    int64_t n = 0;
    RegexResult result;
    while ((result = next_match(pattern, value_text(argv[0]), &from, &start, &end)) == REGEX_YES) n++;
    if (result == REGEX_LIMIT)
        too_hard(context, "regexp_count");
    else
        sqlite3_result_int64(context, n);
    keep_pattern(context, pattern, 1, flags, owned);
}

void fn_regexp_instr(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    bool owned;
    if (null_in_null_out(context, argc, argv)) return;
    Pattern *pattern = get_pattern(context, "regexp_instr", argv, 1, -1, &owned);
    if (!pattern) return;
    Str text = value_text(argv[0]);
    int64_t first = argc > 2 ? sqlite3_value_int64(argv[2]) : 1, n = argc > 3 ? sqlite3_value_int64(argv[3]) : 1;
    if (first < 1 || n < 1) {
        result_error(context, "regexp_instr: start and n count from 1");
        keep_pattern(context, pattern, 1, -1, owned);
        return;
    }
    size_t from = utf8_index(text, (size_t)first - 1), start, end;
    if ((uint64_t)first > utf8_length(text) + 1) from = text.len + 1;
    RegexResult result;
    do {
        result = next_match(pattern, text, &from, &start, &end);
    } while (result == REGEX_YES && --n > 0);
    if (result == REGEX_LIMIT)
        too_hard(context, "regexp_instr");
    else
        sqlite3_result_int64(context, result == REGEX_YES ? (int64_t)utf8_length(str_slice(text, 0, start)) + 1 : 0);
    keep_pattern(context, pattern, 1, -1, owned);
}
