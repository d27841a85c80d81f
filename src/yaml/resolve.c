/* What an unquoted scalar means: the regular expressions of PyYAML's Resolver written out, and its SafeConstructor. */
#include "yaml/internal.h"

#include "base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_one_of(Str text, const char *const *words)
{
    for (; *words; words++)
        if (str_eq(text, str_from(*words))) return true;
    return false;
}

/* A cursor over the text: each take_* moves it and says whether, or how much, it took. `at` may stand at the end. */
typedef struct Scan {
    Str text;
    size_t at;
} Scan;

static char peek(const Scan *scan)
{
    return scan->at < scan->text.len ? scan->text.ptr[scan->at] : 0;
}

static bool at_end(const Scan *scan)
{
    return scan->at == scan->text.len;
}

static bool take(Scan *scan, char c)
{
    if (at_end(scan) || peek(scan) != c) return false;
    scan->at++;
    return true;
}

static void take_sign(Scan *scan)
{
    if (!take(scan, '+')) take(scan, '-');
}

static size_t take_digits(Scan *scan, size_t most)
{
    size_t n = 0;
    while (n < most && is_digit(peek(scan))) scan->at++, n++;
    return n;
}

/* Digits below `base` and underscores. */
static size_t take_number(Scan *scan, int base)
{
    size_t n = 0;
    for (;; scan->at++, n++) {
        char c = peek(scan);
        int value = is_digit(c)            ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : 99;
        if (c != '_' && value >= base) return n;
    }
}

/* (?::[0-5]?[0-9])+ */
static bool take_sixties(Scan *scan)
{
    size_t n = 0;
    while (peek(scan) == ':') {
        size_t start = scan->at++;
        char first = peek(scan);
        if (!is_digit(first)) {
            scan->at = start;
            break;
        }
        scan->at++;
        if (first <= '5' && is_digit(peek(scan))) scan->at++;
        n++;
    }
    return n > 0;
}

static bool is_int(Str text)
{
    Scan scan = {text, 0};
    take_sign(&scan);
    char first = peek(&scan);
    if (!is_digit(first)) return false;
    scan.at++;
    if (first == '0') {
        if (at_end(&scan)) return true;
        if (take(&scan, 'b')) return take_number(&scan, 2) > 0 && at_end(&scan);
        if (take(&scan, 'x')) return take_number(&scan, 16) > 0 && at_end(&scan);
        return take_number(&scan, 8) > 0 && at_end(&scan);
    }
    take_number(&scan, 10);
    if (at_end(&scan)) return true;
    return take_sixties(&scan) && at_end(&scan);
}

/* (?:[eE][-+][0-9]+)? and then the end: the sign is not optional, so 1e3 and 1.0e3 are strings. */
static bool takes_exponent(Scan *scan)
{
    if (at_end(scan)) return true;
    if (!take(scan, 'e') && !take(scan, 'E')) return false;
    if (!take(scan, '+') && !take(scan, '-')) return false;
    return take_digits(scan, SIZE_MAX) > 0 && at_end(scan);
}

static bool is_float(Str text)
{
    static const char *const special[] = {".nan",  ".NaN",  ".NAN",  ".inf",  ".Inf",  ".INF", "+.inf",
                                          "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", NULL};
    Scan scan = {text, 0};
    if (peek(&scan) == '.' && text.len > 1 && is_digit(text.ptr[1])) {
        scan.at = 1;
        take_number(&scan, 10);
        return takes_exponent(&scan);
    }
    take_sign(&scan);
    if (!is_digit(peek(&scan))) return is_one_of(text, special);
    take_number(&scan, 10);
    bool sixties = take_sixties(&scan);
    if (!take(&scan, '.')) return false;
    take_number(&scan, 10);
    return sixties ? at_end(&scan) : takes_exponent(&scan);
}

static bool take_field(Scan *scan, size_t least, size_t most, int *value)
{
    size_t start = scan->at, n = take_digits(scan, most);
    *value = 0;
    for (size_t i = start; i < scan->at; i++) *value = *value * 10 + (scan->text.ptr[i] - '0');
    return n >= least;
}

static bool take_blanks(Scan *scan)
{
    size_t start = scan->at;
    while (peek(scan) == ' ' || peek(scan) == '\t') scan->at++;
    return scan->at > start;
}

/* The constructor's expression. The resolver's differs only in that a date
 * alone must have two-digit parts: *short_parts says that it has not. */
static bool scan_time(Str text, YamlTime *time, bool *date_only, bool *short_parts)
{
    Scan scan = {text, 0};
    *time = (YamlTime){0};
    if (!take_field(&scan, 4, 4, &time->year) || !take(&scan, '-')) return false;
    if (!take_field(&scan, 1, 2, &time->month) || !take(&scan, '-')) return false;
    if (!take_field(&scan, 1, 2, &time->day)) return false;
    *short_parts = text.len < 10;
    *date_only = at_end(&scan);
    if (*date_only) return true;
    if (!take(&scan, 'T') && !take(&scan, 't') && !take_blanks(&scan)) return false;
    if (!take_field(&scan, 1, 2, &time->hour) || !take(&scan, ':')) return false;
    if (!take_field(&scan, 2, 2, &time->minute) || !take(&scan, ':')) return false;
    if (!take_field(&scan, 2, 2, &time->second)) return false;
    if (take(&scan, '.')) {
        size_t start = scan.at;
        take_field(&scan, 0, 6, &time->microsecond);
        for (size_t n = scan.at - start; n < 6; n++) time->microsecond *= 10;
        take_digits(&scan, SIZE_MAX); /* finer than a microsecond: cut */
    }
    if (at_end(&scan)) return true;
    take_blanks(&scan);
    time->zoned = true;
    if (take(&scan, 'Z')) return at_end(&scan);
    bool west = peek(&scan) == '-';
    if (!take(&scan, '+') && !take(&scan, '-')) return false;
    int hours, minutes = 0;
    if (!take_field(&scan, 1, 2, &hours)) return false;
    if (take(&scan, ':') && !take_field(&scan, 2, 2, &minutes)) return false;
    time->offset = (hours * 3600 + minutes * 60) * (west ? -1 : 1);
    return at_end(&scan);
}

static bool is_timestamp(Str text)
{
    YamlTime time;
    bool date_only = false, short_parts = false;
    return scan_time(text, &time, &date_only, &short_parts) && !(date_only && short_parts);
}

ScalarTag yaml_resolve(Str text)
{
    static const char *const yes_no[] = {"yes",   "Yes",   "YES", "no", "No", "NO",  "true", "True", "TRUE", "false",
                                         "False", "FALSE", "on",  "On", "ON", "off", "Off",  "OFF",  NULL};
    static const char *const nothing[] = {"~", "null", "Null", "NULL", NULL};
    if (text.len == 0) return TAG_NULL;
    switch (text.ptr[0]) {
    case 'y':
    case 'Y':
    case 'n':
    case 'N':
    case 't':
    case 'T':
    case 'f':
    case 'F':
    case 'o':
    case 'O':
    case '~':
        if (text.len > 5) return TAG_STR;
        if (is_one_of(text, nothing)) return TAG_NULL;
        return is_one_of(text, yes_no) ? TAG_BOOL : TAG_STR;
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        if (is_timestamp(text)) return TAG_TIMESTAMP;
        return is_float(text) ? TAG_FLOAT : is_int(text) ? TAG_INT : TAG_STR;
    case '-':
    case '+':
    case '.': return is_float(text) ? TAG_FLOAT : is_int(text) ? TAG_INT : TAG_STR;
    case '<': return str_eq(text, STR("<<")) ? TAG_MERGE : TAG_STR;
    case '=': return text.len == 1 ? TAG_VALUE : TAG_STR;
    default: return TAG_STR;
    }
}

/* ---- values ---- */

static Str without_underscores(Arena *arena, Str text)
{
    return str_find_char(text, '_', 0) == STR_NPOS ? text : str_replace(arena, text, STR("_"), STR_EMPTY);
}

/* *large is set if the digits are fine but the value does not fit. */
static bool digits_value(Str digits, int base, uint64_t *value, bool *large)
{
    if (digits.len == 0) return false;
    *value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        char c = digits.ptr[i];
        int digit = is_digit(c)            ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : 99;
        if (digit >= base) return false;
        if (__builtin_mul_overflow(*value, (uint64_t)base, value) ||
            __builtin_add_overflow(*value, (uint64_t)digit, value))
            *large = true;
    }
    return true;
}

static bool sixties_value(Str text, uint64_t *value, bool *large)
{
    *value = 0;
    Str rest = text, part;
    while (str_split_next(&rest, ':', &part)) {
        uint64_t digit;
        if (!digits_value(part, 10, &digit, large)) return false;
        if (__builtin_mul_overflow(*value, (uint64_t)60, value) || __builtin_add_overflow(*value, digit, value))
            *large = true;
    }
    return true;
}

static bool construct_int(Arena *arena, Str written, int64_t *value, Str *error)
{
    Str text = str_trim(without_underscores(arena, written)); /* a tagged one may be anything */
    bool negative = str_starts(text, STR("-")), large = false, well;
    if (negative || str_starts(text, STR("+"))) text = str_from_index(text, 1);
    uint64_t size = 0;
    if (str_starts(text, STR("0b")))
        well = digits_value(str_from_index(text, 2), 2, &size, &large);
    else if (str_starts(text, STR("0x")))
        well = digits_value(str_from_index(text, 2), 16, &size, &large);
    else if (str_starts(text, STR("0")))
        well = digits_value(text, 8, &size, &large);
    else if (str_find_char(text, ':', 0) != STR_NPOS)
        well = sixties_value(text, &size, &large);
    else
        well = digits_value(text, 10, &size, &large);
    if (!well) {
        *error = str_fmt(arena, "'%.*s' is no integer", STR_ARG(written));
        return false;
    }
    if (large || size > (uint64_t)INT64_MAX + negative) {
        *error = str_fmt(arena, "the integer '%.*s' needs more than 64 bits", STR_ARG(str_slice(written, 0, 80)));
        return false;
    }
    *value = negative ? (int64_t)(0 - size) : (int64_t)size;
    return true;
}

static bool plain_double(Str text, double *value)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_digit(text.ptr[i]) && !memchr(".eE+-", text.ptr[i], 5)) return false;
    return str_to_double(text, value);
}

static bool construct_float(Arena *arena, Str written, double *value, Str *error)
{
    Str text = str_trim(without_underscores(arena, written)); /* a tagged one may be anything */
    bool negative = str_starts(text, STR("-")), well = true;
    if (negative || str_starts(text, STR("+"))) text = str_from_index(text, 1);
    double size = 0;
    if (str_eq_nocase(text, STR(".inf"))) {
        size = INFINITY;
    } else if (str_eq_nocase(text, STR(".nan"))) {
        size = NAN;
    } else {
        Str rest = text, part;
        while (well && str_split_next(&rest, ':', &part)) {
            double digit = 0;
            well = plain_double(part, &digit);
            size = size * 60 + digit;
        }
    }
    if (!well) *error = str_fmt(arena, "'%.*s' is no number", STR_ARG(written));
    *value = negative ? -size : size;
    return well;
}

static int month_days(int year, int month)
{
    return (int)(clock_days(year, month + 1, 1) - clock_days(year, month, 1));
}

static bool construct_time(Arena *arena, YamlNode *node, Str *error)
{
    YamlTime time;
    bool date_only = false, short_parts;
    const char *wrong = NULL;
    if (!scan_time(node->text, &time, &date_only, &short_parts))
        wrong = "is neither a date nor a time";
    else if (time.year < 1 || time.month < 1 || time.month > 12 || time.day < 1 ||
             time.day > month_days(time.year, time.month))
        wrong = "is no day of the calendar";
    else if (time.hour > 23 || time.minute > 59 || time.second > 59 || abs(time.offset) >= 86400)
        wrong = "is no time of day";
    if (wrong) {
        *error = str_fmt(arena, "'%.*s' %s", STR_ARG(node->text), wrong);
        return false;
    }
    node->kind = date_only ? YAML_DATE : YAML_TIME;
    node->u.time = arena_copy(arena, &time, sizeof time);
    return true;
}

static bool construct_bool(Arena *arena, YamlNode *node, Str *error)
{
    static const char *const yes[] = {"yes", "true", "on", NULL}, *const no[] = {"no", "false", "off", NULL};
    Str text = str_lower(arena, node->text);
    node->kind = YAML_BOOL;
    node->u.boolean = is_one_of(text, yes);
    if (node->u.boolean || is_one_of(text, no)) return true;
    *error = str_fmt(arena, "'%.*s' is neither true nor false", STR_ARG(node->text));
    return false;
}

bool yaml_construct(Arena *arena, YamlNode *node, ScalarTag tag, Str *error)
{
    switch (tag) {
    case TAG_NULL: node->kind = YAML_NULL; return true;
    case TAG_BOOL: return construct_bool(arena, node, error);
    case TAG_INT: node->kind = YAML_INT; return construct_int(arena, node->text, &node->u.integer, error);
    case TAG_FLOAT: node->kind = YAML_FLOAT; return construct_float(arena, node->text, &node->u.real, error);
    case TAG_TIMESTAMP: return construct_time(arena, node, error);
    case TAG_STR:
    case TAG_MERGE:
    case TAG_VALUE: node->kind = YAML_STR; return true;
    }
    return true;
}
