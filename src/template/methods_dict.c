/* Methods of dicts, their views, and sets. */
#include "template/library_internal.h"
#include "template/methods.h"

#include <string.h>

/* ---- dicts ---- */

static Dict *own_dict(TplCall *call)
{
    Dict *dict = call->func->self.u.dict;
    return method_changeable(call, dict->frozen) ? dict : NULL;
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
    if (!lib_no_args(call)) return false;
    *result = listed(call, call->func->self.u.dict, LIST_KEYS);
    return true;
}

static bool dict_values(TplCall *call, Value *result)
{
    if (!lib_no_args(call)) return false;
    *result = listed(call, call->func->self.u.dict, LIST_VALUES);
    return true;
}

static bool dict_items(TplCall *call, Value *result)
{
    if (!lib_no_args(call)) return false;
    *result = listed(call, call->func->self.u.dict, LIST_ITEMS);
    return true;
}

static bool dict_get(TplCall *call, Value *result)
{
    Value args[2];
    if (!tpl_args(call, "key, default=?", args)) return false;
    if (args[0].kind != V_UNDEFINED && !method_hashable(call, args[0])) return false;
    const Value *found = dict_find(call->func->self.u.dict, args[0]);
    *result = found ? *found : tpl_arg_given(args[1]) ? args[1] : VALUE_NONE;
    return true;
}

static bool dict_setdefault(TplCall *call, Value *result)
{
    Value args[2];
    Dict *dict = own_dict(call);
    if (!dict || !tpl_args(call, "key, default=?", args) || !method_hashable(call, args[0])) return false;
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
        if (!method_hashable(call, pair.u.list->at[0])) return false;
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
    return method_none(result);
}

static bool dict_pop(TplCall *call, Value *result)
{
    Value args[2];
    Dict *dict = own_dict(call);
    if (!dict || !tpl_args(call, "key, default=?", args)) return false;
    if (args[0].kind != V_UNDEFINED && !method_hashable(call, args[0])) return false;
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
    if (!dict || !lib_no_args(call)) return false;
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
    if (!dict || !lib_no_args(call)) return false;
    empty(dict);
    return method_none(result);
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
    if (!lib_no_args(call)) return false;
    *result = shallow_copy(call->arena, call->func->self);
    return true;
}

static bool dict_fromkeys(TplCall *call, Value *result)
{
    Value args[2], keys;
    if (!tpl_args(call, "iterable, value=?", args) || !value_iterate(call, args[0], &keys)) return false;
    *result = value_dict(call->arena);
    for (uint32_t i = 0; i < keys.u.list->n; i++) {
        if (!method_hashable(call, keys.u.list->at[i])) return false;
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
        if (!method_hashable(call, list.u.list->at[i])) return false;
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
    return set && combine(call, set, op) && method_none(result);
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
    if (!set || !tpl_args(call, "element", &v) || !method_hashable(call, v)) return false;
    dict_set(set, v, VALUE_NONE);
    return method_none(result);
}

static bool set_discard(TplCall *call, Value *result)
{
    Value v;
    Dict *set = own_dict(call);
    if (!set || !tpl_args(call, "element", &v) || !method_hashable(call, v)) return false;
    dict_remove(set, v, NULL);
    return method_none(result);
}

static bool set_remove(TplCall *call, Value *result)
{
    Value v;
    Dict *set = own_dict(call);
    if (!set || !tpl_args(call, "element", &v) || !method_hashable(call, v)) return false;
    if (!dict_remove(set, v, NULL)) return tpl_fail(call, DIAG_template_value, "the set has no such element to remove");
    return method_none(result);
}

static bool set_pop(TplCall *call, Value *result)
{
    Dict *set = own_dict(call);
    if (!set || !lib_no_args(call)) return false;
    for (uint32_t i = 0; i < set->used; i++) {
        if (set->entries[i].key.kind == V_UNDEFINED) continue;
        *result = set->entries[i].key;
        dict_remove(set, *result, NULL);
        return true;
    }
    return tpl_fail(call, DIAG_template_value, "pop from an empty set");
}

static bool set_issubset(TplCall *call, Value *result)
{
    const Dict *set = call->func->self.u.dict;
    Value other;
    if (!tpl_args(call, "other", &other) || !as_set(call, other, &other)) return false;
    bool yes = true;
    for (uint32_t i = 0; i < set->used && yes; i++)
        yes = set->entries[i].key.kind == V_UNDEFINED || dict_find(other.u.dict, set->entries[i].key);
    *result = value_bool(yes);
    return true;
}

/* Looks at the members of the argument one by one until one of them decides, as Python does. */
static bool all_members(TplCall *call, const Dict *set, bool inside, Value *result)
{
    Value other, list;
    if (!tpl_args(call, "other", &other) || !value_iterate(call, other, &list)) return false;
    bool yes = true;
    for (uint32_t i = 0; i < list.u.list->n && yes; i++) {
        if (!method_hashable(call, list.u.list->at[i])) return false;
        yes = (dict_find(set, list.u.list->at[i]) != NULL) == inside;
    }
    *result = value_bool(yes);
    return true;
}

static bool set_issuperset(TplCall *call, Value *result)
{
    return all_members(call, call->func->self.u.dict, true, result);
}
static bool set_isdisjoint(TplCall *call, Value *result)
{
    return all_members(call, call->func->self.u.dict, false, result);
}

/* d.keys().isdisjoint(..) */
static bool view_isdisjoint(TplCall *call, Value *result)
{
    Value own;
    return as_set(call, call->func->self, &own) && all_members(call, own.u.dict, false, result);
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
