/* Methods and attributes of everything but strings, and the way to all of them. */
#include "template/methods.h"

#include "template/library_internal.h"

#include <math.h>
#include <string.h>

static bool no_args(TplCall *call)
{
    return call->arg_count + call->named_count == 0 || tpl_args(call, "", NULL);
}

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

static bool changeable(TplCall *call, bool frozen)
{
    if (!frozen) return true;
    tpl_fail(call, DIAG_template_value, "this %s is shared project data and cannot be changed",
             value_type_name(call->func->self));
    diag_hint(tpl_eval_sink(call->eval), "change a copy of it, made with .copy()");
    return false;
}

static bool hashable(TplCall *call, Value key)
{
    if (value_hashable(key)) return true;
    if (key.kind == V_UNDEFINED) return value_undefined_error(call, key);
    return tpl_fail(call, DIAG_template_type, "unhashable type: '%s'", value_type_name(key));
}

/* ---- lists ---- */

static List *own_list(TplCall *call)
{
    List *list = call->func->self.u.list;
    return changeable(call, list->frozen) ? list : NULL;
}

static bool give_none(Value *result)
{
    *result = VALUE_NONE;
    return true;
}

static bool list_append(TplCall *call, Value *result)
{
    Value v;
    List *list = own_list(call);
    if (!list || !tpl_args(call, "object", &v)) return false;
    list_push(list, v);
    return give_none(result);
}

static bool list_extend(TplCall *call, Value *result)
{
    Value v;
    List *list = own_list(call);
    if (!list || !tpl_args(call, "iterable", &v) || !value_iterate(call, v, &v)) return false;
    uint32_t n = v.u.list->n; /* may be the list itself */
    for (uint32_t i = 0; i < n; i++) list_push(list, v.u.list->at[i]);
    return give_none(result);
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
    return give_none(result);
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
            return give_none(result);
        }
    return tpl_fail(call, DIAG_template_value, "list.remove(x): x not in list");
}

static bool list_clear(TplCall *call, Value *result)
{
    List *list = own_list(call);
    if (!list || !no_args(call)) return false;
    list->n = 0;
    return give_none(result);
}

static bool list_reverse(TplCall *call, Value *result)
{
    List *list = own_list(call);
    if (!list || !no_args(call)) return false;
    for (uint32_t i = 0; i < list->n / 2; i++) {
        Value other = list->at[i];
        list->at[i] = list->at[list->n - 1 - i];
        list->at[list->n - 1 - i] = other;
    }
    return give_none(result);
}

static bool list_sort(TplCall *call, Value *result)
{
    Value args[2];
    bool reverse = false;
    List *list = own_list(call);
    if (!list) return false;
    if (call->arg_count) return tpl_fail(call, DIAG_template_call, "sort() takes no positional arguments");
    if (!tpl_args(call, "key=?, reverse=?", args)) return false;
    lib_bool_arg(args[1], &reverse);
    SortItem *items = arena_alloc(call->arena, (list->n + 1) * sizeof *items);
    for (uint32_t i = 0; i < list->n; i++) {
        items[i] = (SortItem){list->at[i], list->at[i]};
        if (tpl_arg_given(args[0]) && args[0].kind != V_NONE &&
            !tpl_call(call->eval, args[0], call->span, &list->at[i], 1, NULL, NULL, 0, &items[i].key))
            return false;
    }
    if (!lib_sort(call, items, list->n, SORT_PLAIN, reverse)) return false;
    for (uint32_t i = 0; i < list->n; i++) list->at[i] = items[i].value;
    return give_none(result);
}

static bool list_copy(TplCall *call, Value *result)
{
    if (!no_args(call)) return false;
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

/* ---- dicts ---- */

static Dict *own_dict(TplCall *call)
{
    Dict *dict = call->func->self.u.dict;
    return changeable(call, dict->frozen) ? dict : NULL;
}

static Value listed(TplCall *call, const Dict *dict, ListForm form)
{
    Value list = value_tuple(call->arena, NULL, 0);
    list.kind = V_LIST;
    Value *to = arena_alloc(call->arena, (dict->live + 1) * sizeof(Value));
    List *pairs = form == LIST_ITEMS ? arena_alloc(call->arena, (dict->live + 1) * sizeof(List)) : NULL;
    Value *in_pairs = form == LIST_ITEMS ? arena_alloc(call->arena, (dict->live + 1) * 2 * sizeof(Value)) : NULL;
    uint32_t n = 0;
    for (uint32_t i = 0; i < dict->used; i++) {
        const DictEntry *e = &dict->entries[i];
        if (e->key.kind == V_UNDEFINED) continue;
        if (form == LIST_ITEMS) {
            in_pairs[2 * n] = e->key;
            in_pairs[2 * n + 1] = e->value;
            pairs[n] = (List){call->arena, &in_pairs[2 * n], 2, 2, false};
            to[n] = (Value){.kind = V_TUPLE, .u.list = &pairs[n]};
        } else {
            to[n] = form == LIST_KEYS ? e->key : e->value;
        }
        n++;
    }
    list.u.list->at = to;
    list.u.list->n = n;
    list.u.list->cap = n;
    return value_in_form(list, form);
}

Value lib_dict_items(TplCall *call, const Dict *dict)
{
    return listed(call, dict, LIST_ITEMS);
}

static bool dict_keys(TplCall *call, Value *result)
{
    if (!no_args(call)) return false;
    *result = listed(call, call->func->self.u.dict, LIST_KEYS);
    return true;
}

static bool dict_values(TplCall *call, Value *result)
{
    if (!no_args(call)) return false;
    *result = listed(call, call->func->self.u.dict, LIST_VALUES);
    return true;
}

static bool dict_items(TplCall *call, Value *result)
{
    if (!no_args(call)) return false;
    *result = listed(call, call->func->self.u.dict, LIST_ITEMS);
    return true;
}

static bool dict_get(TplCall *call, Value *result)
{
    Value args[2];
    if (!tpl_args(call, "key, default=?", args)) return false;
    if (args[0].kind != V_UNDEFINED && !hashable(call, args[0])) return false;
    const Value *found = dict_find(call->func->self.u.dict, args[0]);
    *result = found ? *found : tpl_arg_given(args[1]) ? args[1] : VALUE_NONE;
    return true;
}

static bool dict_setdefault(TplCall *call, Value *result)
{
    Value args[2];
    Dict *dict = own_dict(call);
    if (!dict || !tpl_args(call, "key, default=?", args) || !hashable(call, args[0])) return false;
    const Value *found = dict_find(dict, args[0]);
    *result = found ? *found : tpl_arg_given(args[1]) ? args[1] : VALUE_NONE;
    if (!found) dict_set(dict, args[0], *result);
    return true;
}

bool lib_dict_update(TplCall *call, Dict *dict, Value from)
{
    if (from.kind == V_DICT) {
        for (uint32_t i = 0; i < from.u.dict->used; i++) {
            DictEntry e = from.u.dict->entries[i];
            if (e.key.kind != V_UNDEFINED) dict_set(dict, e.key, e.value);
        }
        return true;
    }
    if (from.kind == V_OBJECT && from.u.object->class->plain) {
        Value plain;
        if (!from.u.object->class->plain(call, from.u.object, &plain)) return false;
        if (plain.kind == V_DICT) return lib_dict_update(call, dict, plain);
    }
    if (from.kind == V_UNDEFINED) return lib_lenient(from) || value_undefined_error(call, from);
    Value list, pair;
    if (!value_iterate(call, from, &list)) return false;
    for (uint32_t i = 0; i < list.u.list->n; i++) {
        Value item = list.u.list->at[i];
        if (item.kind == V_NONE || item.kind == V_INT || item.kind == V_FLOAT || item.kind == V_BOOL)
            return tpl_fail(call, DIAG_template_type,
                            "cannot convert dictionary update sequence element #%u to a sequence", i);
        if (!value_iterate(call, item, &pair)) return false;
        if (pair.u.list->n != 2)
            return tpl_fail(call, DIAG_template_value,
                            "dictionary update sequence element #%u has length %u; 2 is required", i, pair.u.list->n);
        if (!hashable(call, pair.u.list->at[0])) return false;
        dict_set(dict, pair.u.list->at[0], pair.u.list->at[1]);
    }
    return true;
}

static bool dict_update(TplCall *call, Value *result)
{
    Dict *dict = own_dict(call);
    if (!dict) return false;
    if (call->arg_count > 1)
        return tpl_fail(call, DIAG_template_call, "update expected at most 1 argument, got %zu", call->arg_count);
    if (call->arg_count && !lib_dict_update(call, dict, call->args[0])) return false;
    for (size_t i = 0; i < call->named_count; i++) dict_set_str(dict, call->names[i], call->named[i]);
    return give_none(result);
}

static bool dict_pop(TplCall *call, Value *result)
{
    Value args[2];
    Dict *dict = own_dict(call);
    if (!dict || !tpl_args(call, "key, default=?", args)) return false;
    if (args[0].kind != V_UNDEFINED && !hashable(call, args[0])) return false;
    if (dict_remove(dict, args[0], result)) return true;
    if (tpl_arg_given(args[1])) {
        *result = args[1];
        return true;
    }
    Buf repr;
    buf_init(&repr, call->arena);
    value_repr(args[0], &repr);
    Str shown = buf_str(&repr);
    return tpl_fail(call, DIAG_template_value, "there is no key %.*s to pop", STR_ARG(shown));
}

static bool dict_popitem(TplCall *call, Value *result)
{
    Dict *dict = own_dict(call);
    if (!dict || !no_args(call)) return false;
    for (uint32_t i = dict->used; i > 0; i--) {
        DictEntry e = dict->entries[i - 1];
        if (e.key.kind == V_UNDEFINED) continue;
        *result = value_tuple(call->arena, (Value[]){e.key, e.value}, 2);
        dict_remove(dict, e.key, NULL);
        return true;
    }
    return tpl_fail(call, DIAG_template_value, "popitem(): dictionary is empty");
}

static void empty(Dict *dict)
{
    dict->used = dict->live = 0;
    if (dict->slot_count) memset(dict->slots, 0, dict->slot_count * sizeof *dict->slots);
}

static bool dict_clear(TplCall *call, Value *result)
{
    Dict *dict = own_dict(call);
    if (!dict || !no_args(call)) return false;
    empty(dict);
    return give_none(result);
}

static Value shallow_copy(Arena *arena, Value v)
{
    Value copy = v.kind == V_SET ? value_set(arena) : value_dict(arena);
    for (uint32_t i = 0; i < v.u.dict->used; i++) {
        const DictEntry *e = &v.u.dict->entries[i];
        if (e->key.kind != V_UNDEFINED) dict_set(copy.u.dict, e->key, e->value);
    }
    return copy;
}

static bool dict_copy(TplCall *call, Value *result)
{
    if (!no_args(call)) return false;
    *result = shallow_copy(call->arena, call->func->self);
    return true;
}

static bool dict_fromkeys(TplCall *call, Value *result)
{
    Value args[2], keys;
    if (!tpl_args(call, "iterable, value=?", args) || !value_iterate(call, args[0], &keys)) return false;
    *result = value_dict(call->arena);
    for (uint32_t i = 0; i < keys.u.list->n; i++) {
        if (!hashable(call, keys.u.list->at[i])) return false;
        dict_set(result->u.dict, keys.u.list->at[i], tpl_arg_given(args[1]) ? args[1] : VALUE_NONE);
    }
    return true;
}

const MethodDef dict_methods[] = {
    {"clear", dict_clear},           {"copy", dict_copy},     {"fromkeys", dict_fromkeys}, {"get", dict_get},
    {"items", dict_items},           {"keys", dict_keys},     {"pop", dict_pop},           {"popitem", dict_popitem},
    {"setdefault", dict_setdefault}, {"update", dict_update}, {"values", dict_values},
};
const size_t dict_method_count = LIB_COUNT(dict_methods);

/* ---- sets ---- */

static bool add_all(TplCall *call, Dict *set, Value from)
{
    Value list;
    if (!value_iterate(call, from, &list)) return false;
    for (uint32_t i = 0; i < list.u.list->n; i++) {
        if (!hashable(call, list.u.list->at[i])) return false;
        dict_set(set, list.u.list->at[i], VALUE_NONE);
    }
    return true;
}

/* The members of an argument, as a set of their own. */
static bool as_set(TplCall *call, Value from, Value *set)
{
    *set = value_set(call->arena);
    return add_all(call, set->u.dict, from);
}

static void keep(Dict *set, const Dict *other, bool in_other)
{
    for (uint32_t i = set->used; i > 0; i--) {
        Value key = set->entries[i - 1].key;
        if (key.kind != V_UNDEFINED && (dict_find(other, key) != NULL) != in_other) dict_remove(set, key, NULL);
    }
}

typedef enum SetOp { SET_UNION, SET_DIFFERENCE, SET_INTERSECTION, SET_SYMMETRIC } SetOp;

static bool combine(TplCall *call, Dict *set, SetOp op)
{
    if (call->named_count)
        return tpl_fail(call, DIAG_template_call, "%s() takes no keyword arguments", call->func->name);
    for (size_t i = 0; i < call->arg_count; i++) {
        Value other;
        if (!as_set(call, call->args[i], &other)) return false;
        if (op == SET_UNION) add_all(call, set, other);
        if (op == SET_DIFFERENCE) keep(set, other.u.dict, false);
        if (op == SET_INTERSECTION) keep(set, other.u.dict, true);
        if (op == SET_SYMMETRIC) {
            for (uint32_t j = 0; j < other.u.dict->used; j++) {
                Value key = other.u.dict->entries[j].key;
                if (!dict_remove(set, key, NULL)) dict_set(set, key, VALUE_NONE);
            }
        }
    }
    return true;
}

static bool combined(TplCall *call, SetOp op, Value *result)
{
    *result = shallow_copy(call->arena, call->func->self);
    return combine(call, result->u.dict, op);
}

static bool combine_here(TplCall *call, SetOp op, Value *result)
{
    Dict *set = own_dict(call);
    return set && combine(call, set, op) && give_none(result);
}

static bool set_union(TplCall *call, Value *result)
{
    return combined(call, SET_UNION, result);
}
static bool set_difference(TplCall *call, Value *result)
{
    return combined(call, SET_DIFFERENCE, result);
}
static bool set_intersection(TplCall *call, Value *result)
{
    return combined(call, SET_INTERSECTION, result);
}
static bool set_symmetric_difference(TplCall *call, Value *result)
{
    return combined(call, SET_SYMMETRIC, result);
}
static bool set_update(TplCall *call, Value *result)
{
    return combine_here(call, SET_UNION, result);
}
static bool set_difference_update(TplCall *call, Value *result)
{
    return combine_here(call, SET_DIFFERENCE, result);
}
static bool set_intersection_update(TplCall *call, Value *result)
{
    return combine_here(call, SET_INTERSECTION, result);
}
static bool set_symmetric_difference_update(TplCall *call, Value *result)
{
    return combine_here(call, SET_SYMMETRIC, result);
}

static bool set_add(TplCall *call, Value *result)
{
    Value v;
    Dict *set = own_dict(call);
    if (!set || !tpl_args(call, "element", &v) || !hashable(call, v)) return false;
    dict_set(set, v, VALUE_NONE);
    return give_none(result);
}

static bool set_discard(TplCall *call, Value *result)
{
    Value v;
    Dict *set = own_dict(call);
    if (!set || !tpl_args(call, "element", &v) || !hashable(call, v)) return false;
    dict_remove(set, v, NULL);
    return give_none(result);
}

static bool set_remove(TplCall *call, Value *result)
{
    Value v;
    Dict *set = own_dict(call);
    if (!set || !tpl_args(call, "element", &v) || !hashable(call, v)) return false;
    if (!dict_remove(set, v, NULL)) return tpl_fail(call, DIAG_template_value, "the set has no such element to remove");
    return give_none(result);
}

static bool set_pop(TplCall *call, Value *result)
{
    Dict *set = own_dict(call);
    if (!set || !no_args(call)) return false;
    for (uint32_t i = 0; i < set->used; i++) {
        if (set->entries[i].key.kind == V_UNDEFINED) continue;
        *result = set->entries[i].key;
        dict_remove(set, *result, NULL);
        return true;
    }
    return tpl_fail(call, DIAG_template_value, "pop from an empty set");
}

static bool compare_sets(TplCall *call, bool (*test)(const Dict *a, const Dict *b), Value *result)
{
    Value other;
    if (!tpl_args(call, "other", &other) || !as_set(call, other, &other)) return false;
    *result = value_bool(test(call->func->self.u.dict, other.u.dict));
    return true;
}

static bool is_subset(const Dict *a, const Dict *b)
{
    for (uint32_t i = 0; i < a->used; i++)
        if (a->entries[i].key.kind != V_UNDEFINED && !dict_find(b, a->entries[i].key)) return false;
    return true;
}

static bool is_superset(const Dict *a, const Dict *b)
{
    return is_subset(b, a);
}

static bool is_disjoint(const Dict *a, const Dict *b)
{
    for (uint32_t i = 0; i < a->used; i++)
        if (a->entries[i].key.kind != V_UNDEFINED && dict_find(b, a->entries[i].key)) return false;
    return true;
}

static bool set_issubset(TplCall *call, Value *result)
{
    return compare_sets(call, is_subset, result);
}
static bool set_issuperset(TplCall *call, Value *result)
{
    return compare_sets(call, is_superset, result);
}
static bool set_isdisjoint(TplCall *call, Value *result)
{
    return compare_sets(call, is_disjoint, result);
}

/* d.keys().isdisjoint(..) */
static bool view_isdisjoint(TplCall *call, Value *result)
{
    Value other, own;
    if (!tpl_args(call, "other", &other) || !as_set(call, other, &other) || !as_set(call, call->func->self, &own))
        return false;
    *result = value_bool(is_disjoint(own.u.dict, other.u.dict));
    return true;
}

const MethodDef view_methods[] = {{"isdisjoint", view_isdisjoint}};
const size_t view_method_count = LIB_COUNT(view_methods);

const MethodDef set_methods[] = {
    {"add", set_add},
    {"clear", dict_clear},
    {"copy", dict_copy},
    {"difference", set_difference},
    {"difference_update", set_difference_update},
    {"discard", set_discard},
    {"intersection", set_intersection},
    {"intersection_update", set_intersection_update},
    {"isdisjoint", set_isdisjoint},
    {"issubset", set_issubset},
    {"issuperset", set_issuperset},
    {"pop", set_pop},
    {"remove", set_remove},
    {"symmetric_difference", set_symmetric_difference},
    {"symmetric_difference_update", set_symmetric_difference_update},
    {"union", set_union},
    {"update", set_update},
};
const size_t set_method_count = LIB_COUNT(set_methods);

/* ---- numbers and ranges ---- */

static bool give_self(TplCall *call, Value *result)
{
    Value self = call->func->self;
    if (!no_args(call)) return false;
    *result = self.kind == V_BOOL ? value_int(self.u.boolean) : self;
    return true;
}

static bool int_bit_length(TplCall *call, Value *result)
{
    int64_t i = 0, bits = 0;
    if (!no_args(call)) return false;
    lib_is_int(call->func->self, &i);
    for (uint64_t u = i < 0 ? 0 - (uint64_t)i : (uint64_t)i; u; u >>= 1) bits++;
    *result = value_int(bits);
    return true;
}

static bool int_bit_count(TplCall *call, Value *result)
{
    int64_t i = 0;
    if (!no_args(call)) return false;
    lib_is_int(call->func->self, &i);
    *result = value_int(__builtin_popcountll(i < 0 ? 0 - (uint64_t)i : (uint64_t)i));
    return true;
}

static bool int_ratio(TplCall *call, Value *result)
{
    int64_t i = 0;
    if (!no_args(call)) return false;
    lib_is_int(call->func->self, &i);
    *result = value_tuple(call->arena, (Value[]){value_int(i), value_int(1)}, 2);
    return true;
}

static bool float_is_integer(TplCall *call, Value *result)
{
    double f = call->func->self.u.real;
    if (!no_args(call)) return false;
    *result = value_bool(isfinite(f) && f == floor(f));
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

const MethodDef float_methods[] = {{"conjugate", give_self}, {"is_integer", float_is_integer}};
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

void value_method_hint(TplCall *call, Value self, Str name)
{
    enum { MAX_METHODS = 64 };
    const char *names[MAX_METHODS];
    size_t count;
    const MethodDef *methods = methods_of(self, &count);
    if (count > MAX_METHODS) count = MAX_METHODS;
    for (size_t i = 0; i < count; i++) names[i] = methods[i].name;
    lib_hint_near(call, name, names, count);
}
