/* Methods of lists and numbers, and the way to the methods of all kinds. */
#include "template/methods.h"

#include "base/edit.h"
#include "template/library_internal.h"

#include <math.h>
#include <string.h>

bool method_range(TplCall *call, Value start, Value stop, int64_t length, int64_t *from, int64_t *to)
{
    *from = 0;
    *to = length;
    if (tpl_arg_given(start) && start.kind != V_NONE && !lib_int_arg(call, "start", start, from)) return false;
    if (tpl_arg_given(stop) && stop.kind != V_NONE && !lib_int_arg(call, "end", stop, to)) return false;
    if (*from < 0) *from = *from < -length ? 0 : *from + length;
    if (*to < 0) *to = *to < -length ? 0 : *to + length;
    if (*to > length) *to = length;
    return true;
}

bool method_none(Value *result)
{
    *result = VALUE_NONE;
    return true;
}

bool method_changeable(TplCall *call, bool frozen)
{
    if (!frozen) return true;
    tpl_fail(call, DIAG_template_value, "this %s is shared project data and cannot be changed",
             value_type_name(call->func->self));
    diag_hint(tpl_eval_sink(call->eval), "change a copy of it, made with .copy()");
    return false;
}

bool method_hashable(TplCall *call, Value key)
{
    if (value_hashable(key)) return true;
    if (key.kind == V_UNDEFINED)
        return tpl_fail(call, DIAG_template_undefined, "%s%.*s%s is undefined and cannot be a key",
                        key.len ? "'" : "this", STR_ARG(value_text(key)), key.len ? "'" : "");
    return tpl_fail(call, DIAG_template_type, "unhashable type: '%s'", value_type_name(key));
}

/* ---- lists ---- */

static List *own_list(TplCall *call)
{
    List *list = call->func->self.u.list;
    return method_changeable(call, list->frozen) ? list : NULL;
}

static bool list_append(TplCall *call, Value *result)
{
    Value v;
    List *list = own_list(call);
    if (!list || !tpl_args(call, "object", &v)) return false;
    list_push(list, v);
    return method_none(result);
}

static bool list_extend(TplCall *call, Value *result)
{
    Value v;
    List *list = own_list(call);
    if (!list || !tpl_args(call, "iterable", &v) || !value_iterate(call, v, &v)) return false;
    uint32_t n = v.u.list->n; /* may be the list itself */
    for (uint32_t i = 0; i < n; i++) list_push(list, v.u.list->at[i]);
    return method_none(result);
}

static bool list_insert(TplCall *call, Value *result)
{
    Value args[2];
    int64_t i = 0;
    List *list = own_list(call);
    if (!list || !tpl_args(call, "index, object", args) || !lib_int_arg(call, "index", args[0], &i)) return false;
    if (i < 0) i = i < -(int64_t)list->n ? 0 : i + list->n;
    if (i > list->n) i = list->n;
    list_push(list, args[1]);
    memmove(list->at + i + 1, list->at + i, (list->n - 1 - (size_t)i) * sizeof(Value));
    list->at[i] = args[1];
    return method_none(result);
}

static void remove_at(List *list, size_t i)
{
    memmove(list->at + i, list->at + i + 1, (list->n - 1 - i) * sizeof(Value));
    list->n--;
}

static bool list_pop(TplCall *call, Value *result)
{
    Value v;
    int64_t i = -1;
    List *list = own_list(call);
    if (!list || !tpl_args(call, "index=?", &v) || !lib_int_arg(call, "index", v, &i)) return false;
    if (!list->n) return tpl_fail(call, DIAG_template_value, "pop from empty list");
    if (i < 0) i += list->n;
    if (i < 0 || i >= list->n) return tpl_fail(call, DIAG_template_value, "pop index out of range");
    *result = list->at[i];
    remove_at(list, (size_t)i);
    return true;
}

static bool list_remove(TplCall *call, Value *result)
{
    Value v;
    List *list = own_list(call);
    if (!list || !tpl_args(call, "value", &v)) return false;
    for (uint32_t i = 0; i < list->n; i++)
        if (value_equal(list->at[i], v)) {
            remove_at(list, i);
            return method_none(result);
        }
    return tpl_fail(call, DIAG_template_value, "list.remove(x): x not in list");
}

static bool list_clear(TplCall *call, Value *result)
{
    List *list = own_list(call);
    if (!list || !lib_no_args(call)) return false;
    list->n = 0;
    return method_none(result);
}

static bool list_reverse(TplCall *call, Value *result)
{
    List *list = own_list(call);
    if (!list || !lib_no_args(call)) return false;
    for (uint32_t i = 0; i < list->n / 2; i++) {
        Value other = list->at[i];
        list->at[i] = list->at[list->n - 1 - i];
        list->at[list->n - 1 - i] = other;
    }
    return method_none(result);
}

static bool list_sort(TplCall *call, Value *result)
{
    Value args[2];
    bool reverse = false;
    List *list = own_list(call);
    if (!list) return false;
    if (call->arg_count) return tpl_fail(call, DIAG_template_call, "sort() takes no positional arguments");
    if (!tpl_args(call, "key=?, reverse=?", args)) return false;
    if (!lib_flag_arg(call, args[1], &reverse)) return false;
    SortItem *items = arena_alloc(call->arena, (list->n + 1) * sizeof *items);
    for (uint32_t i = 0; i < list->n; i++) {
        items[i] = (SortItem){list->at[i], list->at[i]};
        if (tpl_arg_given(args[0]) && args[0].kind != V_NONE &&
            !tpl_call(call->eval, args[0], call->span, &list->at[i], 1, NULL, NULL, 0, &items[i].key))
            return false;
    }
    if (!lib_sort(call, items, list->n, SORT_PLAIN, reverse)) return false;
    for (uint32_t i = 0; i < list->n; i++) list->at[i] = items[i].value;
    return method_none(result);
}

static bool list_copy(TplCall *call, Value *result)
{
    if (!lib_no_args(call)) return false;
    *result = value_tuple(call->arena, call->func->self.u.list->at, call->func->self.u.list->n);
    result->kind = V_LIST;
    return true;
}

static bool list_count(TplCall *call, Value *result)
{
    Value v;
    int64_t n = 0;
    const List *list = call->func->self.u.list;
    if (!tpl_args(call, "value", &v)) return false;
    for (uint32_t i = 0; i < list->n; i++) n += value_equal(list->at[i], v);
    *result = value_int(n);
    return true;
}

static bool list_index(TplCall *call, Value *result)
{
    Value args[3];
    int64_t from, to;
    Value self = call->func->self;
    const List *list = self.u.list;
    if (!tpl_args(call, "value, start=?, stop=?", args) || !method_range(call, args[1], args[2], list->n, &from, &to))
        return false;
    for (int64_t i = from; i < to; i++)
        if (value_equal(list->at[i], args[0])) {
            *result = value_int(i);
            return true;
        }
    if (self.kind == V_TUPLE) return tpl_fail(call, DIAG_template_value, "tuple.index(x): x not in tuple");
    Buf repr;
    buf_init(&repr, call->arena);
    value_repr(args[0], &repr);
    Str shown = buf_str(&repr);
    return tpl_fail(call, DIAG_template_value, "%.*s is not in list", STR_ARG(shown));
}

const MethodDef list_methods[] = {
    {"append", list_append}, {"clear", list_clear},     {"copy", list_copy},     {"count", list_count},
    {"extend", list_extend}, {"index", list_index},     {"insert", list_insert}, {"pop", list_pop},
    {"remove", list_remove}, {"reverse", list_reverse}, {"sort", list_sort},
};
const size_t list_method_count = LIB_COUNT(list_methods);

const MethodDef tuple_methods[] = {{"count", list_count}, {"index", list_index}};
const size_t tuple_method_count = LIB_COUNT(tuple_methods);

/* ---- numbers and ranges ---- */

static bool give_self(TplCall *call, Value *result)
{
    Value self = call->func->self;
    if (!lib_no_args(call)) return false;
    *result = self.kind == V_BOOL ? value_int(self.u.boolean) : self;
    return true;
}

static bool int_bit_length(TplCall *call, Value *result)
{
    int64_t i = 0, bits = 0;
    if (!lib_no_args(call)) return false;
    lib_is_int(call->func->self, &i);
    for (uint64_t u = i < 0 ? 0 - (uint64_t)i : (uint64_t)i; u; u >>= 1) bits++;
    *result = value_int(bits);
    return true;
}

static bool int_bit_count(TplCall *call, Value *result)
{
    int64_t i = 0;
    if (!lib_no_args(call)) return false;
    lib_is_int(call->func->self, &i);
    *result = value_int(__builtin_popcountll(i < 0 ? 0 - (uint64_t)i : (uint64_t)i));
    return true;
}

static bool int_ratio(TplCall *call, Value *result)
{
    int64_t i = 0;
    if (!lib_no_args(call)) return false;
    lib_is_int(call->func->self, &i);
    *result = value_tuple(call->arena, (Value[]){value_int(i), value_int(1)}, 2);
    return true;
}

static bool float_is_integer(TplCall *call, Value *result)
{
    double f = call->func->self.u.real;
    if (!lib_no_args(call)) return false;
    *result = value_bool(isfinite(f) && f == floor(f));
    return true;
}

static bool float_ratio(TplCall *call, Value *result)
{
    double f = call->func->self.u.real;
    if (!lib_no_args(call)) return false;
    if (!isfinite(f))
        return tpl_fail(call, DIAG_template_value, "cannot convert %s to integer ratio", isnan(f) ? "NaN" : "Infinity");
    int exponent;
    double mantissa = frexp(f, &exponent);
    for (; mantissa != trunc(mantissa); exponent--) mantissa *= 2;
    int64_t over = (int64_t)mantissa, under = 1;
    bool fits = exponent > -63 && exponent < 63;
    if (fits && exponent < 0) under = (int64_t)1 << -exponent;
    if (fits && exponent > 0) fits = !__builtin_mul_overflow(over, (int64_t)1 << exponent, &over);
    if (!fits) return tpl_fail(call, DIAG_template_value, "the ratio needs integers of more than 64 bits");
    *result = value_tuple(call->arena, (Value[]){value_int(over), value_int(under)}, 2);
    return true;
}

static bool range_index(TplCall *call, Value *result)
{
    Value v, list;
    if (!tpl_args(call, "value", &v) || !value_iterate(call, call->func->self, &list)) return false;
    for (uint32_t i = 0; i < list.u.list->n; i++)
        if (value_equal(list.u.list->at[i], v)) {
            *result = value_int(i);
            return true;
        }
    return tpl_fail(call, DIAG_template_value, "the value is not in range");
}

static bool range_count(TplCall *call, Value *result)
{
    Value v;
    bool yes;
    if (!tpl_args(call, "value", &v) || !value_in(call, v, call->func->self, &yes)) return false;
    *result = value_int(yes);
    return true;
}

const MethodDef int_methods[] = {
    {"as_integer_ratio", int_ratio},
    {"bit_count", int_bit_count},
    {"bit_length", int_bit_length},
    {"conjugate", give_self},
};
const size_t int_method_count = LIB_COUNT(int_methods);

const MethodDef float_methods[] = {
    {"as_integer_ratio", float_ratio}, {"conjugate", give_self}, {"is_integer", float_is_integer}};
const size_t float_method_count = LIB_COUNT(float_methods);

const MethodDef range_methods[] = {{"count", range_count}, {"index", range_index}};
const size_t range_method_count = LIB_COUNT(range_methods);

/* ---- the way to them ---- */

static const MethodDef *methods_of(Value v, size_t *count)
{
#define METHODS(kind) (*count = kind##_method_count, kind##_methods)
    switch ((ValueKind)v.kind) {
    case V_STR: return METHODS(str);
    case V_LIST:
        if (value_form(v) == LIST_PLAIN) return METHODS(list);
        if (value_form(v) == LIST_KEYS || value_form(v) == LIST_ITEMS) return METHODS(view);
        break;
    case V_TUPLE: return METHODS(tuple);
    case V_DICT: return METHODS(dict);
    case V_SET: return METHODS(set);
    case V_BOOL:
    case V_INT: return METHODS(int);
    case V_FLOAT: return METHODS(float);
    case V_RANGE: return METHODS(range);
    default: break;
    }
#undef METHODS
    *count = 0;
    return NULL;
}

/* Methods of Markup give Markup again. What they put into the text they escape: the new text of replace, the filling of
 * center and its kin, the values of format (join does it by itself). */
static size_t first_escaped(const char *method)
{
    static const char *const second[] = {"center", "ljust", "replace", "rjust"};
    for (size_t i = 0; i < LIB_COUNT(second); i++)
        if (!strcmp(method, second[i])) return 1;
    return !strcmp(method, "format") || !strcmp(method, "format_map") ? 0 : SIZE_MAX;
}

static bool call_safe(TplCall *call, Value *result)
{
    const MethodDef *def = call->func->data;
    size_t from = first_escaped(def->name);
    TplCall inner = *call;
    Value *args = ARENA_ARRAY(call->arena, Value, call->arg_count + 1);
    Value *named = ARENA_ARRAY(call->arena, Value, call->named_count + 1);
    for (size_t i = 0; i < call->arg_count; i++)
        args[i] = i >= from ? lib_escape_within(call, call->args[i]) : call->args[i];
    for (size_t i = 0; i < call->named_count; i++)
        named[i] = from == 0 ? lib_escape_within(call, call->named[i]) : call->named[i];
    inner.args = args;
    inner.named = named;
    if (!def->fn(&inner, result)) return false;
    if (result->kind == V_STR) result->flags |= VALUE_SAFE;
    if (result->kind == V_LIST || result->kind == V_TUPLE)
        for (uint32_t i = 0; i < result->u.list->n; i++)
            if (result->u.list->at[i].kind == V_STR) result->u.list->at[i].flags |= VALUE_SAFE;
    return true;
}

static bool plain_attribute(Value self, Str name, Value *result)
{
    bool whole = self.kind == V_INT || self.kind == V_BOOL;
    if (whole || self.kind == V_FLOAT) {
        int64_t i = 0;
        lib_is_int(self, &i);
        if (str_eq(name, STR("real")))
            *result = whole ? value_int(i) : self;
        else if (str_eq(name, STR("imag")))
            *result = whole ? value_int(0) : value_float(0);
        else if (whole && str_eq(name, STR("numerator")))
            *result = value_int(i);
        else if (whole && str_eq(name, STR("denominator")))
            *result = value_int(1);
        else
            return false;
        return true;
    }
    if (self.kind == V_RANGE) {
        if (str_eq(name, STR("start")))
            *result = value_int(self.u.range->start);
        else if (str_eq(name, STR("stop")))
            *result = value_int(self.u.range->stop);
        else if (str_eq(name, STR("step")))
            *result = value_int(self.u.range->step);
        else
            return false;
        return true;
    }
    return false;
}

bool value_method(TplCall *call, Value self, Str name, Value *bound)
{
    size_t count;
    const MethodDef *methods = methods_of(self, &count);
    const MethodDef *def = count ? lib_find(methods, count, sizeof *methods, name) : NULL;
    if (def && self.kind == V_STR && self.flags & VALUE_SAFE) {
        Value function = value_func(call->arena, def->name, call_safe, self, NULL);
        memcpy(&function.u.func->data, &def, sizeof def); /* the table is constant, data is not */
        *bound = function;
    } else if (def) {
        *bound = value_func(call->arena, def->name, def->fn, self, NULL);
    } else if (!plain_attribute(self, name, bound)) {
        *bound = value_undefined(name);
    }
    return true;
}

void value_part_hint(TplCall *call, Value self, Str name)
{
    size_t count;
    const MethodDef *methods = methods_of(self, &count);
    List *names = value_list(call->arena).u.list;
    for (size_t i = 0; i < count; i++) list_push(names, value_str(str_from(methods[i].name)));
    if (self.kind == V_DICT)
        for (uint32_t i = 0; i < self.u.dict->used; i++) list_push(names, self.u.dict->entries[i].key);
    if (self.kind == V_OBJECT && self.u.object->class->names) self.u.object->class->names(self.u.object, names);
    Str *candidates = ARENA_ARRAY(call->arena, Str, names->n + 1), best;
    count = 0;
    for (uint32_t i = 0; i < names->n; i++)
        if (names->at[i].kind == V_STR) candidates[count++] = value_text(names->at[i]);
    if (nearest(name, candidates, count, &best))
        diag_hint(tpl_eval_sink(call->eval), "did you mean '%.*s'?", STR_ARG(best));
}
