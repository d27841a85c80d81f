/* Operators on values: arithmetic and comparison. */
#include "template/decimal.h"
#include "template/eval.h"
#include "template/library_internal.h"

#include <math.h>
#include <string.h>

static const char *op_text(TplBinaryOp op)
{
    static const char *const texts[] = {"+", "-", "*", "/", "//", "%", "** or pow()", "~"};
    return texts[op];
}

static char op_char(TplBinaryOp op) /* as ObjectClass.binary names it */
{
    static const char chars[] = {'+', '-', '*', '/', 'f', '%', 'p', '~'};
    return chars[op];
}

bool lib_lenient(Value v)
{
    return v.kind == V_UNDEFINED && v.flags & VALUE_LENIENT;
}

static bool cannot(TplCall *call, TplBinaryOp op, Value a, Value b)
{
    if (a.kind == V_UNDEFINED) return value_undefined_error(call, a);
    if (b.kind == V_UNDEFINED) return value_undefined_error(call, b);
    if (op == TPL_ADD && (a.kind == V_STR || (a.kind == V_LIST && !value_form(a)) || a.kind == V_TUPLE)) {
        tpl_fail(call, DIAG_template_type, "can only concatenate %s (not \"%s\") to %s", value_type_name(a),
                 value_type_name(b), value_type_name(a));
        if (a.kind == V_STR) diag_hint(tpl_eval_sink(call->eval), "join values of different types as text with ~");
        return false;
    }
    tpl_fail(call, DIAG_template_type, "unsupported operand type(s) for %s: '%s' and '%s'", op_text(op),
             value_type_name(a), value_type_name(b));
    if (op == TPL_ADD && b.kind == V_STR)
        diag_hint(tpl_eval_sink(call->eval), "join values of different types as text with ~");
    return false;
}

static bool too_large(TplCall *call)
{
    return tpl_fail(call, DIAG_template_value, "the result is too large: integers have 64 bits here");
}

/* ---- numbers ---- */

static bool int_power(TplCall *call, int64_t base, int64_t exponent, Value *result)
{
    if (exponent < 0) {
        if (base == 0) return tpl_fail(call, DIAG_template_value, "0.0 cannot be raised to a negative power");
        *result = value_float(pow((double)base, (double)exponent));
        return true;
    }
    int64_t power = 1;
    while (exponent > 0) {
        if (exponent & 1 && __builtin_mul_overflow(power, base, &power)) return too_large(call);
        exponent >>= 1;
        if (exponent > 0 && __builtin_mul_overflow(base, base, &base)) return too_large(call);
    }
    *result = value_int(power);
    return true;
}

static bool int_binary(TplCall *call, TplBinaryOp op, int64_t a, int64_t b, Value *result)
{
    int64_t r;
    switch (op) {
    case TPL_ADD:
        if (__builtin_add_overflow(a, b, &r)) return too_large(call);
        break;
    case TPL_SUB:
        if (__builtin_sub_overflow(a, b, &r)) return too_large(call);
        break;
    case TPL_MUL:
        if (__builtin_mul_overflow(a, b, &r)) return too_large(call);
        break;
    case TPL_DIV:
        if (b == 0) return tpl_fail(call, DIAG_template_value, "division by zero");
        *result = value_float((double)((long double)a / (long double)b));
        return true;
    case TPL_FLOORDIV:
        if (b == 0) return tpl_fail(call, DIAG_template_value, "integer division or modulo by zero");
        if (b == -1) return int_binary(call, TPL_SUB, 0, a, result);
        r = a / b;
        if (a % b != 0 && (a < 0) != (b < 0)) r--;
        break;
    case TPL_MOD:
        if (b == 0) return tpl_fail(call, DIAG_template_value, "integer modulo by zero");
        r = b == -1 ? 0 : a % b;
        if (r != 0 && (r < 0) != (b < 0)) r += b;
        break;
    case TPL_POW: return int_power(call, a, b, result);
    default: r = 0; break;
    }
    *result = value_int(r);
    return true;
}

/* As CPython: the quotient follows from the remainder, so that both fit together. */
static double float_mod(double a, double b, double *floor_quotient)
{
    double mod = fmod(a, b);
    double quotient = (a - mod) / b;
    if (mod != 0) {
        if ((b < 0) != (mod < 0)) {
            mod += b;
            quotient -= 1;
        }
    } else {
        mod = copysign(0.0, b);
    }
    if (quotient != 0) {
        *floor_quotient = floor(quotient);
        if (quotient - *floor_quotient > 0.5) *floor_quotient += 1;
    } else {
        *floor_quotient = copysign(0.0, a / b);
    }
    return mod;
}

static bool float_binary(TplCall *call, TplBinaryOp op, double a, double b, Value *result)
{
    double r = 0, quotient;
    if (b == 0 && op == TPL_DIV) return tpl_fail(call, DIAG_template_value, "float division by zero");
    if (b == 0 && op == TPL_FLOORDIV) return tpl_fail(call, DIAG_template_value, "float floor division by zero");
    if (b == 0 && op == TPL_MOD) return tpl_fail(call, DIAG_template_value, "float modulo");
    switch (op) {
    case TPL_ADD: r = a + b; break;
    case TPL_SUB: r = a - b; break;
    case TPL_MUL: r = a * b; break;
    case TPL_DIV: r = a / b; break;
    case TPL_FLOORDIV: float_mod(a, b, &r); break;
    case TPL_MOD: r = float_mod(a, b, &quotient); break;
    case TPL_POW:
        if (a == 0 && b < 0) return tpl_fail(call, DIAG_template_value, "0.0 cannot be raised to a negative power");
        if (a < 0 && isfinite(a) && isfinite(b) && b != floor(b))
            return tpl_fail(call, DIAG_template_value, "a negative number with a fractional power is no real number");
        r = pow(a, b);
        if (isinf(r) && isfinite(a) && isfinite(b))
            return tpl_fail(call, DIAG_template_value, "the result is too large for a number");
        break;
    default: break;
    }
    *result = value_float(r);
    return true;
}

bool lib_is_int(Value v, int64_t *i)
{
    if (v.kind == V_INT)
        *i = v.u.integer;
    else if (v.kind == V_BOOL)
        *i = v.u.boolean;
    else
        return false;
    return true;
}

bool lib_is_number(Value v, double *f)
{
    int64_t i;
    if (v.kind == V_FLOAT)
        *f = v.u.real;
    else if (lib_is_int(v, &i))
        *f = (double)i;
    else
        return false;
    return true;
}

/* ---- text and lists ---- */

Value lib_safe(Str s)
{
    Value v = value_str(s);
    v.flags |= VALUE_SAFE;
    return v;
}

Str lib_escaped(Arena *arena, Value v)
{
    Str s = value_to_str(arena, v);
    if (v.kind == V_STR && v.flags & VALUE_SAFE) return s;
    Buf out;
    buf_init(&out, arena);
    text_escape(s, &out);
    return buf_str(&out);
}

void text_escape(Str s, Buf *out)
{
    size_t clean = 0;
    for (size_t i = 0; i < s.len; i++) {
        const char *with = s.ptr[i] == '&'    ? "&amp;"
                           : s.ptr[i] == '<'  ? "&lt;"
                           : s.ptr[i] == '>'  ? "&gt;"
                           : s.ptr[i] == '\'' ? "&#39;"
                           : s.ptr[i] == '"'  ? "&#34;"
                                              : NULL;
        if (!with) continue;
        buf_add(out, str_slice(s, clean, i));
        buf_addz(out, with);
        clean = i + 1;
    }
    buf_add(out, str_from_index(s, clean));
}

static bool is_plain_list(Value v)
{
    return v.kind == V_LIST && value_form(v) == LIST_PLAIN;
}

/* What a repetition may make; far above what SQL needs, far below what memory holds. */
enum { MAX_REPEATED = 256 * 1024 * 1024 };

/* The `n` bytes of `unit` again and again, up to `all`: each copy is twice as long as the one before. */
static void fill(void *to, const void *unit, size_t n, size_t all)
{
    char *bytes = to;
    if (all) memcpy(bytes, unit, n);
    for (size_t have = n; have < all; have *= 2) memcpy(bytes + have, bytes, have < all - have ? have : all - have);
}

static bool repeat(TplCall *call, Value what, int64_t times, Value *result)
{
    size_t unit = what.kind == V_STR ? what.len : what.u.list->n;
    if (times < 0 || unit == 0) times = 0;
    size_t limit = what.kind == V_STR ? MAX_REPEATED : MAX_REPEATED / sizeof(Value);
    if (times && (uint64_t)times > limit / unit)
        return tpl_fail(call, DIAG_template_limit, "repeating this %lld times would take too much memory",
                        (long long)times);
    if (what.kind == V_STR) {
        size_t all = unit * (size_t)times;
        char *text = arena_alloc(call->arena, all + 1);
        fill(text, what.u.str, unit, all);
        text[all] = 0;
        *result = value_str(str_n(text, all));
        result->flags = what.flags & VALUE_SAFE;
        return true;
    }
    *result = value_tuple(call->arena, NULL, 0);
    result->kind = what.kind;
    List *list = result->u.list;
    list->at = ARENA_ARRAY(call->arena, Value, unit * (size_t)times + 1);
    list->n = list->cap = (uint32_t)(unit * (size_t)times);
    fill(list->at, what.u.list->at, unit * sizeof(Value), list->n * sizeof(Value));
    return true;
}

static bool concatenate_lists(TplCall *call, Value a, Value b, Value *result)
{
    *result = value_tuple(call->arena, NULL, 0);
    result->kind = a.kind;
    List *list = result->u.list;
    const List *x = a.u.list, *y = b.u.list;
    list->n = list->cap = x->n + y->n;
    list->at = arena_alloc(call->arena, (list->n + 1) * sizeof(Value));
    if (x->n) memcpy(list->at, x->at, x->n * sizeof(Value));
    if (y->n) memcpy(list->at + x->n, y->at, y->n * sizeof(Value));
    return true;
}

static Value set_minus(Arena *arena, Value a, TplCall *call, Value b)
{
    Value difference = value_set(arena), members;
    if (a.kind == V_LIST) {
        for (uint32_t i = 0; i < a.u.list->n; i++)
            if (value_hashable(a.u.list->at[i])) dict_set(difference.u.dict, a.u.list->at[i], VALUE_NONE);
    } else {
        for (uint32_t i = 0; i < a.u.dict->used; i++)
            if (a.u.dict->entries[i].key.kind != V_UNDEFINED)
                dict_set(difference.u.dict, a.u.dict->entries[i].key, VALUE_NONE);
    }
    if (value_iterate(call, b, &members))
        for (uint32_t i = 0; i < members.u.list->n; i++) dict_remove(difference.u.dict, members.u.list->at[i], NULL);
    return difference;
}

static bool is_set_like(Value v)
{
    return v.kind == V_SET || (v.kind == V_LIST && (value_form(v) == LIST_KEYS || value_form(v) == LIST_ITEMS));
}

bool value_binary(TplCall *call, TplBinaryOp op, Value a, Value b, Value *result)
{
    int64_t x, y;
    double f, g;
    if (op == TPL_CONCAT) {
        *result = value_str(str_cat(call->arena, value_to_str(call->arena, a), value_to_str(call->arena, b)));
        return true;
    }
    if (op == TPL_MOD && a.kind == V_STR) {
        Buf out;
        buf_init(&out, call->arena);
        if (a.flags & VALUE_SAFE) b = lib_escape_within(call, b);
        if (!format_percent(call, value_text(a), b, &out)) return false;
        *result = value_str(buf_str(&out));
        result->flags = a.flags & VALUE_SAFE;
        return true;
    }
    if (lib_is_int(a, &x)) {
        if (lib_is_int(b, &y)) return int_binary(call, op, x, y, result);
        if (op == TPL_MUL && (b.kind == V_STR || is_plain_list(b) || b.kind == V_TUPLE))
            return repeat(call, b, x, result);
    }
    if (lib_is_number(a, &f) && lib_is_number(b, &g)) return float_binary(call, op, f, g, result);
    if (a.kind == V_OBJECT && a.u.object->class->binary) {
        size_t errors = tpl_eval_sink(call->eval)->errors;
        if (a.u.object->class->binary(call, op_char(op), a, b, result)) return true;
        if (tpl_eval_sink(call->eval)->errors != errors) return false;
    }
    if (b.kind == V_OBJECT && b.u.object->class->binary && a.kind != V_UNDEFINED) {
        size_t errors = tpl_eval_sink(call->eval)->errors;
        if (b.u.object->class->binary(call, op_char(op), a, b, result)) return true;
        if (tpl_eval_sink(call->eval)->errors != errors) return false;
    }
    if (op == TPL_ADD && a.kind == V_STR && b.kind == V_STR) {
        if ((a.flags | b.flags) & VALUE_SAFE)
            *result = lib_safe(str_cat(call->arena, lib_escaped(call->arena, a), lib_escaped(call->arena, b)));
        else
            *result = value_str(str_cat(call->arena, value_text(a), value_text(b)));
        return true;
    }
    if (op == TPL_ADD && ((is_plain_list(a) && is_plain_list(b)) || (a.kind == V_TUPLE && b.kind == V_TUPLE)))
        return concatenate_lists(call, a, b, result);
    if (op == TPL_MUL && (a.kind == V_STR || is_plain_list(a) || a.kind == V_TUPLE)) {
        if (lib_is_int(b, &y)) return repeat(call, a, y, result);
        if (b.kind != V_UNDEFINED)
            return tpl_fail(call, DIAG_template_type, "can't multiply sequence by non-int of type '%s'",
                            value_type_name(b));
    }
    if (op == TPL_SUB && is_set_like(a) && (is_set_like(b) || (a.kind == V_LIST && b.kind == V_LIST))) {
        *result = set_minus(call->arena, a, call, b);
        return true;
    }
    return cannot(call, op, a, b);
}

bool value_negate(TplCall *call, Value v, Value *result)
{
    int64_t i;
    const Decimal *d = value_as_decimal(v);
    if (d)
        *result = decimal_negate(call->arena, d, !d->negative);
    else if (v.kind == V_FLOAT)
        *result = value_float(-v.u.real);
    else if (lib_is_int(v, &i))
        return int_binary(call, TPL_SUB, 0, i, result);
    else if (v.kind == V_UNDEFINED)
        return value_undefined_error(call, v);
    else
        return tpl_fail(call, DIAG_template_type, "bad operand type for unary -: '%s'", value_type_name(v));
    return true;
}

bool value_positive(TplCall *call, Value v, Value *result)
{
    int64_t i;
    const Decimal *d = value_as_decimal(v);
    if (d)
        *result = decimal_negate(call->arena, d, d->negative);
    else if (v.kind == V_FLOAT)
        *result = v;
    else if (lib_is_int(v, &i))
        *result = value_int(i);
    else if (v.kind == V_UNDEFINED)
        return value_undefined_error(call, v);
    else
        return tpl_fail(call, DIAG_template_type, "bad operand type for unary +: '%s'", value_type_name(v));
    return true;
}

/* ---- comparison ---- */

/* The innermost pair that has no order, for the message. */
static void unordered_pair(Value *a, Value *b)
{
    while (a->kind == b->kind && (is_plain_list(*a) || a->kind == V_TUPLE)) {
        const List *x = a->u.list, *y = b->u.list;
        uint32_t i = 0;
        while (i < x->n && i < y->n && value_equal(x->at[i], y->at[i])) i++;
        if (i >= x->n || i >= y->n) return;
        *a = x->at[i];
        *b = y->at[i];
    }
}

static bool not_a_number(Value v)
{
    return v.kind == V_FLOAT && isnan(v.u.real);
}

static bool subset(const Dict *a, const Dict *b)
{
    for (uint32_t i = 0; i < a->used; i++)
        if (a->entries[i].key.kind != V_UNDEFINED && !dict_find(b, a->entries[i].key)) return false;
    return true;
}

bool value_compare_op(TplCall *call, TplCompareOp op, Value a, Value b, bool *yes)
{
    static const char *const signs[] = {"==", "!=", "<", "<=", ">", ">="};
    int order;
    if (op == TPL_EQ || op == TPL_NE) {
        *yes = value_equal(a, b) == (op == TPL_EQ);
        return true;
    }
    if (a.kind == V_SET && b.kind == V_SET) {
        const Dict *x = a.u.dict, *y = b.u.dict;
        bool less = op == TPL_LT || op == TPL_LE;
        *yes = (less ? subset(x, y) : subset(y, x)) && (op == TPL_LE || op == TPL_GE || x->live != y->live);
        return true;
    }
    if (!value_compare(a, b, &order)) {
        if (b.kind == V_OBJECT && a.kind != V_OBJECT && value_compare(b, a, &order)) {
            order = -order;
        } else {
            unordered_pair(&a, &b);
            double f, g;
            if ((not_a_number(a) && lib_is_number(b, &f)) || (not_a_number(b) && lib_is_number(a, &g))) {
                *yes = false;
                return true;
            }
            if (a.kind == V_UNDEFINED) return value_undefined_error(call, a);
            if (b.kind == V_UNDEFINED) return value_undefined_error(call, b);
            return tpl_fail(call, DIAG_template_type, "'%s' not supported between instances of '%s' and '%s'",
                            signs[op], value_type_name(a), value_type_name(b));
        }
    }
    *yes = op == TPL_LT ? order < 0 : op == TPL_LE ? order <= 0 : op == TPL_GT ? order > 0 : order >= 0;
    return true;
}
