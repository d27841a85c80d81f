#include "base/regex.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <string.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum {
    MATCH_LIMIT = 1000000, /* steps: some tenths of a second at worst */
    HEAP_LIMIT = 65536, /* KiB */
};

struct Regex {
    pcre2_code *code;
    pcre2_match_context *context;
    uint32_t groups;
};

struct RegexMatch {
    pcre2_match_data *data;
    int count; /* what the last match gave */
};

Regex *regex_new(Arena *arena, Str pattern, unsigned flags, Str *error, size_t *offset)
{
    uint32_t options = 0;
    if (!(flags & REGEX_BYTES)) options |= PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF;
    if (flags & REGEX_NOCASE) options |= PCRE2_CASELESS;
    if (flags & REGEX_MULTILINE) options |= PCRE2_MULTILINE;
    if (flags & REGEX_DOTALL) options |= PCRE2_DOTALL;
    if (flags & REGEX_VERBOSE) options |= PCRE2_EXTENDED;
    if (flags & (REGEX_ANCHORED | REGEX_FULL)) options |= PCRE2_ANCHORED;
    if (flags & REGEX_FULL) options |= PCRE2_ENDANCHORED;
    options |= PCRE2_NEVER_BACKSLASH_C; /* \C would tear characters apart */
    int code = 0;
    PCRE2_SIZE at = 0;
    pcre2_code *compiled =
        pcre2_compile((PCRE2_SPTR)(pattern.len ? pattern.ptr : ""), pattern.len, options, &code, &at, NULL);
    if (!compiled) {
        PCRE2_UCHAR text[256];
        if (pcre2_get_error_message(code, text, sizeof text) < 0) text[0] = 0;
        *error = str_dup(arena, str_from((const char *)text));
        *offset = at;
        return NULL;
    }
    pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE); /* where there is none, matching interprets */
    Regex *regex = mem_zalloc(sizeof *regex);
    regex->code = compiled;
    regex->context = pcre2_match_context_create(NULL);
    if (!regex->context) mem_exhausted(0);
    pcre2_set_match_limit(regex->context, MATCH_LIMIT);
    pcre2_set_heap_limit(regex->context, HEAP_LIMIT);
    pcre2_pattern_info(compiled, PCRE2_INFO_CAPTURECOUNT, &regex->groups);
    return regex;
}

void regex_free(Regex *regex)
{
    if (!regex) return;
    pcre2_match_context_free(regex->context);
    pcre2_code_free(regex->code);
    mem_free(regex);
}

unsigned regex_groups(const Regex *regex)
{
    return regex->groups;
}

/* An entry of PCRE2's table of names: the number in two bytes, then the name. */
static Str table_entry(const Regex *regex, uint32_t index, unsigned *number)
{
    PCRE2_SPTR table = NULL;
    uint32_t size = 0;
    pcre2_pattern_info(regex->code, PCRE2_INFO_NAMETABLE, &table);
    pcre2_pattern_info(regex->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    const unsigned char *entry = table + (size_t)index * size;
    *number = (unsigned)entry[0] << 8 | entry[1];
    return str_from((const char *)entry + 2);
}

static uint32_t table_count(const Regex *regex)
{
    uint32_t count = 0;
    pcre2_pattern_info(regex->code, PCRE2_INFO_NAMECOUNT, &count);
    return count;
}

Str regex_group_name(const Regex *regex, unsigned group)
{
    for (uint32_t i = 0, n = table_count(regex); i < n; i++) {
        unsigned number;
        Str name = table_entry(regex, i, &number);
        if (number == group) return name;
    }
    return STR_EMPTY;
}

int regex_group_number(const Regex *regex, Str wanted)
{
    for (uint32_t i = 0, n = table_count(regex); i < n; i++) {
        unsigned number;
        if (str_eq(table_entry(regex, i, &number), wanted)) return (int)number;
    }
    return -1;
}

RegexMatch *regex_match_new(const Regex *regex)
{
    RegexMatch *match = mem_zalloc(sizeof *match);
    match->data = pcre2_match_data_create_from_pattern(regex->code, NULL);
    if (!match->data) mem_exhausted(0);
    return match;
}

void regex_match_free(RegexMatch *match)
{
    if (!match) return;
    pcre2_match_data_free(match->data);
    mem_free(match);
}

RegexResult regex_exec(const Regex *regex, Str subject, size_t from, RegexMatch *match)
{
    match->count = 0;
    if (from > subject.len) return REGEX_NO;
    PCRE2_SPTR text = (PCRE2_SPTR)(subject.len ? subject.ptr : "");
    int n = pcre2_match(regex->code, text, subject.len, from, 0, match->data, regex->context);
    /* The compiled code works on a small piece of the machine's stack; the interpreter can take more from the heap. */
    if (n == PCRE2_ERROR_JIT_STACKLIMIT)
        n = pcre2_match(regex->code, text, subject.len, from, PCRE2_NO_JIT, match->data, regex->context);
    if (n > 0) {
        match->count = n;
        return REGEX_YES;
    }
    return n == PCRE2_ERROR_MATCHLIMIT || n == PCRE2_ERROR_DEPTHLIMIT || n == PCRE2_ERROR_HEAPLIMIT ||
                   n == PCRE2_ERROR_NOMEMORY
               ? REGEX_LIMIT
               : REGEX_NO;
}

bool regex_group(const RegexMatch *match, unsigned group, size_t *start, size_t *end)
{
    if (match->count <= 0 || group >= (unsigned)match->count) return false;
    const PCRE2_SIZE *places = pcre2_get_ovector_pointer(match->data);
    if (places[2 * group] == PCRE2_UNSET) return false;
    *start = places[2 * group];
    *end = places[2 * group + 1];
    /* \K in a lookahead can put the start behind the end. */
    if (*start > *end) *start = *end;
    return true;
}

bool regex_test(const Regex *regex, Str subject)
{
    RegexMatch *match = regex_match_new(regex);
    RegexResult result = regex_exec(regex, subject, 0, match);
    regex_match_free(match);
    return result == REGEX_YES;
}

/* ---- wildcards ---- */

bool wildcard_has(Str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '*' || text.ptr[i] == '?' || text.ptr[i] == '[') return true;
    return false;
}

/* Where the set that opens at `open` is closed; STR_NPOS if it is not, and the bracket stands for itself. A ']' that
 * comes first belongs to the set. */
static size_t set_end(Str wildcard, size_t open)
{
    size_t at = open + 1;
    if (at < wildcard.len && wildcard.ptr[at] == '!') at++;
    if (at < wildcard.len && wildcard.ptr[at] == ']') at++;
    return str_find_char(wildcard, ']', at);
}

typedef struct SetItem {
    uint32_t from, to;
} SetItem;

/* The next character or range of a set; `at` moves from its first byte towards `end`. */
static bool set_next(Str wildcard, size_t *at, size_t end, SetItem *item)
{
    if (*at >= end) return false;
    item->from = item->to = utf8_next(wildcard, at);
    if (*at + 1 < end && wildcard.ptr[*at] == '-') {
        ++*at;
        item->to = utf8_next(wildcard, at);
    }
    return true;
}

static void add_literal(Buf *out, uint32_t c)
{
    if (c < 128 && strchr("\\^$.[]|()?*+{}-#", (int)c) && c) buf_addc(out, '\\');
    if (c < 32)
        buf_addf(out, "\\x{%x}", (unsigned)c);
    else
        utf8_add(out, c);
}

Str regex_from_wildcard(Arena *arena, Str wildcard)
{
    Buf out;
    buf_init(&out, arena);
    for (size_t at = 0; at < wildcard.len;) {
        size_t end = wildcard.ptr[at] == '[' ? set_end(wildcard, at) : STR_NPOS;
        if (wildcard.ptr[at] == '*') {
            while (at < wildcard.len && wildcard.ptr[at] == '*') at++;
            buf_addz(&out, ".*");
        } else if (wildcard.ptr[at] == '?') {
            at++;
            buf_addc(&out, '.');
        } else if (end == STR_NPOS) {
            add_literal(&out, utf8_next(wildcard, &at));
        } else {
            bool negated = wildcard.ptr[at + 1] == '!';
            at += negated ? 2 : 1;
            Buf set;
            buf_init(&set, arena);
            for (SetItem item; set_next(wildcard, &at, end, &item);) {
                if (item.from > item.to) continue; /* an empty range matches nothing */
                add_literal(&set, item.from);
                if (item.to == item.from) continue;
                buf_addc(&set, '-');
                add_literal(&set, item.to);
            }
            if (set.len == 0)
                buf_addz(&out, negated ? "." : "(?!)");
            else
                buf_addf(&out, "[%s%.*s]", negated ? "^" : "", (int)set.len, set.ptr);
            at = end + 1;
        }
    }
    return buf_str(&out);
}

static bool set_holds(Str wildcard, size_t open, size_t end, uint32_t c)
{
    bool negated = wildcard.ptr[open + 1] == '!', held = false;
    size_t at = open + (negated ? 2 : 1);
    for (SetItem item; !held && set_next(wildcard, &at, end, &item);) held = c >= item.from && c <= item.to;
    return held != negated;
}

bool wildcard_match(Str wildcard, Str text)
{
    /* The last star takes as little as works; earlier ones never need another try. */
    size_t at = 0, pos = 0, star = STR_NPOS, star_pos = 0;
    for (;;) {
        if (at < wildcard.len && wildcard.ptr[at] == '*') {
            star = ++at;
            star_pos = pos;
            continue;
        }
        if (pos >= text.len && at >= wildcard.len) return true;
        bool matched = false;
        size_t next_at = at, next_pos = pos;
        if (at < wildcard.len && pos < text.len) {
            uint32_t c = utf8_next(text, &next_pos);
            size_t end = wildcard.ptr[at] == '[' ? set_end(wildcard, at) : STR_NPOS;
            if (end != STR_NPOS) {
                matched = set_holds(wildcard, at, end, c);
                next_at = end + 1;
            } else {
                uint32_t w = utf8_next(wildcard, &next_at);
                matched = w == '?' || w == c;
            }
        }
        if (matched) {
            at = next_at;
            pos = next_pos;
        } else {
            if (star == STR_NPOS || star_pos >= text.len) return false;
            utf8_next(text, &star_pos);
            pos = star_pos;
            at = star;
        }
    }
}
