/* The table of filters, and the filters of numbers and of single values. */
#include "template/filters.h"

#include "template/decimal.h"
#include "template/library_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const TplFilterDef filters[] = {
#define FILTER(name, function) {#name, function},
#include "template/filters.def"
#undef FILTER
};

static const char *const filter_names[] = {
#define FILTER(name, function) #name,
#include "template/filters.def"
#undef FILTER
};

const TplFilterDef *tpl_filter_find(Str name)
{
    return lib_find(filters, LIB_COUNT(filters), sizeof *filters, name);
}

const char *const *tpl_filter_names(size_t *count)
{
    *count = LIB_COUNT(filter_names);
    return filter_names;
}

/* ---- dbt's: marks that native rendering obeys, without effect in text ---- */

static bool mark(TplCall *call, Value input, unsigned flag, Value *result)
{
    const unsigned all = VALUE_MARK_NATIVE | VALUE_MARK_BOOL | VALUE_MARK_NUMBER | VALUE_MARK_TEXT;
    if (!lib_no_args(call)) return false;
    /* Natively it is a text from here on, which only the end of the rendering reads. */
    *result = call->eval && tpl_eval_native(call->eval) ? value_str(value_to_str(call->arena, input)) : input;
    result->flags = (uint8_t)((result->flags & ~all) | flag);
    return true;
}

bool filter_as_text(TplCall *call, Value input, Value *result)
{
    return mark(call, input, VALUE_MARK_TEXT, result);
}
bool filter_as_native(TplCall *call, Value input, Value *result)
{
    return mark(call, input, VALUE_MARK_NATIVE, result);
}
bool filter_as_bool(TplCall *call, Value input, Value *result)
{
    return mark(call, input, VALUE_MARK_BOOL, result);
}
bool filter_as_number(TplCall *call, Value input, Value *result)
{
    return mark(call, input, VALUE_MARK_NUMBER, result);
}

bool filter_is_list(TplCall *call, Value input, Value *result)
{
    if (!lib_no_args(call)) return false;
    *result = value_bool(input.kind == V_LIST && value_form(input) == LIST_PLAIN);
    return true;
}

/* ---- any value ---- */

bool filter_default(TplCall *call, Value input, Value *result)
{
    Value args[2];
    if (!tpl_args(call, "default_value=?, boolean=?", args)) return false;
    bool boolean = tpl_arg_given(args[1]) && value_truthy(args[1]);
    if (input.kind == V_UNDEFINED || (boolean && !value_truthy(input)))
        *result = tpl_arg_given(args[0]) ? args[0] : value_str(STR_EMPTY);
    else
        *result = input;
    return true;
}

bool filter_attr(TplCall *call, Value input, Value *result)
{
    Value v;
    Str name = STR_EMPTY;
    if (!tpl_args(call, "name", &v) || !lib_str_arg(call, "name", v, &name)) return false;
    if (input.kind == V_OBJECT || input.kind == V_UNDEFINED)
        return tpl_get_attr(call->eval, input, name, call->span, result);
    return value_method(call, input, name, result);
}

bool filter_string(TplCall *call, Value input, Value *result)
{
    if (!lib_no_args(call)) return false;
    *result = input.kind == V_STR ? input : value_str(value_to_str(call->arena, input));
    return true;
}

bool filter_format(TplCall *call, Value input, Value *result)
{
    Value values;
    if (call->arg_count && call->named_count)
        return tpl_fail(call, DIAG_template_call, "can't handle positional and keyword arguments at the same time");
    if (call->named_count) {
        values = value_dict(call->arena);
        for (size_t i = 0; i < call->named_count; i++) dict_set_str(values.u.dict, call->names[i], call->named[i]);
    } else {
        values = value_tuple(call->arena, call->args, call->arg_count);
    }
    Value text = input.kind == V_STR ? input : value_str(value_to_str(call->arena, input));
    return value_binary(call, TPL_MOD, text, values, result);
}

/* ---- numbers ---- */

bool filter_abs(TplCall *call, Value input, Value *result)
{
    int64_t i;
    const Decimal *d = value_as_decimal(input);
    if (!lib_no_args(call)) return false;
    if (d) {
        *result = decimal_negate(call->arena, d, false);
    } else if (lib_is_int(input, &i)) {
        if (i < 0) return value_negate(call, value_int(i), result);
        *result = value_int(i);
    } else if (input.kind == V_FLOAT) {
        *result = value_float(fabs(input.u.real));
    } else if (input.kind == V_UNDEFINED) {
        return value_undefined_error(call, input);
    } else {
        return tpl_fail(call, DIAG_template_type, "abs needs a number, not '%s'", value_type_name(input));
    }
    return true;
}

static bool too_large(TplCall *call)
{
    return tpl_fail(call, DIAG_template_value, "the number is too large for an integer: integers have 64 bits here");
}

static bool float_to_int(TplCall *call, double f, Value *result)
{
    if (f >= 9223372036854775808.0 || f < -9223372036854775808.0) return too_large(call);
    *result = value_int((int64_t)f);
    return true;
}

bool filter_int(TplCall *call, Value input, Value *result)
{
    Value args[2];
    int64_t base = 10, i;
    double f;
    bool large;
    if (input.kind == V_INT && call->arg_count + call->named_count == 0) {
        *result = input;
        return true;
    }
    if (!tpl_args(call, "default=?, base=?", args) || !lib_int_arg(call, "base", args[1], &base)) return false;
    *result = tpl_arg_given(args[0]) ? args[0] : value_int(0);
    if (lib_is_int(input, &i)) {
        *result = value_int(i);
        return true;
    }
    const Decimal *d = value_as_decimal(input);
    if (d) {
        if (d->kind == DECIMAL_NAN) return true;
        if (!decimal_to_int(d, &i)) return too_large(call);
        *result = value_int(i);
        return true;
    }
    switch ((ValueKind)input.kind) {
    case V_UNDEFINED: return value_undefined_error(call, input);
    case V_FLOAT:
        if (isinf(input.u.real)) return tpl_fail(call, DIAG_template_value, "cannot convert float infinity to integer");
        return isnan(input.u.real) ? true : float_to_int(call, input.u.real, result);
    case V_STR:
        if (base != 0 && (base < 2 || base > 36))
            large = false;
        else if (number_read_int(value_text(input), (int)base, &i, &large)) {
            if (large) return too_large(call);
            *result = value_int(i);
            return true;
        }
        if (!number_read_float(value_text(input), &f) || !isfinite(f)) return true;
        return float_to_int(call, f, result);
    default: return true;
    }
}

bool filter_float(TplCall *call, Value input, Value *result)
{
    Value fallback;
    double f;
    if (!tpl_args(call, "default=?", &fallback)) return false;
    if (input.kind == V_UNDEFINED) return value_undefined_error(call, input);
    if (value_as_decimal(input))
        *result = value_float(decimal_to_double(value_as_decimal(input)));
    else if (lib_is_number(input, &f) || (input.kind == V_STR && number_read_float(value_text(input), &f)))
        *result = value_float(f);
    else
        *result = tpl_arg_given(fallback) ? fallback : value_float(0);
    return true;
}

/* round(f, digits): half to even of the exact binary value */
static double round_float(double f, int64_t digits)
{
    if (!isfinite(f) || digits > 323) return f;
    if (digits >= 0) {
        char text[700];
        snprintf(text, sizeof text, "%.*f", (int)digits, f);
        return strtod(text, NULL);
    }
    if (digits < -308) return copysign(0.0, f);
    double unit = pow(10, (double)-digits), rest = fmod(fabs(f), unit), whole = fabs(f) - rest;
    bool odd = fmod(whole / unit, 2) != 0;
    if (rest > unit / 2 || (rest == unit / 2 && odd)) whole += unit;
    return copysign(whole, f);
}

static bool round_int(TplCall *call, int64_t i, int64_t digits, Value *result)
{
    int64_t unit = 1;
    *result = value_int(i);
    if (digits >= 0) return true;
    *result = value_int(0);
    if (digits < -18) return true;
    for (; digits < 0; digits++) unit *= 10;
    int64_t rest = i % unit, whole = i - rest, half = unit / 2;
    int64_t size = rest < 0 ? -rest : rest;
    if (size > half || (size == half && whole / unit % 2 != 0))
        return value_binary(call, TPL_ADD, value_int(whole), value_int(rest < 0 ? -unit : unit), result);
    *result = value_int(whole);
    return true;
}

bool filter_round(TplCall *call, Value input, Value *result)
{
    Value args[2];
    int64_t digits = 0, i = 0;
    Str method = STR("common");
    double f;
    if (!tpl_args(call, "precision=?, method=?", args)) return false;
    if (tpl_arg_given(args[1]) && args[1].kind == V_STR) method = value_text(args[1]);
    bool ceiling = str_eq(method, STR("ceil")), common = str_eq(method, STR("common"));
    if ((tpl_arg_given(args[1]) && args[1].kind != V_STR) || !(ceiling || common || str_eq(method, STR("floor"))))
        return tpl_fail(call, DIAG_template_value, "method must be common, ceil or floor");
    if (tpl_arg_given(args[0]) && args[0].kind == V_NONE && common && lib_is_number(input, &f)) {
        /* round(x, None) gives an integer */
        if (!isfinite(f)) return tpl_fail(call, DIAG_template_value, "cannot convert this number to an integer");
        return float_to_int(call, round_float(f, 0), result);
    }
    if (!lib_int_arg(call, "precision", args[0], &digits)) return false;
    if (input.kind == V_UNDEFINED) return value_undefined_error(call, input);
    const Decimal *d = value_as_decimal(input);
    if (d && common) {
        return decimal_round(call->arena, d, digits, result) ||
               tpl_fail(call, DIAG_template_value, "the rounded number has more than 28 digits");
    }
    if (d) f = decimal_to_double(d);
    if (!d && !lib_is_number(input, &f))
        return tpl_fail(call, DIAG_template_type, "round needs a number, not '%s'", value_type_name(input));
    if (common) {
        if (lib_is_int(input, &i)) return round_int(call, i, digits, result);
        *result = value_float(round_float(f, digits));
        return true;
    }
    if (!isfinite(f))
        return tpl_fail(call, DIAG_template_value, "cannot convert float %s to integer", isnan(f) ? "NaN" : "infinity");
    if (digits >= 0 && lib_is_int(input, &i)) { /* Python computes this in integers, which are exact */
        *result = value_float((double)i);
        return true;
    }
    double unit = pow(10, (double)digits);
    *result = value_float((ceiling ? ceil(f * unit) : floor(f * unit)) / unit);
    if (result->u.real == 0) result->u.real = 0; /* an integer has no negative zero */
    return true;
}

bool filter_filesizeformat(TplCall *call, Value input, Value *result)
{
    static const char *const decimal[] = {"kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"};
    static const char *const binary[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"};
    Value v;
    bool is_binary = false;
    double bytes;
    if (!tpl_args(call, "binary=?", &v)) return false;
    lib_bool_arg(v, &is_binary);
    if (input.kind == V_UNDEFINED) return value_undefined_error(call, input);
    if (!lib_is_number(input, &bytes) && !(input.kind == V_STR && number_read_float(value_text(input), &bytes)))
        return tpl_fail(call, input.kind == V_STR ? DIAG_template_value : DIAG_template_type,
                        "a number of bytes is needed, not a %s", value_type_name(input));
    double base = is_binary ? 1024 : 1000;
    if (bytes == 1) {
        *result = value_str(STR("1 Byte"));
        return true;
    }
    if (bytes < base) {
        if (!isfinite(bytes)) return tpl_fail(call, DIAG_template_value, "cannot convert float infinity to integer");
        *result = value_str(str_fmt(call->arena, "%.0f Bytes", trunc(bytes) + 0.0)); /* an integer: no -0 */
        return true;
    }
    if (isnan(bytes)) return tpl_fail(call, DIAG_template_value, "cannot convert float NaN to integer");
    double unit = base * base;
    size_t i = 0;
    while (i < 7 && bytes >= unit) {
        unit *= base;
        i++;
    }
    *result = value_str(str_fmt(call->arena, "%.1f %s", base * bytes / unit, is_binary ? binary[i] : decimal[i]));
    return true;
}
