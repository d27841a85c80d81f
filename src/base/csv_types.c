/* Sources of the rules: dbt's agate_helper.py (order of types, null values, no guesses by agate's "clever" date parser)
 * and agate's data_types (stripping, what a boolean is); isodate for the T form; all tried out with dbt 1.10. */
#include "base/csv_types.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAY_INTEGER = 1,
    MAY_NUMBER = 2,
    MAY_DATE = 4,
    MAY_PLAIN_TIMESTAMP = 8, /* 2020-01-05 10:00:00 */
    MAY_ISO_TIMESTAMP = 16, /* 2020-01-05T10:00 */
    MAY_BOOLEAN = 32,
    MAY_ALL = 63,
};

void csv_guess_init(CsvGuess *guess)
{
    *guess = (CsvGuess){MAY_ALL, false};
}

const char *csv_type_word(CsvType type)
{
    static const char *const words[] = {"text", "integer", "number", "boolean", "date", "timestamp"};
    return words[type];
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool csv_is_null(Str cell)
{
    Str s = cell.len > 16 && cell.ptr[0] > ' ' ? cell : str_trim(cell);
    return s.len == 0 || str_eq_nocase(s, STR("null"));
}

/* ---- numbers ---- */

static bool parse_integer(Str s, int64_t *value)
{
    size_t sign = s.len && s.ptr[0] == '-';
    if (s.len == sign || s.len - sign > 19) return false;
    if (s.ptr[sign] == '0' && s.len > 1) /* leading zeros, and -0 */
        return false;
    uint64_t sum = 0;
    for (size_t i = sign; i < s.len; i++) {
        if (!is_digit(s.ptr[i])) return false;
        sum = sum * 10 + (uint64_t)(s.ptr[i] - '0'); /* 19 digits fit in 64 bits */
    }
    if (sum > (uint64_t)INT64_MAX + sign) return false;
    *value = sign ? (int64_t)(0 - sum) : (int64_t)sum;
    return true;
}

/* The digits of a decimal without zeros before and after them, and the power of ten of the first. */
typedef struct Digits {
    char at[24];
    int n, power;
} Digits;

enum { MOST_DIGITS = 17 }; /* a double tells no more apart */

static bool add_digit(Digits *d, char c, int *zeros, int power)
{
    if (c == '0') {
        if (d->n) ++*zeros;
        return true;
    }
    if (d->n == 0) d->power = power;
    for (; *zeros; --*zeros) {
        if (d->n >= MOST_DIGITS) return false;
        d->at[d->n++] = '0';
    }
    if (d->n >= MOST_DIGITS) return false;
    d->at[d->n++] = c;
    return true;
}

static bool same_digits(const Digits *d, double value)
{
    char text[40];
    if (d->n == 0) return value == 0;
    snprintf(text, sizeof text, "%.*e", d->n - 1, fabs(value));
    /* d.ddde±xx */
    if (text[0] != d->at[0] || (d->n > 1 && memcmp(text + 2, d->at + 1, (size_t)d->n - 1) != 0)) return false;
    const char *e = strchr(text, 'e');
    return e && atoi(e + 1) == d->power;
}

/* Up to fifteen digits times or over a power of ten that is exact itself: one correctly rounded operation gives what
 * strtod would (Clinger 1990, "How to read floating point numbers accurately"). */
static bool fast_number(const Digits *d, bool negative, double *value)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    int exponent = d->power - (d->n - 1);
    if (d->n == 0 || d->n > 15 || exponent > 22 || exponent < -22) return false;
    int64_t mantissa = 0;
    for (int i = 0; i < d->n; i++) mantissa = mantissa * 10 + (d->at[i] - '0');
    double magnitude = exponent >= 0 ? (double)mantissa * powers[exponent] : (double)mantissa / powers[-exponent];
    *value = negative ? -magnitude : magnitude;
    return true;
}

/* An optional minus, digits without leading zeros, optionally a point and digits, and only then perhaps an exponent:
 * 12, 0.5, .5, 1.50, 1.5e-10. True if a double holds exactly these digits. */
static bool parse_number(Str s, double *value)
{
    size_t i = s.len && s.ptr[0] == '-', whole = i;
    Digits digits = {.n = 0};
    int zeros = 0;
    while (i < s.len && is_digit(s.ptr[i])) i++;
    size_t whole_end = i;
    if (whole_end - whole > 1 && s.ptr[whole] == '0') return false;
    if (whole_end - whole > 30) return false;
    for (size_t k = whole; k < whole_end; k++)
        if (!add_digit(&digits, s.ptr[k], &zeros, (int)(whole_end - k) - 1)) return false;
    bool point = i < s.len && s.ptr[i] == '.';
    if (point) {
        size_t first = ++i;
        while (i < s.len && is_digit(s.ptr[i])) i++;
        if (i == first || i - first > 300) return false;
        for (size_t k = first; k < i; k++)
            if (!add_digit(&digits, s.ptr[k], &zeros, -(int)(k - first) - 1)) return false;
    }
    if (whole_end == whole && !point) return false;
    if (point && i < s.len && (s.ptr[i] == 'e' || s.ptr[i] == 'E')) {
        size_t from = i + 1;
        if (from < s.len && (s.ptr[from] == '-' || s.ptr[from] == '+')) from++;
        size_t end = from;
        while (end < s.len && is_digit(s.ptr[end])) end++;
        if (end == from || end - from > 3) return false;
        int exponent = 0;
        for (size_t k = from; k < end; k++) exponent = exponent * 10 + (s.ptr[k] - '0');
        digits.power += s.ptr[i + 1] == '-' ? -exponent : exponent;
        i = end;
    }
    if (i != s.len || (digits.n == 0 && whole)) /* -0 and -0.0 lose their sign in many places */
        return false;
    if (fast_number(&digits, s.ptr[0] == '-', value)) return true;
    char copy[400];
    if (s.len >= sizeof copy) return false;
    memcpy(copy, s.ptr, s.len);
    copy[s.len] = '\0';
    *value = strtod(copy, NULL);
    /* Fifteen digits always come back (DBL_DIG), unless at the ends of the range. */
    if (digits.n <= 15 && digits.power < 300 && digits.power > -300) return true;
    return isfinite(*value) && same_digits(&digits, *value);
}

/* ---- dates ---- */

/* `least` to `most` digits at *i. */
static bool take_number(Str s, size_t *i, size_t least, size_t most, int *value)
{
    size_t start = *i;
    *value = 0;
    while (*i < s.len && *i - start < most && is_digit(s.ptr[*i])) *value = *value * 10 + (s.ptr[(*i)++] - '0');
    return *i - start >= least;
}

static bool take_char(Str s, size_t *i, char c)
{
    if (*i >= s.len || s.ptr[*i] != c) return false;
    ++*i;
    return true;
}

static bool is_day(int year, int month, int day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] + (leap && month == 2);
}

typedef struct Moment {
    int year, month, day, hour, minute, second, micro;
    bool zone;
    char zone_sign;
    int zone_hour, zone_minute;
} Moment;

/* strptime("%Y-%m-%d"): the year has four digits, month and day one or two. */
static bool take_date(Str s, size_t *i, size_t least, Moment *m)
{
    return take_number(s, i, 4, 4, &m->year) && take_char(s, i, '-') && take_number(s, i, least, 2, &m->month) &&
           take_char(s, i, '-') && take_number(s, i, least, 2, &m->day) && is_day(m->year, m->month, m->day);
}

static bool is_time(const Moment *m)
{
    return m->hour < 24 && m->minute < 60 && m->second < 60;
}

static bool parse_date(Str s, Moment *m)
{
    size_t i = 0;
    return take_date(s, &i, 1, m) && i == s.len;
}

static bool parse_plain(Str s, Moment *m)
{
    size_t i = 0;
    if (!take_date(s, &i, 1, m) || !take_char(s, &i, ' ')) return false;
    while (i < s.len && s.ptr[i] == ' ') /* a blank in a format stands for any number of them */
        i++;
    return take_number(s, &i, 1, 2, &m->hour) && take_char(s, &i, ':') && take_number(s, &i, 1, 2, &m->minute) &&
           take_char(s, &i, ':') && take_number(s, &i, 1, 2, &m->second) && i == s.len && is_time(m);
}

/* Microseconds; digits beyond them only if they are zeros. */
static bool take_fraction(Str s, size_t *i, int *micro)
{
    int digits = 0;
    *micro = 0;
    size_t start = *i;
    for (; *i < s.len && is_digit(s.ptr[*i]); ++*i, digits++)
        if (digits < 6)
            *micro = *micro * 10 + (s.ptr[*i] - '0');
        else if (s.ptr[*i] != '0')
            return false;
    for (; digits < 6; digits++) *micro *= 10;
    return *i > start;
}

static bool take_zone(Str s, size_t *i, Moment *m)
{
    if (*i >= s.len) return true;
    m->zone = true;
    m->zone_sign = '+';
    if (take_char(s, i, 'Z')) return true;
    if (s.ptr[*i] != '+' && s.ptr[*i] != '-') return false;
    m->zone_sign = s.ptr[(*i)++];
    if (!take_number(s, i, 2, 2, &m->zone_hour)) return false;
    take_char(s, i, ':');
    if (*i < s.len && !take_number(s, i, 2, 2, &m->zone_minute)) return false;
    return m->zone_hour < 24 && m->zone_minute < 60;
}

static bool parse_iso(Str s, Moment *m)
{
    size_t i = 0;
    if (!take_date(s, &i, 2, m) || !take_char(s, &i, 'T') || !take_number(s, &i, 2, 2, &m->hour)) return false;
    if (take_char(s, &i, ':') && !take_number(s, &i, 2, 2, &m->minute)) return false;
    if (i < s.len && s.ptr[i] == ':') {
        i++;
        if (!take_number(s, &i, 2, 2, &m->second)) return false;
        if (i < s.len && (s.ptr[i] == '.' || s.ptr[i] == ',')) {
            i++;
            if (!take_fraction(s, &i, &m->micro)) return false;
        }
    }
    return take_zone(s, &i, m) && i == s.len && is_time(m);
}

/* Python's isoformat(" "), which its sqlite3 module stores. */
static Str moment_text(const Moment *m, bool time, char buffer[48])
{
    int n = snprintf(buffer, 48, "%04d-%02d-%02d", m->year, m->month, m->day);
    if (time) n += snprintf(buffer + n, 48 - (size_t)n, " %02d:%02d:%02d", m->hour, m->minute, m->second);
    if (m->micro) n += snprintf(buffer + n, 48 - (size_t)n, ".%06d", m->micro);
    if (m->zone)
        n += snprintf(buffer + n, 48 - (size_t)n, "%c%02d:%02d", m->zone_hour || m->zone_minute ? m->zone_sign : '+',
                      m->zone_hour, m->zone_minute);
    return str_n(buffer, (size_t)n);
}

/* Whether a timestamp is in the very form that moment_text would give it. */
static bool is_plain_form(Str s)
{
    return s.len == 19 && s.ptr[10] == ' ' && is_digit(s.ptr[11]) && s.ptr[13] == ':' && s.ptr[16] == ':';
}

static bool parse_boolean(Str s, int64_t *value)
{
    *value = str_eq_nocase(s, STR("true"));
    return *value || str_eq_nocase(s, STR("false"));
}

/* ---- guessing ---- */

void csv_guess_feed(CsvGuess *guess, Str cell)
{
    if (!guess->possible) return;
    if (csv_is_null(cell)) return;
    guess->any = true;
    Str s = str_trim(cell);
    int64_t integer;
    double number;
    unsigned possible = guess->possible;
    if ((possible & MAY_INTEGER) && !parse_integer(s, &integer)) possible &= ~(unsigned)MAY_INTEGER;
    if ((possible & MAY_NUMBER) && (!(possible & MAY_INTEGER) || s.len > 15) && !parse_number(s, &number))
        possible &= ~(unsigned)MAY_NUMBER;
    if (possible & MAY_DATE && !parse_date(s, &(Moment){0})) possible &= ~(unsigned)MAY_DATE;
    if (possible & MAY_PLAIN_TIMESTAMP && !parse_plain(s, &(Moment){0})) possible &= ~(unsigned)MAY_PLAIN_TIMESTAMP;
    if (possible & MAY_ISO_TIMESTAMP && !parse_iso(s, &(Moment){0})) possible &= ~(unsigned)MAY_ISO_TIMESTAMP;
    if (possible & MAY_BOOLEAN && !parse_boolean(s, &integer)) possible &= ~(unsigned)MAY_BOOLEAN;
    guess->possible = possible;
}

void csv_guess_merge(CsvGuess *guess, const CsvGuess *other)
{
    guess->possible &= other->possible;
    guess->any |= other->any;
}

CsvType csv_guess_type(const CsvGuess *guess)
{
    if (guess->possible & MAY_INTEGER) return CSV_INTEGER;
    if (guess->possible & MAY_NUMBER) return CSV_NUMBER;
    if (guess->possible & MAY_DATE) return CSV_DATE;
    if (guess->possible & (MAY_PLAIN_TIMESTAMP | MAY_ISO_TIMESTAMP)) return CSV_TIMESTAMP;
    return guess->possible & MAY_BOOLEAN ? CSV_BOOLEAN : CSV_TEXT;
}

/* ---- values ---- */

bool csv_value(CsvType type, Str cell, CsvValue *value)
{
    if (csv_is_null(cell)) {
        value->kind = CSV_VALUE_NULL;
        return true;
    }
    Str s = type == CSV_TEXT ? cell : str_trim(cell);
    Moment m = {0};
    value->kind = CSV_VALUE_TEXT;
    switch (type) {
    case CSV_TEXT: value->text = cell; return true;
    case CSV_INTEGER: value->kind = CSV_VALUE_INTEGER; return parse_integer(s, &value->integer);
    case CSV_NUMBER: value->kind = CSV_VALUE_REAL; return parse_number(s, &value->real);
    case CSV_BOOLEAN: value->kind = CSV_VALUE_INTEGER; return parse_boolean(s, &value->integer);
    case CSV_DATE:
        if (!parse_date(s, &m)) return false;
        value->text = s.len == 10 ? s : moment_text(&m, false, value->buffer);
        return true;
    case CSV_TIMESTAMP:
        if (parse_plain(s, &m)) {
            value->text = is_plain_form(s) ? s : moment_text(&m, true, value->buffer);
            return true;
        }
        m = (Moment){0};
        if (!parse_iso(s, &m)) return false;
        value->text = moment_text(&m, true, value->buffer);
        return true;
    }
    return false;
}
