#include "template/decimal.h"

#include "base/mem.h"
#include "template/library.h"
#include "template/template.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PRECISION = 28, EXPONENT_LIMIT = 999999, FLOAT_TEXT = 1200 };

const Decimal *value_as_decimal(Value v)
{
    return v.kind == V_OBJECT && v.u.object->class == &decimal_class ? (const Decimal *)(const void *)v.u.object : NULL;
}

static const Decimal *of_object(const Object *object)
{
    return (const Decimal *)(const void *)object;
}

static bool is_zero(const Decimal *d)
{
    return d->kind == DECIMAL_FINITE && d->digits.len == 1 && d->digits.ptr[0] == '0';
}

static Str without_leading_zeros(Str digits)
{
    size_t zeros = 0;
    while (zeros + 1 < digits.len && digits.ptr[zeros] == '0') zeros++;
    return digits.len ? str_slice(digits, zeros, digits.len) : STR("0");
}

static Value value_of(Arena *arena, Decimal d)
{
    Decimal *made = ARENA_NEW(arena, Decimal);
    *made = d;
    made->head.class = &decimal_class;
    made->digits = without_leading_zeros(d.digits);
    return value_object(&made->head);
}

/* ---- text ---- */

static bool read_special(Str text, Decimal *d)
{
    if (str_eq_nocase(text, STR("inf")) || str_eq_nocase(text, STR("infinity")))
        d->kind = DECIMAL_INFINITE;
    else if (str_eq_nocase(text, STR("nan")))
        d->kind = DECIMAL_NAN;
    else
        return false;
    return true;
}

static bool read_into(Arena *arena, Str text, Decimal *d)
{
    *d = (Decimal){.digits = STR("0")};
    if (text.len && (text.ptr[0] == '-' || text.ptr[0] == '+')) {
        d->negative = text.ptr[0] == '-';
        text = str_slice(text, 1, text.len);
    }
    if (read_special(text, d)) return true;
    char *digits = arena_alloc(arena, text.len + 1);
    size_t n = 0, i = 0;
    bool point = false;
    for (; i < text.len && text.ptr[i] != 'e' && text.ptr[i] != 'E'; i++) {
        char c = text.ptr[i];
        if (c == '.' && !point) {
            point = true;
        } else if (c >= '0' && c <= '9') {
            digits[n++] = c;
            if (point) d->exponent--;
        } else {
            return false;
        }
    }
    if (!n) return false;
    if (i < text.len) {
        int64_t exponent;
        Str rest = str_slice(text, i + 1, text.len);
        if (str_starts(rest, STR("+")) && !str_starts(rest, STR("+-"))) rest = str_slice(rest, 1, rest.len);
        if (!str_to_int(rest, &exponent) || exponent > EXPONENT_LIMIT || exponent < -EXPONENT_LIMIT) return false;
        d->exponent += exponent;
    }
    d->digits = without_leading_zeros(str_n(digits, n));
    return true;
}

bool decimal_read(Arena *arena, Str text, Value *result)
{
    Decimal d;
    if (!read_into(arena, text, &d)) return false;
    *result = value_of(arena, d);
    return true;
}

/* With an exponent only where the plain form would have zeros that were never there, as Python's str(). */
static void print(const Object *self, Buf *out)
{
    const Decimal *d = of_object(self);
    if (d->negative) buf_addc(out, '-');
    if (d->kind != DECIMAL_FINITE) {
        buf_addz(out, d->kind == DECIMAL_NAN ? "NaN" : "Infinity");
        return;
    }
    int64_t left = d->exponent + (int64_t)d->digits.len;
    int64_t point = d->exponent <= 0 && left > -6 ? left : 1;
    if (point <= 0) {
        buf_addz(out, "0.");
        for (int64_t i = point; i < 0; i++) buf_addc(out, '0');
        buf_add(out, d->digits);
    } else {
        size_t whole = (uint64_t)point < d->digits.len ? (size_t)point : d->digits.len;
        buf_add(out, str_slice(d->digits, 0, whole));
        if (whole < d->digits.len) {
            buf_addc(out, '.');
            buf_add(out, str_slice(d->digits, whole, d->digits.len));
        }
    }
    if (left != point) buf_addf(out, "E%+lld", (long long)(left - point));
}

static void print_repr(const Object *self, Buf *out)
{
    buf_addz(out, "Decimal('");
    print(self, out);
    buf_addz(out, "')");
}

/* ---- rounding ---- */

/* Whether cutting `digits` behind the first `keep` ones rounds up, half to even. */
static bool rounds_up(Str digits, size_t keep)
{
    char next = digits.ptr[keep];
    if (next != '5') return next > '5';
    for (size_t i = keep + 1; i < digits.len; i++)
        if (digits.ptr[i] != '0') return true;
    return keep > 0 && (digits.ptr[keep - 1] - '0') % 2 == 1;
}

/* The number with its first `keep` digits (which may be none); the exponent grows by what was cut. */
static Decimal cut(Arena *arena, Decimal d, size_t keep)
{
    if (keep >= d.digits.len) return d;
    bool up = rounds_up(d.digits, keep);
    char *digits = arena_alloc(arena, keep + 2);
    digits[0] = '0';
    memcpy(digits + 1, d.digits.ptr, keep);
    d.exponent += (int64_t)(d.digits.len - keep);
    size_t at = keep;
    while (up && digits[at] == '9') digits[at--] = '0';
    if (up) digits[at]++;
    d.digits = without_leading_zeros(str_n(digits, keep + 1));
    return d;
}

static Decimal fit(Arena *arena, Decimal d)
{
    if (d.kind != DECIMAL_FINITE || d.digits.len <= PRECISION) return d;
    d = cut(arena, d, PRECISION);
    return d.digits.len > PRECISION ? cut(arena, d, PRECISION) : d; /* 999..9 became 1000..0 */
}

Value decimal_negate(Arena *arena, const Decimal *d, bool negative)
{
    Decimal made = *d;
    made.negative = negative && !is_zero(d);
    return value_of(arena, fit(arena, made));
}

static Str zeros_behind(Arena *arena, Str digits, size_t zeros)
{
    char *made = arena_alloc(arena, digits.len + zeros + 1);
    memcpy(made, digits.ptr, digits.len);
    memset(made + digits.len, '0', zeros);
    return without_leading_zeros(str_n(made, digits.len + zeros));
}

bool decimal_round(Arena *arena, const Decimal *d, int64_t places, Value *result)
{
    Decimal made = *d;
    if (places > EXPONENT_LIMIT || places < -EXPONENT_LIMIT) return false;
    if (d->kind == DECIMAL_FINITE && d->exponent > -places) {
        int64_t zeros = is_zero(d) ? 0 : d->exponent + places;
        if ((int64_t)d->digits.len + zeros > PRECISION) return false;
        made.digits = zeros_behind(arena, d->digits, (size_t)zeros);
    } else if (d->kind == DECIMAL_FINITE && d->exponent < -places) {
        int64_t keep = (int64_t)d->digits.len + d->exponent + places;
        if (keep < 0)
            made.digits = STR("0");
        else
            made = cut(arena, made, (size_t)keep);
        if (made.digits.len > PRECISION) return false;
    }
    if (d->kind == DECIMAL_FINITE) made.exponent = -places;
    *result = value_of(arena, made);
    return true;
}

Str decimal_digits(Arena *arena, const Decimal *d, int64_t places)
{
    Decimal made = *d;
    if (is_zero(d))
        made.digits = STR("0");
    else if (d->exponent > -places)
        made.digits = zeros_behind(arena, d->digits, (size_t)(d->exponent + places));
    else if (d->exponent < -places) {
        int64_t keep = (int64_t)d->digits.len + d->exponent + places;
        made = keep < 0 ? (Decimal){.digits = STR("0")} : cut(arena, made, (size_t)keep);
    }
    size_t least = (size_t)(places < 0 ? 0 : places) + 1;
    if (made.digits.len >= least) return made.digits;
    char *filled = arena_alloc(arena, least);
    memset(filled, '0', least);
    memcpy(filled + least - made.digits.len, made.digits.ptr, made.digits.len);
    return str_n(filled, least);
}

/* ---- as other numbers ---- */

double decimal_to_double(const Decimal *d)
{
    Arena *arena = arena_new();
    Buf text;
    buf_init(&text, arena);
    print(&d->head, &text);
    buf_addc(&text, 0);
    double f = strtod(buf_str(&text).ptr, NULL);
    arena_free(arena);
    return f;
}

bool decimal_is_integral(const Decimal *d)
{
    if (d->kind != DECIMAL_FINITE) return false;
    for (int64_t i = 0; i < -d->exponent; i++) {
        if (i >= (int64_t)d->digits.len) return is_zero(d);
        if (d->digits.ptr[(int64_t)d->digits.len - 1 - i] != '0') return false;
    }
    return true;
}

bool decimal_to_int(const Decimal *d, int64_t *i)
{
    enum { DIGITS_OF_64_BITS = 19 };
    int64_t size = (int64_t)d->digits.len + d->exponent, value = 0;
    if (d->kind != DECIMAL_FINITE) return false;
    if (is_zero(d)) size = 0;
    if (size > DIGITS_OF_64_BITS) return false;
    for (int64_t n = 0; n < size; n++) {
        int digit = n < (int64_t)d->digits.len ? d->digits.ptr[n] - '0' : 0;
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, d->negative ? -digit : digit, &value))
            return false;
    }
    *i = value;
    return true;
}

uint64_t decimal_hash(const Decimal *d)
{
    int64_t i;
    if (decimal_is_integral(d) && decimal_to_int(d, &i)) return value_hash(value_int(i));
    return value_hash(value_float(decimal_to_double(d)));
}

/* A number of another kind, exactly. */
static bool as_decimal(Arena *arena, Value v, bool floats, Decimal *d)
{
    const Decimal *given = value_as_decimal(v);
    char text[FLOAT_TEXT];
    if (given) {
        *d = *given;
        return true;
    }
    if (v.kind == V_INT || v.kind == V_BOOL)
        return read_into(arena, str_fmt(arena, "%lld", (long long)(v.kind == V_INT ? v.u.integer : v.u.boolean)), d);
    if (v.kind != V_FLOAT || !floats) return false;
    int n = snprintf(text, sizeof text, "%.800e", v.u.real);
    return read_into(arena, str_dup(arena, str_n(text, (size_t)n)), d);
}

/* ---- whole numbers as digits ---- */

static int compare_digits(Str a, Str b)
{
    if (a.len != b.len) return a.len < b.len ? -1 : 1;
    int order = memcmp(a.ptr, b.ptr, a.len);
    return order < 0 ? -1 : order > 0;
}

static Str add_digits(Arena *arena, Str a, Str b)
{
    size_t n = (a.len > b.len ? a.len : b.len) + 1;
    char *sum = arena_alloc(arena, n);
    int carry = 0;
    for (size_t i = 0; i < n; i++) {
        int digit = carry + (i < a.len ? a.ptr[a.len - 1 - i] - '0' : 0) + (i < b.len ? b.ptr[b.len - 1 - i] - '0' : 0);
        sum[n - 1 - i] = (char)('0' + digit % 10);
        carry = digit / 10;
    }
    return without_leading_zeros(str_n(sum, n));
}

static Str subtract_digits(Arena *arena, Str a, Str b) /* a >= b */
{
    char *rest = arena_alloc(arena, a.len);
    int borrow = 0;
    for (size_t i = 0; i < a.len; i++) {
        int digit = a.ptr[a.len - 1 - i] - '0' - borrow - (i < b.len ? b.ptr[b.len - 1 - i] - '0' : 0);
        borrow = digit < 0;
        rest[a.len - 1 - i] = (char)('0' + digit + 10 * borrow);
    }
    return without_leading_zeros(str_n(rest, a.len));
}

static Str multiply_digits(Arena *arena, Str a, Str b)
{
    size_t n = a.len + b.len;
    char *product = arena_alloc(arena, n);
    memset(product, 0, n);
    for (size_t i = a.len; i-- > 0;) {
        int carry = 0;
        for (size_t j = b.len; j-- > 0;) {
            int digit = product[i + j + 1] + (a.ptr[i] - '0') * (b.ptr[j] - '0') + carry;
            product[i + j + 1] = (char)(digit % 10);
            carry = digit / 10;
        }
        product[i] = (char)(product[i] + carry);
    }
    for (size_t i = 0; i < n; i++) product[i] = (char)(product[i] + '0');
    return without_leading_zeros(str_n(product, n));
}

/* By hand: one digit of the quotient after the other. */
static Str divide_digits(Arena *arena, Str a, Str b, Str *rest)
{
    char *quotient = arena_alloc(arena, a.len);
    Arena *scratch = arena_new();
    char *left = arena_alloc(arena, a.len + 1);
    size_t left_len = 0;
    for (size_t i = 0; i < a.len; i++) {
        left[left_len++] = a.ptr[i];
        Str now = without_leading_zeros(str_n(left, left_len));
        int times = 0;
        while (compare_digits(now, b) >= 0) now = subtract_digits(scratch, now, b), times++;
        quotient[i] = (char)('0' + times);
        memmove(left, now.ptr, now.len);
        left_len = now.len == 1 && now.ptr[0] == '0' ? 0 : now.len;
        arena_clear(scratch);
    }
    arena_free(scratch);
    *rest = without_leading_zeros(str_n(left, left_len));
    return without_leading_zeros(str_n(quotient, a.len));
}

/* ---- comparing ---- */

/* Both finite and of one sign: compares the sizes. */
static int compare_sizes(const Decimal *a, const Decimal *b)
{
    int64_t x = (int64_t)a->digits.len + a->exponent, y = (int64_t)b->digits.len + b->exponent;
    if (x != y) return x < y ? -1 : 1;
    for (size_t i = 0; i < a->digits.len || i < b->digits.len; i++) {
        char c = i < a->digits.len ? a->digits.ptr[i] : '0', d = i < b->digits.len ? b->digits.ptr[i] : '0';
        if (c != d) return c < d ? -1 : 1;
    }
    return 0;
}

static int sign_of(const Decimal *d)
{
    return is_zero(d) ? 0 : d->negative ? -1 : 1;
}

bool decimal_compare(const Decimal *d, Value other, int *order)
{
    Decimal b;
    Arena *arena = arena_new();
    bool ok = as_decimal(arena, other, true, &b) && d->kind != DECIMAL_NAN && b.kind != DECIMAL_NAN;
    if (ok) {
        int x = sign_of(d), y = sign_of(&b);
        if (x != y)
            *order = x < y ? -1 : 1;
        else if (x == 0)
            *order = 0;
        else if (d->kind == DECIMAL_INFINITE || b.kind == DECIMAL_INFINITE)
            *order = x * ((d->kind == DECIMAL_INFINITE) - (b.kind == DECIMAL_INFINITE));
        else
            *order = x * compare_sizes(d, &b);
    }
    arena_free(arena);
    return ok;
}

static bool compare(const Object *self, Value other, int *order)
{
    return decimal_compare(of_object(self), other, order);
}

static bool equal(const Object *a, const Object *b)
{
    int order;
    return decimal_compare(of_object(a), value_object((Object *)(uintptr_t)b), &order) && order == 0;
}

static bool truthy(const Object *self)
{
    return !is_zero(of_object(self));
}

/* ---- arithmetic ---- */

static Decimal special(DecimalKind kind, bool negative)
{
    return (Decimal){.kind = kind, .negative = negative, .digits = STR("0")};
}

/* Both with the smaller exponent. What is so small that it cannot be seen in 28 digits becomes a trace of itself. */
static void align(Arena *arena, Decimal *a, Decimal *b)
{
    Decimal *high = a->exponent >= b->exponent ? a : b, *low = high == a ? b : a;
    if (is_zero(high)) {
        high->exponent = low->exponent;
        return;
    }
    int64_t floor = high->exponent +
                    ((int64_t)high->digits.len < PRECISION + 2 ? (int64_t)high->digits.len : PRECISION + 2) -
                    PRECISION - 3;
    if (floor > high->exponent - 1) floor = high->exponent - 1;
    if (!is_zero(low) && low->exponent + (int64_t)low->digits.len - 1 < floor) {
        low->digits = STR("1");
        low->exponent = floor;
    } else if (is_zero(low) && low->exponent < floor) {
        low->exponent = floor;
    }
    if (high->exponent <= low->exponent) {
        low->digits = zeros_behind(arena, low->digits, (size_t)(low->exponent - high->exponent));
        low->exponent = high->exponent;
        return;
    }
    high->digits = zeros_behind(arena, high->digits, (size_t)(high->exponent - low->exponent));
    high->exponent = low->exponent;
}

static bool add(TplCall *call, Decimal a, Decimal b, Decimal *result)
{
    if (a.kind != DECIMAL_FINITE || b.kind != DECIMAL_FINITE) {
        if (a.kind == b.kind && a.negative != b.negative)
            return tpl_fail(call, DIAG_template_value, "infinity minus infinity is no number");
        *result = special(DECIMAL_INFINITE, a.kind == DECIMAL_INFINITE ? a.negative : b.negative);
        return true;
    }
    align(call->arena, &a, &b);
    *result = (Decimal){.exponent = a.exponent, .negative = a.negative};
    if (a.negative == b.negative) {
        result->digits = add_digits(call->arena, a.digits, b.digits);
    } else {
        int order = compare_digits(a.digits, b.digits);
        result->negative = order == 0 ? false : order > 0 ? a.negative : b.negative;
        result->digits = order < 0 ? subtract_digits(call->arena, b.digits, a.digits)
                                   : subtract_digits(call->arena, a.digits, b.digits);
    }
    return true;
}

static bool multiply(TplCall *call, Decimal a, Decimal b, Decimal *result)
{
    bool negative = a.negative != b.negative;
    if (a.kind != DECIMAL_FINITE || b.kind != DECIMAL_FINITE) {
        if (is_zero(&a) || is_zero(&b)) return tpl_fail(call, DIAG_template_value, "zero times infinity is no number");
        *result = special(DECIMAL_INFINITE, negative);
        return true;
    }
    *result = (Decimal){.negative = negative,
                        .exponent = a.exponent + b.exponent,
                        .digits = multiply_digits(call->arena, a.digits, b.digits)};
    return true;
}

/* One digit more than is kept, which is never 0 or 5 if there is a rest: so that rounding sees it. */
static bool divide(TplCall *call, Decimal a, Decimal b, Decimal *result)
{
    bool negative = a.negative != b.negative;
    if (is_zero(&b)) return tpl_fail(call, DIAG_template_value, "division by zero");
    if (a.kind != DECIMAL_FINITE || b.kind != DECIMAL_FINITE) {
        if (a.kind == b.kind) return tpl_fail(call, DIAG_template_value, "infinity by infinity is no number");
        *result = a.kind == DECIMAL_FINITE ? (Decimal){.negative = negative, .digits = STR("0"), .exponent = 0}
                                           : special(DECIMAL_INFINITE, negative);
        return true;
    }
    int64_t ideal = a.exponent - b.exponent;
    if (is_zero(&a)) {
        *result = (Decimal){.negative = negative, .digits = STR("0"), .exponent = ideal};
        return true;
    }
    int64_t shift = (int64_t)b.digits.len - (int64_t)a.digits.len + PRECISION + 1;
    Str rest, up = shift > 0 ? zeros_behind(call->arena, a.digits, (size_t)shift) : a.digits,
              down = shift < 0 ? zeros_behind(call->arena, b.digits, (size_t)-shift) : b.digits;
    Str quotient = divide_digits(call->arena, up, down, &rest);
    int64_t exponent = ideal - shift;
    if (!str_eq(rest, STR("0"))) {
        char last = quotient.ptr[quotient.len - 1];
        if (last == '0' || last == '5') quotient = add_digits(call->arena, quotient, STR("1"));
    } else {
        while (exponent < ideal && quotient.len > 1 && quotient.ptr[quotient.len - 1] == '0')
            quotient = str_slice(quotient, 0, quotient.len - 1), exponent++;
    }
    *result = (Decimal){.negative = negative, .digits = quotient, .exponent = exponent};
    return true;
}

/* The whole part of the quotient, cut towards zero, and what is left, which has the sign of the dividend. */
static bool divide_whole(TplCall *call, Decimal a, Decimal b, Decimal *quotient, Decimal *rest)
{
    if (is_zero(&b)) return tpl_fail(call, DIAG_template_value, "division by zero");
    if (a.kind != DECIMAL_FINITE)
        return tpl_fail(call, DIAG_template_value, "infinity has no whole quotient and no rest");
    bool negative = a.negative != b.negative;
    if (b.kind != DECIMAL_FINITE || (int64_t)a.digits.len + a.exponent < (int64_t)b.digits.len + b.exponent) {
        *quotient = (Decimal){.negative = negative, .digits = STR("0")};
        *rest = a;
        if (b.kind == DECIMAL_FINITE && b.exponent < a.exponent) {
            rest->digits = zeros_behind(call->arena, a.digits, (size_t)(a.exponent - b.exponent));
            rest->exponent = b.exponent;
        }
        return true;
    }
    if (((int64_t)a.digits.len + a.exponent) - ((int64_t)b.digits.len + b.exponent) > PRECISION)
        return tpl_fail(call, DIAG_template_value, "the whole quotient has more than %d digits", PRECISION);
    int64_t low = a.exponent < b.exponent ? a.exponent : b.exponent;
    Str up = zeros_behind(call->arena, a.digits, (size_t)(a.exponent - low)),
        down = zeros_behind(call->arena, b.digits, (size_t)(b.exponent - low)), left;
    *quotient = (Decimal){.negative = negative, .digits = divide_digits(call->arena, up, down, &left)};
    if (quotient->digits.len > PRECISION)
        return tpl_fail(call, DIAG_template_value, "the whole quotient has more than %d digits", PRECISION);
    *rest = (Decimal){.negative = a.negative, .digits = left, .exponent = low};
    return true;
}

static bool binary(TplCall *call, char op, Value left, Value right, Value *result)
{
    Decimal a, b, made, other;
    if (!as_decimal(call->arena, left, false, &a) || !as_decimal(call->arena, right, false, &b)) return false;
    if (a.kind == DECIMAL_NAN || b.kind == DECIMAL_NAN) {
        if (op == '~' || op == 'p') return false;
        *result = value_of(call->arena, special(DECIMAL_NAN, false));
        return true;
    }
    bool ok = false;
    switch (op) {
    case '-': b.negative = !b.negative; __attribute__((fallthrough));
    case '+': ok = add(call, a, b, &made); break;
    case '*': ok = multiply(call, a, b, &made); break;
    case '/': ok = divide(call, a, b, &made); break;
    case 'f': ok = divide_whole(call, a, b, &made, &other); break;
    case '%': ok = divide_whole(call, a, b, &other, &made); break;
    default: return false;
    }
    if (!ok) return false;
    *result = value_of(call->arena, fit(call->arena, made));
    return true;
}

const ObjectClass decimal_class = {
    .name = "decimal.Decimal",
    .str = print,
    .repr = print_repr,
    .truthy = truthy,
    .equal = equal,
    .compare = compare,
    .binary = binary,
};
