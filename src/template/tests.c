/* The tests of `is`. */
#include "template/decimal.h"
#include "template/library_internal.h"
#include "template/unicode.h"

#include <math.h>

#define TEST(name, function) static bool function(TplCall *call, Value input, bool *result);
#include "template/tests.def"
#undef TEST

static const TplTestDef tests[] = {
#define TEST(name, function) {name, function},
#include "template/tests.def"
#undef TEST
};

static const char *const test_names[] = {
#define TEST(name, function) name,
#include "template/tests.def"
#undef TEST
};

const TplTestDef *tpl_test_find(Str name)
{
    return lib_find(tests, LIB_COUNT(tests), sizeof *tests, name);
}

const char *const *tpl_test_names(size_t *count)
{
    *count = LIB_COUNT(test_names);
    return test_names;
}

static bool answer(TplCall *call, bool yes, bool *result)
{
    *result = yes;
    return call->arg_count + call->named_count == 0 || tpl_args(call, "", NULL);
}

/* ---- what kind of value ---- */

static bool test_defined(TplCall *call, Value input, bool *result)
{
    return answer(call, input.kind != V_UNDEFINED, result);
}
static bool test_undefined(TplCall *call, Value input, bool *result)
{
    return answer(call, input.kind == V_UNDEFINED, result);
}
static bool test_none(TplCall *call, Value input, bool *result)
{
    return answer(call, input.kind == V_NONE, result);
}
static bool test_boolean(TplCall *call, Value input, bool *result)
{
    return answer(call, input.kind == V_BOOL, result);
}
static bool test_true(TplCall *call, Value input, bool *result)
{
    return answer(call, input.kind == V_BOOL && input.u.boolean, result);
}
static bool test_false(TplCall *call, Value input, bool *result)
{
    return answer(call, input.kind == V_BOOL && !input.u.boolean, result);
}
static bool test_integer(TplCall *call, Value input, bool *result)
{
    return answer(call, input.kind == V_INT, result);
}
static bool test_float(TplCall *call, Value input, bool *result)
{
    return answer(call, input.kind == V_FLOAT, result);
}
static bool test_number(TplCall *call, Value input, bool *result)
{
    return answer(call, input.kind == V_INT || input.kind == V_FLOAT || input.kind == V_BOOL || value_as_decimal(input),
                  result);
}
static bool test_string(TplCall *call, Value input, bool *result)
{
    return answer(call, input.kind == V_STR, result);
}
static bool test_escaped(TplCall *call, Value input, bool *result)
{
    return answer(call, input.kind == V_STR && input.flags & VALUE_SAFE, result);
}

/* An object is a mapping if it stands for one as data. */
static bool test_mapping(TplCall *call, Value input, bool *result)
{
    bool yes = input.kind == V_DICT;
    if (input.kind == V_OBJECT && input.u.object->class->plain && input.u.object->class->item) {
        Value plain;
        if (!input.u.object->class->plain(call, input.u.object, &plain)) return false;
        yes = plain.kind == V_DICT;
    }
    return answer(call, yes, result);
}

static bool test_sequence(TplCall *call, Value input, bool *result)
{
    bool yes = false;
    switch ((ValueKind)input.kind) {
    case V_STR:
    case V_TUPLE:
    case V_DICT:
    case V_RANGE: yes = true; break;
    case V_LIST: yes = value_form(input) == LIST_PLAIN; break;
    case V_UNDEFINED: yes = true; break; /* it has a length, and subscripts */
    case V_OBJECT: yes = input.u.object->class->length && input.u.object->class->item; break;
    default: break;
    }
    return answer(call, yes, result);
}

static bool test_iterable(TplCall *call, Value input, bool *result)
{
    bool yes = true;
    switch ((ValueKind)input.kind) {
    case V_NONE:
    case V_BOOL:
    case V_INT:
    case V_FLOAT:
    case V_FUNC:
    case V_MACRO: yes = false; break;
    case V_OBJECT: yes = input.u.object->class->iterate != NULL; break;
    default: break;
    }
    return answer(call, yes, result);
}

static bool test_callable(TplCall *call, Value input, bool *result)
{
    bool yes = input.kind == V_FUNC || input.kind == V_MACRO || input.kind == V_UNDEFINED ||
               (input.kind == V_OBJECT && input.u.object->class->call);
    return answer(call, yes, result);
}

/* ---- names ---- */

static bool named(TplCall *call, Value input, bool yes, bool *result)
{
    if (input.kind != V_UNDEFINED && !value_hashable(input))
        return tpl_fail(call, DIAG_template_type, "unhashable type: '%s'", value_type_name(input));
    return answer(call, yes, result);
}

static bool test_filter(TplCall *call, Value input, bool *result)
{
    return named(call, input, input.kind == V_STR && tpl_filter_find(value_text(input)), result);
}
static bool test_test(TplCall *call, Value input, bool *result)
{
    return named(call, input, input.kind == V_STR && tpl_test_find(value_text(input)), result);
}

/* ---- text ---- */

static bool test_lower(TplCall *call, Value input, bool *result)
{
    return answer(call, lib_text_is_case(value_to_str(call->arena, input), false), result);
}
static bool test_upper(TplCall *call, Value input, bool *result)
{
    return answer(call, lib_text_is_case(value_to_str(call->arena, input), true), result);
}

/* ---- numbers ---- */

static bool remainder_is(TplCall *call, Value input, Value divisor, int64_t wanted, bool *result)
{
    Value rest;
    if (!value_binary(call, TPL_MOD, input, divisor, &rest)) return false;
    *result = value_equal(rest, value_int(wanted));
    return true;
}

static bool test_odd(TplCall *call, Value input, bool *result)
{
    return answer(call, false, result) && remainder_is(call, input, value_int(2), 1, result);
}
static bool test_even(TplCall *call, Value input, bool *result)
{
    return answer(call, false, result) && remainder_is(call, input, value_int(2), 0, result);
}
static bool test_divisibleby(TplCall *call, Value input, bool *result)
{
    Value num;
    return tpl_args(call, "num", &num) && remainder_is(call, input, num, 0, result);
}

/* ---- comparison ---- */

static bool compare(TplCall *call, TplCompareOp op, Value input, bool *result)
{
    Value other;
    if (call->arg_count == 1 && !call->named_count)
        other = call->args[0];
    else if (!tpl_args(call, "other", &other))
        return false;
    return value_compare_op(call, op, input, other, result);
}

static bool test_eq(TplCall *call, Value input, bool *result)
{
    return compare(call, TPL_EQ, input, result);
}
static bool test_ne(TplCall *call, Value input, bool *result)
{
    return compare(call, TPL_NE, input, result);
}
static bool test_lt(TplCall *call, Value input, bool *result)
{
    return compare(call, TPL_LT, input, result);
}
static bool test_le(TplCall *call, Value input, bool *result)
{
    return compare(call, TPL_LE, input, result);
}
static bool test_gt(TplCall *call, Value input, bool *result)
{
    return compare(call, TPL_GT, input, result);
}
static bool test_ge(TplCall *call, Value input, bool *result)
{
    return compare(call, TPL_GE, input, result);
}

static bool test_in(TplCall *call, Value input, bool *result)
{
    Value seq;
    return tpl_args(call, "seq", &seq) && value_in(call, input, seq, result);
}

/* Containers are the same if they are one; of plain values, equal ones of one kind are. */
static bool test_sameas(TplCall *call, Value input, bool *result)
{
    Value other;
    if (!tpl_args(call, "other", &other)) return false;
    *result = input.kind == other.kind;
    if (!*result) return true;
    switch ((ValueKind)input.kind) {
    case V_UNDEFINED: *result = false; break; /* each use of a name makes a new one */
    case V_NONE: break;
    case V_BOOL:
    case V_INT:
    case V_FLOAT:
    case V_STR: *result = value_equal(input, other); break;
    default: *result = input.u.list == other.u.list; break;
    }
    return true;
}
