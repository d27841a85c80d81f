/* Numbers as text, by Python's rules. */
#include "base/mem.h"
#include "template/library.h"
#include "template/unicode.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The shortest digits that read back as `value` (finite, not 0): "d.ddde+XX" in `text`. 15 digits are always unique; of
 * 17 the closest always reads back; at 16 the closest may fail below a power of two, where its upper neighbour does not. */
static void shortest(double value, char text[40])
{
    bool subnormal = fabs(value) < 2.2250738585072014e-308; /* these have fewer digits to begin with */
    for (int precision = subnormal ? 0 : 14; precision <= 16; precision++) {
        snprintf(text, 40, "%.*e", precision, value);
        if (strtod(text, NULL) == value) return;
        if (precision != 15) continue;
        char *e = strchr(text, 'e');
        char other[40];
        memcpy(other, text, 40);
        char *digit = other + (e - text) - 1;
        while (digit > other && *digit == '9') *digit-- = '0', digit -= digit > other && *digit == '.';
        if (digit < other || *digit < '0' || *digit > '8') continue;
        ++*digit;
        if (strtod(other, NULL) == value) {
            memcpy(text, other, 40);
            return;
        }
    }
}

void number_print_float(double value, Buf *out)
{
    if (isnan(value)) {
        buf_addz(out, "nan");
        return;
    }
    if (isinf(value)) {
        buf_addz(out, value < 0 ? "-inf" : "inf");
        return;
    }
    if (value == 0) {
        buf_addz(out, signbit(value) ? "-0.0" : "0.0");
        return;
    }
    char text[40], digits[24] = {0};
    shortest(value, text);
    size_t n = 0;
    const char *c = text;
    if (*c == '-') buf_addc(out, *c++);
    for (; *c != 'e'; c++)
        if (*c != '.') digits[n++] = *c;
    int exponent = atoi(c + 1);
    while (n > 1 && digits[n - 1] == '0') n--;
    if (exponent >= 16 || exponent < -4) {
        buf_addc(out, digits[0]);
        if (n > 1) {
            buf_addc(out, '.');
            buf_add(out, str_n(digits + 1, n - 1));
        }
        buf_addf(out, "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
        return;
    }
    if (exponent < 0) {
        buf_addz(out, "0.");
        for (int i = -1; i > exponent; i--) buf_addc(out, '0');
        buf_add(out, str_n(digits, n));
        return;
    }
    for (size_t i = 0; i <= (size_t)exponent; i++) buf_addc(out, i < n ? digits[i] : '0');
    buf_addc(out, '.');
    if (n > (size_t)exponent + 1)
        buf_add(out, str_n(digits + exponent + 1, n - (size_t)exponent - 1));
    else
        buf_addc(out, '0');
}

/* Digits of all scripts as ASCII ones, white space of all kinds cut: what int() and float() see. Text without either is
 * given back as it is; `room` is freed by the caller. */
static Str plain_digits(Str text, Buf *room)
{
    buf_init(room, NULL);
    text = unicode_strip(text);
    if (unicode_is_ascii(text)) return text;
    for (size_t at = 0; at < text.len;) {
        uint32_t code = unicode_next(text, &at);
        int digit = unicode_decimal_value(code);
        if (digit >= 0)
            buf_addc(room, (char)('0' + digit));
        else
            unicode_add(room, code);
    }
    return buf_str(room);
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'z') return c - 'a' + 10;
    if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
    return 99;
}

static bool read_int(Str text, int base, int64_t *value, bool *too_large)
{
    *too_large = false;
    bool negative = false;
    if (text.len && (text.ptr[0] == '-' || text.ptr[0] == '+')) {
        negative = text.ptr[0] == '-';
        text = str_from_index(text, 1);
    }
    bool prefixed = false;
    if (text.len > 1 && text.ptr[0] == '0') {
        char mark = (char)(text.ptr[1] | 32);
        int means = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 0;
        if (means && (base == 0 || base == means)) {
            base = means;
            text = str_from_index(text, 2);
            prefixed = true;
        }
    }
    if (base == 0) {
        /* without a prefix only zeros may begin with a zero */
        base = 10;
        if (text.len && text.ptr[0] == '0')
            for (size_t i = 0; i < text.len; i++)
                if (text.ptr[i] != '0' && text.ptr[i] != '_') return false;
    }
    if (text.len == 0) return false;
    uint64_t sum = 0, limit = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    bool after_digit = prefixed;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '_') {
            if (!after_digit || i + 1 == text.len) return false;
            after_digit = false;
            continue;
        }
        int d = digit_value(c);
        if (d >= base) return false;
        after_digit = true;
        if (sum > (limit - (uint64_t)d) / (uint64_t)base) *too_large = true;
        if (!*too_large) sum = sum * (uint64_t)base + (uint64_t)d;
    }
    *value = negative ? (int64_t)(0 - sum) : (int64_t)sum;
    return true;
}

bool number_read_int(Str text, int base, int64_t *value, bool *too_large)
{
    Buf room;
    bool ok = read_int(plain_digits(text, &room), base, value, too_large);
    buf_release(&room);
    return ok;
}

static bool read_float(Str text, double *value)
{
    char *copy = mem_alloc(text.len + 1);
    size_t n = 0;
    bool ok = text.len > 0;
    for (size_t i = 0; i < text.len && ok; i++) {
        char c = text.ptr[i];
        if (c == '_') {
            ok = i > 0 && i + 1 < text.len && digit_value(text.ptr[i - 1]) < 10 && digit_value(text.ptr[i + 1]) < 10;
            continue;
        }
        copy[n++] = c;
    }
    copy[n] = 0;
    if (ok) {
        /* words are few; everything else must be plain decimal: strtod would take hexadecimal and nan(...) too */
        const char *word = copy + (copy[0] == '-' || copy[0] == '+');
        if ((*word | 32) == 'i' || (*word | 32) == 'n') {
            Str w = str_from(word);
            ok = str_eq_nocase(w, STR("inf")) || str_eq_nocase(w, STR("infinity")) || str_eq_nocase(w, STR("nan"));
        } else {
            ok = strspn(copy, "0123456789.eE+-") == n && n > 0;
        }
    }
    if (ok) {
        char *end;
        *value = strtod(copy, &end);
        ok = end == copy + n;
    }
    mem_free(copy);
    return ok;
}

bool number_read_float(Str text, double *value)
{
    Buf room;
    bool ok = read_float(plain_digits(text, &room), value);
    buf_release(&room);
    return ok;
}
