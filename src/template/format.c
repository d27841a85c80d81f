/* format(value, spec): Python's format specification mini-language. */
#include "template/decimal.h"
#include "template/library_internal.h"
#include "template/unicode.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* [[fill]align][sign][z][#][0][width][grouping][.precision][type] */
typedef struct Spec {
    Str fill; /* one code point */
    char align; /* < > = ^, 0 if not given */
    char sign; /* + - space, 0 */
    bool no_negative_zero, alternate;
    int64_t width; /* -1 if not given */
    char grouping; /* , or _ or 0 */
    int64_t precision; /* -1 */
    char type; /* 0 */
} Spec;

enum { MAX_WIDTH = 1000000 };

static bool read_count(Str spec, size_t *at, int64_t *count)
{
    *count = -1;
    while (*at < spec.len && isdigit((unsigned char)spec.ptr[*at])) {
        if (*count < 0) *count = 0;
        *count = *count * 10 + (spec.ptr[*at] - '0');
        if (*count > MAX_WIDTH) return false;
        ++*at;
    }
    return true;
}

static bool is_align(char c)
{
    return c && strchr("<>=^", c) != NULL;
}

static bool read_spec(TplCall *call, Value v, Str text, char default_align, Spec *spec)
{
    *spec = (Spec){.fill = STR(" "), .width = -1, .precision = -1};
    size_t at = 0, first = 0;
    bool fill_given = false;
    if (text.len) unicode_next(text, &first);
    if (text.len > first && is_align(text.ptr[first])) {
        spec->fill = str_slice(text, 0, first);
        spec->align = text.ptr[first];
        at = first + 1;
        fill_given = true;
    } else if (text.len && is_align(text.ptr[0])) {
        spec->align = text.ptr[at++];
    }
#define PEEK(c) (at < text.len && text.ptr[at] == (c))
    if (PEEK('+') || PEEK('-') || PEEK(' ')) spec->sign = text.ptr[at++];
    if (PEEK('z')) spec->no_negative_zero = true, at++;
    if (PEEK('#')) spec->alternate = true, at++;
    if (!fill_given && PEEK('0')) {
        spec->fill = STR("0");
        if (!spec->align && default_align == '>') spec->align = '=';
        at++;
    }
    if (!read_count(text, &at, &spec->width))
        return tpl_fail(call, DIAG_template_value, "the width in the format specifier is too large");
    if (PEEK(',') || PEEK('_')) {
        spec->grouping = text.ptr[at++];
        if (PEEK(',') || PEEK('_'))
            return text.ptr[at] == spec->grouping
                       ? tpl_fail(call, DIAG_template_value, "Cannot specify both '%c' and '%c'.", spec->grouping,
                                  spec->grouping)
                       : tpl_fail(call, DIAG_template_value, "Cannot specify both ',' and '_'.");
    }
    if (PEEK('.')) {
        at++;
        if (!read_count(text, &at, &spec->precision))
            return tpl_fail(call, DIAG_template_value, "the precision in the format specifier is too large");
        if (spec->precision < 0) return tpl_fail(call, DIAG_template_value, "Format specifier missing precision");
    }
#undef PEEK
    if (text.len > at + 1)
        return tpl_fail(call, DIAG_template_value, "Invalid format specifier '%.*s' for object of type '%s'",
                        STR_ARG(text), value_type_name(v));
    if (at < text.len) spec->type = text.ptr[at];
    if (!spec->align) spec->align = default_align;
    if (spec->grouping && spec->type && !strchr("defgEFG%", spec->type) &&
        !(spec->grouping == '_' && strchr("boxX", spec->type)))
        return tpl_fail(call, DIAG_template_value, "Cannot specify '%c' with '%c'.", spec->grouping, spec->type);
    return true;
}

static void add_repeated(Buf *out, Str piece, int64_t times)
{
    for (; times > 0; times--) buf_add(out, piece);
}

static void add_aligned(Buf *out, const Spec *spec, Str text)
{
    int64_t length = (int64_t)unicode_length(text), padding = spec->width > length ? spec->width - length : 0;
    int64_t left = spec->align == '>' ? padding : spec->align == '^' ? padding / 2 : 0;
    add_repeated(out, spec->fill, left);
    buf_add(out, text);
    add_repeated(out, spec->fill, padding - left);
}

static bool unknown_type(TplCall *call, Value v, const Spec *spec)
{
    return tpl_fail(call, DIAG_template_value, "Unknown format code '%c' for object of type '%s'", spec->type,
                    v.kind == V_BOOL ? "int" : value_type_name(v));
}

static bool format_str(TplCall *call, Value v, Str text, Buf *out)
{
    Spec spec;
    if (!read_spec(call, v, text, '<', &spec)) return false;
    if (spec.type && spec.type != 's') return unknown_type(call, v, &spec);
    if (spec.sign)
        return tpl_fail(call, DIAG_template_value, "%s not allowed in string format specifier",
                        spec.sign == ' ' ? "Space" : "Sign");
    if (spec.alternate)
        return tpl_fail(call, DIAG_template_value, "Alternate form (#) not allowed in string format specifier");
    if (spec.align == '=')
        return tpl_fail(call, DIAG_template_value, "'=' alignment not allowed in string format specifier");
    if (spec.grouping) return tpl_fail(call, DIAG_template_value, "Cannot specify '%c' with 's'.", spec.grouping);
    Str s = value_text(v);
    if (spec.precision >= 0) s = str_slice(s, 0, unicode_offset(s, (size_t)spec.precision));
    add_aligned(out, &spec, s);
    return true;
}

/* ---- numbers ---- */

/* A number cut into parts: sign, prefix (0x), whole digits, and the rest (point, fraction, exponent, percent sign). */
typedef struct Parts {
    char sign;
    Str prefix, digits, rest;
} Parts;

/* Whole digits with separators, filled up with zeros to at least min_width characters. */
static void add_grouped(Buf *out, Arena *arena, Str digits, char separator, int group, int64_t min_width)
{
    Buf reversed;
    buf_init(&reversed, arena);
    int64_t left = (int64_t)digits.len;
    for (bool first = true;; first = false) {
        int64_t l = left > min_width ? left : min_width;
        if (l < 1) l = 1;
        if (l > group) l = group;
        if (!first) buf_addc(&reversed, separator);
        for (int64_t i = 0; i < l; i++) buf_addc(&reversed, left > 0 ? digits.ptr[--left] : '0');
        min_width -= l;
        if (left <= 0 && min_width <= 0) break;
        min_width--;
    }
    for (size_t i = reversed.len; i > 0; i--) buf_addc(out, reversed.ptr[i - 1]);
}

static void add_number(Buf *out, Arena *arena, const Spec *spec, const Parts *parts)
{
    char sign = parts->sign == '-' ? '-' : spec->sign == '+' || spec->sign == ' ' ? spec->sign : 0;
    int64_t around = (sign != 0) + (int64_t)parts->prefix.len + (int64_t)parts->rest.len;
    bool zeros = spec->align == '=' && str_eq(spec->fill, STR("0"));
    Buf body;
    buf_init(&body, arena);
    if (spec->grouping) {
        int group = spec->type && strchr("boxX", spec->type) ? 4 : 3;
        add_grouped(&body, arena, parts->digits, spec->grouping, group, zeros ? spec->width - around : 0);
    } else {
        buf_add(&body, parts->digits);
    }
    int64_t padding = spec->width - around - (int64_t)body.len;
    if (padding < 0) padding = 0;
    int64_t left = spec->align == '>' ? padding : spec->align == '^' ? padding / 2 : 0;
    int64_t inner = spec->align == '=' ? padding : 0;
    add_repeated(out, spec->fill, left);
    if (sign) buf_addc(out, sign);
    buf_add(out, parts->prefix);
    add_repeated(out, spec->fill, inner);
    buf_add(out, buf_str(&body));
    buf_add(out, parts->rest);
    add_repeated(out, spec->fill, padding - left - inner);
}

/* The text of a finite or infinite number without its sign, for the types e f g % and none. */
static Str float_text(Arena *arena, double f, char type, int64_t precision, bool alternate)
{
    Buf out;
    buf_init(&out, arena);
    f = fabs(f);
    if (!isfinite(f)) {
        buf_addz(&out, isnan(f) ? (isupper((unsigned char)type) ? "NAN" : "nan")
                                : (isupper((unsigned char)type) ? "INF" : "inf"));
        if (type == '%') buf_addc(&out, '%');
        return buf_str(&out);
    }
    if (!type && precision < 0) {
        number_print_float(f, &out);
        return buf_str(&out);
    }
    if (precision < 0) precision = 6;
    if (!type) {
        /* as g, but with a digit behind the point, and one digit earlier with an exponent */
        if (precision == 0) precision = 1;
        Str e = str_fmt(arena, "%.*e", (int)precision - 1, f);
        int exponent = atoi(strchr(e.ptr, 'e') + 1);
        if (exponent < -4 || exponent >= precision - 1) {
            Str mantissa = str_slice(e, 0, str_find_char(e, 'e', 0));
            if (str_find_char(mantissa, '.', 0) != STR_NPOS && !alternate) {
                while (mantissa.ptr[mantissa.len - 1] == '0') mantissa.len--;
                if (mantissa.ptr[mantissa.len - 1] == '.') mantissa.len--;
            }
            buf_add(&out, mantissa);
            buf_add(&out, str_from_index(e, str_find_char(e, 'e', 0)));
        } else {
            buf_addf(&out, alternate ? "%#.*g" : "%.*g", (int)precision, f);
            if (str_find_char(buf_str(&out), '.', 0) == STR_NPOS) buf_addz(&out, ".0");
        }
        return buf_str(&out);
    }
    if (type == '%') {
        buf_addf(&out, alternate ? "%#.*f%%" : "%.*f%%", (int)precision, f * 100);
        return buf_str(&out);
    }
    int digits = (int)precision;
    switch (type) {
    case 'e': buf_addf(&out, alternate ? "%#.*e" : "%.*e", digits, f); break;
    case 'E': buf_addf(&out, alternate ? "%#.*E" : "%.*E", digits, f); break;
    case 'F': buf_addf(&out, alternate ? "%#.*F" : "%.*F", digits, f); break;
    case 'g':
    case 'n': buf_addf(&out, alternate ? "%#.*g" : "%.*g", digits, f); break;
    case 'G': buf_addf(&out, alternate ? "%#.*G" : "%.*G", digits, f); break;
    default: buf_addf(&out, alternate ? "%#.*f" : "%.*f", digits, f); break;
    }
    return buf_str(&out);
}

static bool only_zeros(Str text)
{
    for (size_t i = 0; i < text.len && text.ptr[i] != 'e' && text.ptr[i] != 'E'; i++)
        if (text.ptr[i] >= '1' && text.ptr[i] <= '9') return false;
    return true;
}

static bool format_float(TplCall *call, Value v, const Spec *spec, double f, Buf *out)
{
    if (spec->type && !strchr("eEfFgGn%", spec->type)) return unknown_type(call, v, spec);
    Str text = float_text(call->arena, f, spec->type, spec->precision, spec->alternate);
    Parts parts = {.sign = signbit(f) && !isnan(f) ? '-' : 0, .prefix = STR_EMPTY};
    if (spec->no_negative_zero && isfinite(f) && only_zeros(text)) parts.sign = 0;
    size_t whole = 0;
    while (whole < text.len && isdigit((unsigned char)text.ptr[whole])) whole++;
    parts.digits = str_slice(text, 0, whole);
    parts.rest = str_from_index(text, whole);
    if (!isfinite(f)) { /* no zeros and no groups around a word */
        parts.digits = text;
        parts.rest = STR_EMPTY;
        Spec plain = *spec;
        plain.grouping = 0;
        add_number(out, call->arena, &plain, &parts);
        return true;
    }
    add_number(out, call->arena, spec, &parts);
    return true;
}

static Str int_digits(Arena *arena, uint64_t magnitude, char type)
{
    if (type == 'o') return str_fmt(arena, "%llo", (unsigned long long)magnitude);
    if (type == 'x') return str_fmt(arena, "%llx", (unsigned long long)magnitude);
    if (type == 'X') return str_fmt(arena, "%llX", (unsigned long long)magnitude);
    if (type != 'b') return str_fmt(arena, "%llu", (unsigned long long)magnitude);
    char bits[64];
    size_t n = 0;
    do bits[63 - n++] = (char)('0' + (magnitude & 1));
    while (magnitude >>= 1);
    return str_dup(arena, str_n(bits + 64 - n, n));
}

static bool format_int(TplCall *call, Value v, int64_t i, const Spec *spec, Buf *out)
{
    if (spec->type && strchr("eEfFgG%", spec->type)) return format_float(call, v, spec, (double)i, out);
    if (spec->type && !strchr("bcdoxXn", spec->type)) return unknown_type(call, v, spec);
    if (spec->precision >= 0)
        return tpl_fail(call, DIAG_template_value, "Precision not allowed in integer format specifier");
    if (spec->no_negative_zero)
        return tpl_fail(call, DIAG_template_value,
                        "Negative zero coercion (z) not allowed in format specifier with "
                        "integer presentation type");
    if (spec->type == 'c') {
        if (spec->sign)
            return tpl_fail(call, DIAG_template_value, "Sign not allowed with integer format specifier 'c'");
        if (i < 0 || i > 0x10FFFF) return tpl_fail(call, DIAG_template_value, "%%c arg not in range(0x110000)");
        Buf one;
        buf_init(&one, call->arena);
        unicode_add(&one, (uint32_t)i);
        add_aligned(out, spec, buf_str(&one));
        return true;
    }
    uint64_t magnitude = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
    Parts parts = {.sign = i < 0 ? '-' : 0, .prefix = STR_EMPTY, .rest = STR_EMPTY};
    parts.digits = int_digits(call->arena, magnitude, spec->type);
    if (spec->alternate && spec->type && strchr("boxX", spec->type))
        parts.prefix = str_fmt(call->arena, "0%c", spec->type);
    add_number(out, call->arena, spec, &parts);
    return true;
}

/* Decimals keep all of their digits in the forms f, F and %, and where no form is named: nothing goes through a float. */
static bool format_decimal(TplCall *call, Value v, Spec *spec, Buf *out)
{
    const Decimal *d = value_as_decimal(v);
    if (!spec->type && spec->precision < 0 && d->exponent <= 0) {
        spec->type = 'f';
        spec->precision = -d->exponent;
    }
    bool exact = d->kind == DECIMAL_FINITE && (spec->type == 'f' || spec->type == 'F' || spec->type == '%');
    if (!exact) return format_float(call, v, spec, decimal_to_double(d), out);
    enum { MOST_PLACES = 100000 };
    int64_t shift = spec->type == '%' ? 2 : 0, places = spec->precision >= 0      ? spec->precision
                                                        : d->exponent + shift < 0 ? -d->exponent - shift
                                                                                  : 0;
    if (places > MOST_PLACES || d->exponent > MOST_PLACES)
        return format_float(call, v, spec, decimal_to_double(d), out);
    Str digits = decimal_digits(call->arena, d, places + shift);
    size_t whole = digits.len - (size_t)places;
    while (whole > 1 && digits.ptr[0] == '0') digits = str_from_index(digits, 1), whole--;
    Parts parts = {.sign = d->negative ? '-' : 0, .prefix = STR_EMPTY, .digits = str_slice(digits, 0, whole)};
    if (spec->no_negative_zero && only_zeros(digits)) parts.sign = 0;
    parts.rest = str_fmt(call->arena, "%s%.*s%s", places || spec->alternate ? "." : "",
                         STR_ARG(str_from_index(digits, whole)), shift ? "%" : "");
    add_number(out, call->arena, spec, &parts);
    return true;
}

bool format_spec(TplCall *call, Value v, Str spec, Buf *out)
{
    Spec parsed;
    int64_t i;
    if (spec.len == 0) {
        value_print(v, out);
        return true;
    }
    if (v.kind == V_STR) return format_str(call, v, spec, out);
    if (lib_is_int(v, &i)) return read_spec(call, v, spec, '>', &parsed) && format_int(call, v, i, &parsed, out);
    if (value_as_decimal(v)) return read_spec(call, v, spec, '>', &parsed) && format_decimal(call, v, &parsed, out);
    if (v.kind == V_FLOAT)
        return read_spec(call, v, spec, '>', &parsed) && format_float(call, v, &parsed, v.u.real, out);
    return tpl_fail(call, DIAG_template_type, "unsupported format string passed to %s.__format__", value_type_name(v));
}

/* ---- text % values ---- */

typedef struct Percent {
    Str key;
    bool has_key, left, plus, space, alternate, zero;
    int64_t width, precision; /* precision -1: not given */
    char type;
} Percent;

typedef struct PercentArgs {
    Value values;
    size_t next, count; /* of positional values */
    bool mapping, used_mapping;
} PercentArgs;

static bool next_arg(TplCall *call, PercentArgs *args, Value *v)
{
    if (args->next >= args->count) return tpl_fail(call, DIAG_template_type, "not enough arguments for format string");
    *v = args->values.kind == V_TUPLE ? args->values.u.list->at[args->next] : args->values;
    args->next++;
    return true;
}

static bool read_percent_count(TplCall *call, Str s, size_t *at, PercentArgs *args, int64_t *count)
{
    if (*at < s.len && s.ptr[*at] == '*') {
        Value v;
        ++*at;
        if (!next_arg(call, args, &v)) return false;
        if (!lib_is_int(v, count)) return tpl_fail(call, DIAG_template_type, "* wants int");
        if (*count > MAX_WIDTH || *count < -MAX_WIDTH) return tpl_fail(call, DIAG_template_value, "width too big");
        return true;
    }
    int64_t n;
    if (!read_count(s, at, &n)) return tpl_fail(call, DIAG_template_value, "width too big");
    if (n >= 0) *count = n;
    return true;
}

static bool read_percent(TplCall *call, Str s, size_t *at, PercentArgs *args, Percent *p)
{
    *p = (Percent){.precision = -1};
    if (*at < s.len && s.ptr[*at] == '(') {
        size_t depth = 1, from = ++*at;
        while (*at < s.len && depth > 0) {
            depth += s.ptr[*at] == '(';
            depth -= s.ptr[*at] == ')';
            ++*at;
        }
        if (depth) return tpl_fail(call, DIAG_template_value, "incomplete format key");
        if (!args->mapping) return tpl_fail(call, DIAG_template_type, "format requires a mapping");
        p->key = str_slice(s, from, *at - 1);
        p->has_key = true;
    }
    for (; *at < s.len; ++*at) {
        char c = s.ptr[*at];
        if (c == '-')
            p->left = true;
        else if (c == '+')
            p->plus = true;
        else if (c == ' ')
            p->space = true;
        else if (c == '#')
            p->alternate = true;
        else if (c == '0')
            p->zero = true;
        else
            break;
    }
    if (!read_percent_count(call, s, at, args, &p->width)) return false;
    if (p->width < 0) {
        p->left = true;
        p->width = -p->width;
    }
    if (*at < s.len && s.ptr[*at] == '.') {
        ++*at;
        p->precision = 0;
        if (!read_percent_count(call, s, at, args, &p->precision)) return false;
        if (p->precision < 0) p->precision = 0;
    }
    if (*at < s.len && strchr("hlL", s.ptr[*at])) ++*at;
    if (*at >= s.len) return tpl_fail(call, DIAG_template_value, "incomplete format");
    p->type = s.ptr[(*at)++];
    return true;
}

static void add_percent(Buf *out, const Percent *p, Str prefix, Str body, bool numeric)
{
    int64_t length = (int64_t)(prefix.len + unicode_length(body));
    int64_t padding = p->width > length ? p->width - length : 0;
    bool zeros = numeric && p->zero && !p->left;
    if (!p->left && !zeros) add_repeated(out, STR(" "), padding);
    buf_add(out, prefix);
    if (zeros) add_repeated(out, STR("0"), padding);
    buf_add(out, body);
    if (p->left) add_repeated(out, STR(" "), padding);
}

static Str percent_sign(Arena *arena, const Percent *p, bool negative, const char *prefix)
{
    const char *sign = negative ? "-" : p->plus ? "+" : p->space ? " " : "";
    return str_fmt(arena, "%s%s", sign, prefix);
}

static bool percent_int(TplCall *call, const Percent *p, Value v, Buf *out)
{
    int64_t i;
    if (v.kind == V_UNDEFINED) return value_undefined_error(call, v);
    bool decimal = strchr("diu", p->type) != NULL;
    if (decimal && value_as_decimal(v) && decimal_to_int(value_as_decimal(v), &i)) v = value_int(i);
    if (v.kind == V_FLOAT && decimal) {
        if (!isfinite(v.u.real) || fabs(v.u.real) >= 9.2e18)
            return tpl_fail(call, DIAG_template_value,
                            isnan(v.u.real)   ? "cannot convert float NaN to integer"
                            : isinf(v.u.real) ? "cannot convert float infinity to integer"
                                              : "the number is too large for an integer: integers have 64 bits here");
        i = (int64_t)v.u.real;
    } else if (!lib_is_int(v, &i)) {
        return tpl_fail(call, DIAG_template_type,
                        decimal ? "%%%c format: a real number is required, not %s"
                                : "%%%c format: an integer is required, not %s",
                        p->type, value_type_name(v));
    }
    Str digits = int_digits(call->arena, i < 0 ? 0 - (uint64_t)i : (uint64_t)i, decimal ? 'd' : p->type);
    Buf body;
    buf_init(&body, call->arena);
    for (int64_t n = (int64_t)digits.len; n < p->precision; n++) buf_addc(&body, '0');
    buf_add(&body, digits);
    const char *prefix = p->alternate ? (p->type == 'x'   ? "0x"
                                         : p->type == 'X' ? "0X"
                                         : p->type == 'o' ? "0o"
                                                          : "")
                                      : "";
    add_percent(out, p, percent_sign(call->arena, p, i < 0, prefix), buf_str(&body), true);
    return true;
}

static bool percent_float(TplCall *call, const Percent *p, Value v, Buf *out)
{
    double f;
    if (v.kind == V_UNDEFINED) return value_undefined_error(call, v);
    if (value_as_decimal(v))
        f = decimal_to_double(value_as_decimal(v));
    else if (!lib_is_number(v, &f))
        return tpl_fail(call, DIAG_template_type, "must be real number, not %s", value_type_name(v));
    Str body = float_text(call->arena, f, p->type, p->precision, p->alternate);
    add_percent(out, p, percent_sign(call->arena, p, signbit(f) && !isnan(f), ""), body, true);
    return true;
}

static void escape_non_ascii(Str s, Buf *out)
{
    for (size_t at = 0; at < s.len;) {
        uint32_t c = unicode_next(s, &at);
        if (c < 0x80)
            buf_addc(out, (char)c);
        else
            buf_addf(out, c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
    }
}

static void add_converted(Arena *arena, Value v, char conversion, Buf *out)
{
    if (conversion == 'r')
        value_repr(v, out);
    else if (conversion == 'a') {
        Buf repr;
        buf_init(&repr, arena);
        value_repr(v, &repr);
        escape_non_ascii(buf_str(&repr), out);
    } else
        value_print(v, out);
}

static bool percent_text(TplCall *call, const Percent *p, Value v, Buf *out)
{
    Buf text;
    buf_init(&text, call->arena);
    add_converted(call->arena, v, p->type, &text);
    Str s = buf_str(&text);
    if (p->precision >= 0) s = str_slice(s, 0, unicode_offset(s, (size_t)p->precision));
    add_percent(out, p, STR_EMPTY, s, false);
    return true;
}

static bool percent_char(TplCall *call, const Percent *p, Value v, Buf *out)
{
    int64_t i;
    Buf one;
    buf_init(&one, call->arena);
    if (v.kind == V_STR && unicode_length(value_text(v)) == 1)
        buf_add(&one, value_text(v));
    else if (lib_is_int(v, &i)) {
        if (i < 0 || i > 0x10FFFF) return tpl_fail(call, DIAG_template_value, "%%c arg not in range(0x110000)");
        unicode_add(&one, (uint32_t)i);
    } else
        return tpl_fail(call, DIAG_template_type, "%%c requires int or char");
    add_percent(out, p, STR_EMPTY, buf_str(&one), false);
    return true;
}

bool format_percent(TplCall *call, Str format, Value values, Buf *out)
{
    PercentArgs args = {.values = values};
    args.count = values.kind == V_TUPLE ? values.u.list->n : 1;
    args.mapping = values.kind == V_DICT || (values.kind == V_LIST && !value_form(values)) || values.kind == V_OBJECT;
    for (size_t at = 0; at < format.len;) {
        size_t hit = str_find_char(format, '%', at);
        buf_add(out, str_slice(format, at, hit == STR_NPOS ? format.len : hit));
        if (hit == STR_NPOS) break;
        at = hit + 1;
        Percent p;
        if (!read_percent(call, format, &at, &args, &p)) return false;
        if (p.type == '%') {
            buf_addc(out, '%');
            continue;
        }
        Value v;
        if (p.has_key) {
            args.used_mapping = true;
            if (!value_index(call, values, value_str(p.key), &v)) return false;
            if (values.kind == V_OBJECT && !tpl_get_item(call->eval, values, value_str(p.key), call->span, &v))
                return false;
            bool there = values.kind == V_DICT && dict_find_str(values.u.dict, p.key);
            if (v.kind == V_UNDEFINED && !there)
                return tpl_fail(call, DIAG_template_value, "there is no key '%.*s' for %%(%.*s)", STR_ARG(p.key),
                                STR_ARG(p.key));
        } else if (!next_arg(call, &args, &v)) {
            return false;
        }
        bool ok;
        switch (p.type) {
        case 'd':
        case 'i':
        case 'u':
        case 'o':
        case 'x':
        case 'X': ok = percent_int(call, &p, v, out); break;
        case 'e':
        case 'E':
        case 'f':
        case 'F':
        case 'g':
        case 'G': ok = percent_float(call, &p, v, out); break;
        case 's':
        case 'r':
        case 'a': ok = percent_text(call, &p, v, out); break;
        case 'c': ok = percent_char(call, &p, v, out); break;
        default:
            return tpl_fail(call, DIAG_template_value, "unsupported format character '%c' (0x%x) at index %zu", p.type,
                            (unsigned)(unsigned char)p.type, unicode_index(format, at - 1));
        }
        if (!ok) return false;
    }
    if (args.next < args.count && !args.mapping && values.kind != V_UNDEFINED)
        return tpl_fail(call, DIAG_template_type, "not all arguments converted during string formatting");
    return true;
}

/* ---- text.format(..) ---- */

typedef struct Braces {
    TplCall *call;
    const Value *args;
    size_t arg_count;
    const Str *names;
    const Value *named;
    size_t named_count;
    int64_t next; /* automatic number; -1 after an explicit one */
} Braces;

static bool braces_into(Braces *b, Str format, int depth, Buf *out);

static bool first_value(Braces *b, Str name, Value *v)
{
    int64_t index;
    if (name.len == 0 || str_to_int(name, &index)) {
        if (name.len == 0) {
            if (b->next < 0)
                return tpl_fail(b->call, DIAG_template_value,
                                "cannot switch from manual field specification to automatic field numbering");
            index = b->next++;
        } else {
            if (b->next > 0)
                return tpl_fail(b->call, DIAG_template_value,
                                "cannot switch from automatic field numbering to manual field specification");
            b->next = -1;
        }
        if (index < 0 || (size_t)index >= b->arg_count)
            return tpl_fail(b->call, DIAG_template_value,
                            "Replacement index %lld out of range for positional args tuple", (long long)index);
        *v = b->args[index];
        return true;
    }
    for (size_t i = 0; i < b->named_count; i++)
        if (str_eq(b->names[i], name)) {
            *v = b->named[i];
            return true;
        }
    return tpl_fail(b->call, DIAG_template_value, "format() was given no value for '%.*s'", STR_ARG(name));
}

static bool field_value(Braces *b, Str field, Value *v)
{
    size_t at = 0;
    while (at < field.len && field.ptr[at] != '.' && field.ptr[at] != '[') at++;
    if (at == 0 && field.len > 0)
        return tpl_fail(b->call, DIAG_template_value, "a field needs a number or a name before '%.*s'", STR_ARG(field));
    if (!first_value(b, str_slice(field, 0, at), v)) return false;
    while (at < field.len) {
        if (field.ptr[at] == '.') {
            size_t from = ++at;
            while (at < field.len && field.ptr[at] != '.' && field.ptr[at] != '[') at++;
            if (at == from) return tpl_fail(b->call, DIAG_template_value, "Empty attribute in format string");
            if (!tpl_get_attr(b->call->eval, *v, str_slice(field, from, at), b->call->span, v)) return false;
        } else if (field.ptr[at] == '[') {
            size_t close = str_find_char(field, ']', at);
            if (close == STR_NPOS) return tpl_fail(b->call, DIAG_template_value, "Missing ']' in format string");
            Str key = str_slice(field, at + 1, close);
            if (!key.len) return tpl_fail(b->call, DIAG_template_value, "Empty attribute in format string");
            int64_t index;
            Value k = str_to_int(key, &index) ? value_int(index) : value_str(key);
            if (!tpl_get_item(b->call->eval, *v, k, b->call->span, v)) return false;
            at = close + 1;
        } else {
            return tpl_fail(b->call, DIAG_template_value, "Only '.' or '[' may follow ']' in format field specifier");
        }
    }
    return true;
}

/* The end of the replacement field whose inside starts at `at`: the offset of its closing brace, or STR_NPOS. */
static size_t field_end(Str format, size_t at)
{
    size_t depth = 1;
    for (; at < format.len; at++) {
        if (format.ptr[at] == '{') depth++;
        if (format.ptr[at] == '}' && --depth == 0) return at;
    }
    return STR_NPOS;
}

static bool replacement(Braces *b, Str inside, int depth, Buf *out)
{
    size_t at = 0;
    bool bracket = false;
    for (; at < inside.len; at++) {
        char c = inside.ptr[at];
        if (c == '[')
            bracket = true;
        else if (c == ']')
            bracket = false;
        else if ((c == ':' || c == '!') && !bracket)
            break;
        else if (c == '{')
            return tpl_fail(b->call, DIAG_template_value, "unexpected '{' in field name");
    }
    Value v;
    if (!field_value(b, str_slice(inside, 0, at), &v)) return false;
    char conversion = 0;
    if (at < inside.len && inside.ptr[at] == '!') {
        if (at + 1 >= inside.len)
            return tpl_fail(b->call, DIAG_template_value, "end of string while looking for conversion specifier");
        conversion = inside.ptr[at + 1];
        at += 2;
        if (at < inside.len && inside.ptr[at] != ':')
            return tpl_fail(b->call, DIAG_template_value, "expected ':' after conversion specifier");
        if (!strchr("rsa", conversion))
            return tpl_fail(b->call, DIAG_template_value, "Unknown conversion specifier %c", conversion);
    }
    Str spec = at < inside.len ? str_from_index(inside, at + 1) : STR_EMPTY;
    Buf converted, expanded;
    if (conversion) {
        buf_init(&converted, b->call->arena);
        add_converted(b->call->arena, v, conversion, &converted);
        v = value_str(buf_str(&converted));
    }
    if (str_find_char(spec, '{', 0) != STR_NPOS || str_find_char(spec, '}', 0) != STR_NPOS) {
        buf_init(&expanded, b->call->arena);
        if (!braces_into(b, spec, depth + 1, &expanded)) return false;
        spec = buf_str(&expanded);
    }
    return format_spec(b->call, v, spec, out);
}

static bool braces_into(Braces *b, Str format, int depth, Buf *out)
{
    if (depth > 1) return tpl_fail(b->call, DIAG_template_value, "Max string recursion exceeded");
    for (size_t at = 0; at < format.len;) {
        size_t from = at;
        while (at < format.len && format.ptr[at] != '{' && format.ptr[at] != '}') at++;
        buf_add(out, str_slice(format, from, at));
        if (at >= format.len) break;
        char c = format.ptr[at++];
        if (at < format.len && format.ptr[at] == c) {
            buf_addc(out, c);
            at++;
            continue;
        }
        if (c == '}') return tpl_fail(b->call, DIAG_template_value, "Single '}' encountered in format string");
        if (at >= format.len) return tpl_fail(b->call, DIAG_template_value, "Single '{' encountered in format string");
        size_t end = field_end(format, at);
        if (end == STR_NPOS) return tpl_fail(b->call, DIAG_template_value, "expected '}' before end of string");
        if (!replacement(b, str_slice(format, at, end), depth, out)) return false;
        at = end + 1;
    }
    return true;
}

bool format_braces(TplCall *call, Str format, const Value *args, size_t arg_count, const Str *names, const Value *named,
                   size_t named_count, Buf *out)
{
    Braces b = {call, args, arg_count, names, named, named_count, 0};
    return braces_into(&b, format, 0, out);
}
