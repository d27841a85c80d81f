#include "template/unicode.h"

#include <string.h>

typedef struct UnicodeRange {
    uint32_t first, last;
} UnicodeRange;

/* Code points first, first + stride, ..., last become themselves + delta. */
typedef struct UnicodeRun {
    uint32_t first, last;
    uint32_t stride;
    int32_t delta;
} UnicodeRun;

/* A code point that becomes several. */
typedef struct UnicodeSpecial {
    uint32_t code;
    uint32_t to[3];
} UnicodeSpecial;

#include "template/unicode_tables.def"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- UTF-8 ---- */

enum { BAD_BYTE = 0xDC00 };

uint32_t unicode_next(Str s, size_t *at)
{
    const unsigned char *p = (const unsigned char *)s.ptr + *at;
    size_t left = s.len - *at;
    uint32_t c = p[0];
    size_t more = c < 0x80 ? 0 : c >= 0xC2 && c < 0xE0 ? 1 : c >= 0xE0 && c < 0xF0 ? 2 : c >= 0xF0 && c < 0xF5 ? 3 : 9;
    if (more == 0) {
        ++*at;
        return c;
    }
    if (more < 4 && more < left) { /* 9: no first byte at all */
        uint32_t code = c & (0x3Fu >> more);
        size_t i = 1;
        for (; i <= more && (p[i] & 0xC0) == 0x80; i++) code = code << 6 | (p[i] & 0x3F);
        static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
        if (i > more && code >= least[more] && code < 0x110000 && !(code >= 0xD800 && code < 0xE000)) {
            *at += more + 1;
            return code;
        }
    }
    ++*at;
    return BAD_BYTE + c;
}

uint32_t unicode_previous(Str s, size_t *at)
{
    size_t end = *at, start = end - 1;
    while (start > 0 && end - start < 4 && ((unsigned char)s.ptr[start] & 0xC0) == 0x80) start--;
    size_t to = start;
    uint32_t code = unicode_next(s, &to);
    if (to == end) {
        *at = start;
        return code;
    }
    *at = end - 1; /* not UTF-8: byte by byte */
    return BAD_BYTE + (unsigned char)s.ptr[end - 1];
}

void unicode_add(Buf *out, uint32_t code)
{
    if (code < 0x80) {
        buf_addc(out, (char)code);
    } else if (code >= BAD_BYTE + 0x80 && code <= BAD_BYTE + 0xFF) {
        buf_addc(out, (char)(code - BAD_BYTE));
    } else if (code < 0x800) {
        char b[2] = {(char)(0xC0 | code >> 6), (char)(0x80 | (code & 0x3F))};
        buf_add(out, str_n(b, 2));
    } else if (code < 0x10000) {
        char b[3] = {(char)(0xE0 | code >> 12), (char)(0x80 | (code >> 6 & 0x3F)), (char)(0x80 | (code & 0x3F))};
        buf_add(out, str_n(b, 3));
    } else {
        char b[4] = {(char)(0xF0 | code >> 18), (char)(0x80 | (code >> 12 & 0x3F)), (char)(0x80 | (code >> 6 & 0x3F)),
                     (char)(0x80 | (code & 0x3F))};
        buf_add(out, str_n(b, 4));
    }
}

bool unicode_is_ascii(Str s)
{
    size_t i = 0;
    for (; i + 8 <= s.len; i += 8) {
        uint64_t eight;
        memcpy(&eight, s.ptr + i, 8);
        if (eight & 0x8080808080808080u) return false;
    }
    for (; i < s.len; i++)
        if (s.ptr[i] & 0x80) return false;
    return true;
}

size_t unicode_length(Str s)
{
    return unicode_index(s, s.len);
}

size_t unicode_offset(Str s, size_t index)
{
    if (unicode_is_ascii(s)) return index < s.len ? index : s.len;
    size_t at = 0;
    while (index > 0 && at < s.len) {
        unicode_next(s, &at);
        index--;
    }
    return at;
}

size_t unicode_index(Str s, size_t offset)
{
    if (unicode_is_ascii(str_n(s.ptr, offset))) return offset;
    size_t n = 0;
    for (size_t at = 0; at < offset; n++) unicode_next(s, &at);
    return n;
}

/* ---- properties ---- */

static bool in_ranges(const UnicodeRange *ranges, size_t count, uint32_t code)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (code > ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && code >= ranges[low].first;
}

#define IN(table, code) in_ranges(table, COUNT(table), code)

bool unicode_printable(uint32_t code)
{
    if (code < 0x7F) return code >= ' ';
    return !(code >= 0xD800 && code < 0xE000) && !IN(unprintable_ranges, code);
}

bool unicode_alpha(uint32_t code)
{
    if (code < 0x80) return (code | 32) >= 'a' && (code | 32) <= 'z';
    return IN(alpha_ranges, code);
}

bool unicode_decimal(uint32_t code)
{
    if (code < 0x80) return code >= '0' && code <= '9';
    return IN(decimal_ranges, code);
}

/* Decimal digits stand in tens, so their place in a range tells their value. */
int unicode_decimal_value(uint32_t code)
{
    if (code < 0x80) return code >= '0' && code <= '9' ? (int)(code - '0') : -1;
    for (size_t i = 0; i < COUNT(decimal_ranges); i++)
        if (code >= decimal_ranges[i].first && code <= decimal_ranges[i].last)
            return (int)((code - decimal_ranges[i].first) % 10);
    return -1;
}

bool unicode_digit(uint32_t code)
{
    return IN(digit_ranges, code);
}

bool unicode_numeric(uint32_t code)
{
    return IN(numeric_ranges, code);
}

bool unicode_alnum(uint32_t code)
{
    return unicode_alpha(code) || unicode_numeric(code);
}

bool unicode_space(uint32_t code)
{
    if (code < 0x80) return code == ' ' || (code >= 9 && code <= 13) || (code >= 28 && code <= 31);
    return IN(space_ranges, code);
}

bool unicode_lower(uint32_t code)
{
    if (code < 0x80) return code >= 'a' && code <= 'z';
    return IN(lower_ranges, code);
}

bool unicode_upper(uint32_t code)
{
    if (code < 0x80) return code >= 'A' && code <= 'Z';
    return IN(upper_ranges, code);
}

bool unicode_title(uint32_t code)
{
    return code >= 0x80 && IN(title_ranges, code);
}

bool unicode_id_start(uint32_t code)
{
    return IN(id_start_ranges, code);
}

bool unicode_id_more(uint32_t code)
{
    return IN(id_more_ranges, code);
}

static bool cased(uint32_t code)
{
    return unicode_lower(code) || unicode_upper(code) || unicode_title(code);
}

/* ---- case ---- */

typedef struct CaseTable {
    const UnicodeRun *runs;
    size_t run_count;
    const UnicodeSpecial *special;
    size_t special_count;
} CaseTable;

#define CASE_TABLE(name)                                                                                               \
    {                                                                                                                  \
        name##_runs, COUNT(name##_runs), name##_special, COUNT(name##_special)                                         \
    }
static const CaseTable lower_table = CASE_TABLE(to_lower), upper_table = CASE_TABLE(to_upper),
                       title_table = CASE_TABLE(to_title), fold_table = CASE_TABLE(to_folded);

static void add_mapped(Buf *out, const CaseTable *table, uint32_t code)
{
    size_t low = 0, high = table->special_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (code > table->special[middle].code)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < table->special_count && table->special[low].code == code) {
        for (int i = 0; i < 3 && table->special[low].to[i]; i++) unicode_add(out, table->special[low].to[i]);
        return;
    }
    low = 0, high = table->run_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (code > table->runs[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < table->run_count) {
        const UnicodeRun *run = &table->runs[low];
        if (code >= run->first && (code - run->first) % run->stride == 0) code = (uint32_t)((int32_t)code + run->delta);
    }
    unicode_add(out, code);
}

/* A capital sigma that ends a word becomes the final form. */
static bool sigma_is_final(Str s, size_t from, size_t to)
{
    bool before = false;
    while (from > 0) {
        uint32_t c = unicode_previous(s, &from);
        if (IN(ignorable_ranges, c)) continue;
        before = cased(c);
        break;
    }
    if (!before) return false;
    while (to < s.len) {
        uint32_t c = unicode_next(s, &to);
        if (IN(ignorable_ranges, c)) continue;
        return !cased(c);
    }
    return true;
}

static void add_lower(Buf *out, Str s, size_t from, size_t to, uint32_t code)
{
    if (code == 0x3A3)
        unicode_add(out, sigma_is_final(s, from, to) ? 0x3C2 : 0x3C3);
    else
        add_mapped(out, &lower_table, code);
}

static Str convert_ascii(Arena *arena, Str s, UnicodeCase to)
{
    char *text = arena_alloc(arena, s.len + 1);
    bool after_letter = false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool is_lower = c >= 'a' && c <= 'z', is_upper = c >= 'A' && c <= 'Z';
        bool want_upper = to == CASE_UPPER || (to == CASE_SWAP && is_lower) || (to == CASE_TITLE && !after_letter) ||
                          (to == CASE_CAPITAL && i == 0);
        if (want_upper && is_lower)
            c = (char)(c - 32);
        else if (!want_upper && is_upper)
            c = (char)(c + 32);
        text[i] = c;
        after_letter = is_lower || is_upper;
    }
    text[s.len] = 0;
    return str_n(text, s.len);
}

Str unicode_convert(Arena *arena, Str s, UnicodeCase to)
{
    if (unicode_is_ascii(s)) return convert_ascii(arena, s, to);
    Buf out;
    buf_init(&out, arena);
    buf_reserve(&out, s.len + 8);
    bool after_cased = false;
    for (size_t at = 0; at < s.len;) {
        size_t from = at;
        uint32_t c = unicode_next(s, &at);
        switch (to) {
        case CASE_LOWER: add_lower(&out, s, from, at, c); break;
        case CASE_UPPER: add_mapped(&out, &upper_table, c); break;
        case CASE_FOLD: add_mapped(&out, &fold_table, c); break;
        case CASE_SWAP:
            if (unicode_upper(c))
                add_lower(&out, s, from, at, c);
            else if (unicode_lower(c))
                add_mapped(&out, &upper_table, c);
            else
                unicode_add(&out, c);
            break;
        case CASE_TITLE:
            if (after_cased)
                add_lower(&out, s, from, at, c);
            else
                add_mapped(&out, &title_table, c);
            after_cased = cased(c);
            break;
        case CASE_CAPITAL:
            if (from)
                add_lower(&out, s, from, at, c);
            else
                add_mapped(&out, &title_table, c);
            break;
        }
    }
    return buf_str(&out);
}

/* ---- white space ---- */

Str unicode_strip_left(Str s)
{
    size_t at = 0;
    while (at < s.len) {
        size_t next = at;
        if (!unicode_space(unicode_next(s, &next))) break;
        at = next;
    }
    return str_from_index(s, at);
}

Str unicode_strip_right(Str s)
{
    size_t at = s.len;
    while (at > 0) {
        size_t before = at;
        if (!unicode_space(unicode_previous(s, &before))) break;
        at = before;
    }
    return str_slice(s, 0, at);
}
