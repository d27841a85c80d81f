#include "template/value.h"

#include "template/decimal.h"

#include "base/mem.h"
#include "template/library.h"

#include <math.h>
#include <string.h>

/* ---- making values ---- */

Value value_list(Arena *arena)
{
    List *list = ARENA_NEW(arena, List);
    list->arena = arena;
    return (Value){.kind = V_LIST, .u.list = list};
}

Value value_tuple(Arena *arena, const Value *items, size_t count)
{
    INVARIANT(count <= UINT32_MAX);
    List *list = ARENA_NEW(arena, List);
    list->arena = arena;
    list->n = list->cap = (uint32_t)count;
    if (count) list->at = arena_copy(arena, items, count * sizeof *items);
    return (Value){.kind = V_TUPLE, .u.list = list};
}

static Value new_dict(Arena *arena, ValueKind kind)
{
    Dict *dict = ARENA_NEW(arena, Dict);
    dict->arena = arena;
    return (Value){.kind = (uint8_t)kind, .u.dict = dict};
}

Value value_dict(Arena *arena)
{
    return new_dict(arena, V_DICT);
}

Value value_set(Arena *arena)
{
    return new_dict(arena, V_SET);
}

Value value_func(Arena *arena, const char *name, TplNative call, Value self, void *data)
{
    Func *func = arena_alloc(arena, sizeof *func);
    *func = (Func){.call = call, .name = name, .self = self, .data = data};
    return (Value){.kind = V_FUNC, .u.func = func};
}

void list_push(List *list, Value v)
{
    if (list->n == list->cap) {
        INVARIANT(list->n < UINT32_MAX / 2);
        uint32_t cap = list->cap ? list->cap * 2 : 8;
        list->at = arena_grow(list->arena, list->at, list->cap * sizeof *list->at, cap * sizeof *list->at);
        list->cap = cap;
    }
    list->at[list->n++] = v;
}

/* ---- truth, equality, order ---- */

static uint32_t range_length(const Range *r)
{
    if (r->step > 0)
        return r->start >= r->stop ? 0 : (uint32_t)((uint64_t)(r->stop - r->start - 1) / (uint64_t)r->step + 1);
    return r->start <= r->stop ? 0 : (uint32_t)((uint64_t)(r->start - r->stop - 1) / (uint64_t)-r->step + 1);
}

bool value_truthy(Value v)
{
    switch ((ValueKind)v.kind) {
    case V_UNDEFINED:
    case V_NONE: return false;
    case V_BOOL: return v.u.boolean;
    case V_INT: return v.u.integer != 0;
    case V_FLOAT: return v.u.real != 0;
    case V_STR: return v.len != 0;
    case V_LIST: return value_used_up_by_walking(v) || v.u.list->n != 0;
    case V_TUPLE: return v.u.list->n != 0;
    case V_DICT:
    case V_SET: return v.u.dict->live != 0;
    case V_RANGE: return range_length(v.u.range) != 0;
    case V_FUNC:
    case V_MACRO: return true;
    case V_OBJECT: return v.u.object->class->truthy ? v.u.object->class->truthy(v.u.object) : true;
    }
    return true;
}

static bool is_number(Value v)
{
    return v.kind == V_INT || v.kind == V_FLOAT || v.kind == V_BOOL;
}

static bool as_integer(Value v, int64_t *i)
{
    if (v.kind == V_INT)
        *i = v.u.integer;
    else if (v.kind == V_BOOL)
        *i = v.u.boolean;
    else
        return false;
    return true;
}

/* Exact, also where an integer has more bits than a double holds. False if one of them is not a number (NaN). */
static bool compare_int_float(int64_t i, double f, int *order)
{
    if (isnan(f)) return false;
    if (f >= 9223372036854775808.0)
        *order = -1;
    else if (f < -9223372036854775808.0)
        *order = 1;
    else {
        double whole = trunc(f);
        int64_t w = (int64_t)whole;
        if (i != w)
            *order = i < w ? -1 : 1;
        else
            *order = f > whole ? -1 : f < whole ? 1 : 0;
    }
    return true;
}

static bool compare_numbers(Value a, Value b, int *order)
{
    int64_t x = 0, y = 0;
    bool a_int = as_integer(a, &x), b_int = as_integer(b, &y);
    if (a_int && b_int)
        *order = x < y ? -1 : x > y;
    else if (a_int)
        return compare_int_float(x, b.u.real, order);
    else if (b_int) {
        if (!compare_int_float(y, a.u.real, order)) return false;
        *order = -*order;
    } else {
        if (isnan(a.u.real) || isnan(b.u.real)) return false;
        *order = a.u.real < b.u.real ? -1 : a.u.real > b.u.real;
    }
    return true;
}

/* Containers may hold themselves; Python gives up by a RecursionError, we by calling them different. */
enum { MAX_NESTING = 200 };

static bool equal_deep(Value a, Value b, int depth);

static bool lists_equal(const List *a, const List *b, int depth)
{
    if (a == b) return true;
    if (a->n != b->n) return false;
    for (uint32_t i = 0; i < a->n; i++)
        if (!equal_deep(a->at[i], b->at[i], depth)) return false;
    return true;
}

static bool dicts_equal(const Dict *a, const Dict *b, bool with_values, int depth)
{
    if (a == b) return true;
    if (a->live != b->live) return false;
    for (uint32_t i = 0; i < a->used; i++) {
        const DictEntry *e = &a->entries[i];
        if (e->key.kind == V_UNDEFINED) continue;
        const Value *other = dict_find(b, e->key);
        if (!other || (with_values && !equal_deep(e->value, *other, depth))) return false;
    }
    return true;
}

static bool list_holds(const List *list, Value v, int depth)
{
    for (uint32_t i = 0; i < list->n; i++)
        if (equal_deep(list->at[i], v, depth)) return true;
    return false;
}

/* Views of keys and items compare as sets. */
static bool same_members(const List *a, const List *b, int depth)
{
    if (a->n != b->n) return false;
    for (uint32_t i = 0; i < a->n; i++)
        if (!list_holds(b, a->at[i], depth)) return false;
    return true;
}

static bool equal_deep(Value a, Value b, int depth)
{
    if (depth > MAX_NESTING) return false;
    if (is_number(a) && is_number(b)) {
        int order;
        return compare_numbers(a, b, &order) && order == 0;
    }
    if (a.kind != b.kind) {
        const Decimal *x = value_as_decimal(a), *y = value_as_decimal(b);
        int order;
        return (x ? decimal_compare(x, b, &order) : y && decimal_compare(y, a, &order)) && order == 0;
    }
    switch ((ValueKind)a.kind) {
    case V_STR: return str_eq(value_text(a), value_text(b));
    case V_LIST:
        if (value_form(a) != value_form(b)) return false;
        if (value_form(a) == LIST_KEYS || value_form(a) == LIST_ITEMS)
            return same_members(a.u.list, b.u.list, depth + 1);
        if (value_form(a) != LIST_PLAIN) return a.u.list == b.u.list;
        return lists_equal(a.u.list, b.u.list, depth + 1);
    case V_TUPLE: return lists_equal(a.u.list, b.u.list, depth + 1);
    case V_DICT: return dicts_equal(a.u.dict, b.u.dict, true, depth + 1);
    case V_SET: return dicts_equal(a.u.dict, b.u.dict, false, depth + 1);
    case V_RANGE: {
        const Range *x = a.u.range, *y = b.u.range;
        uint32_t n = range_length(x);
        if (n != range_length(y)) return false;
        return n == 0 || (x->start == y->start && (n == 1 || x->step == y->step));
    }
    case V_FUNC:
        if (a.u.func == b.u.func) return true;
        return a.u.func->call == b.u.func->call && a.u.func->data == b.u.func->data &&
               a.u.func->self.kind == b.u.func->self.kind && a.u.func->self.kind != V_UNDEFINED &&
               a.u.func->self.u.list == b.u.func->self.u.list;
    case V_MACRO: return a.u.macro == b.u.macro;
    case V_OBJECT:
        if (a.u.object == b.u.object) return true;
        return a.u.object->class == b.u.object->class && a.u.object->class->equal &&
               a.u.object->class->equal(a.u.object, b.u.object);
    case V_UNDEFINED: /* Jinja2 compares the class only */
    case V_NONE: return true;
    case V_BOOL:
    case V_INT:
    case V_FLOAT: break;
    }
    return false;
}

bool value_equal(Value a, Value b)
{
    return equal_deep(a, b, 0);
}

static bool compare_deep(Value a, Value b, int *order, int depth)
{
    if (depth > MAX_NESTING) return false;
    if (is_number(a) && is_number(b)) return compare_numbers(a, b, order);
    if (a.kind == V_OBJECT && a.u.object->class->compare) return a.u.object->class->compare(a.u.object, b, order);
    if (a.kind != b.kind) return false;
    if (a.kind == V_STR) {
        *order = str_cmp(value_text(a), value_text(b));
        *order = *order < 0 ? -1 : *order > 0;
        return true;
    }
    if (a.kind == V_LIST ? value_form(a) || value_form(b) : a.kind != V_TUPLE) return false;
    const List *x = a.u.list, *y = b.u.list;
    for (uint32_t i = 0; i < x->n && i < y->n; i++)
        if (!equal_deep(x->at[i], y->at[i], depth + 1)) return compare_deep(x->at[i], y->at[i], order, depth + 1);
    *order = x->n < y->n ? -1 : x->n > y->n;
    return true;
}

bool value_compare(Value a, Value b, int *order)
{
    return compare_deep(a, b, order, 0);
}

/* ---- hashing ---- */

bool value_hashable(Value v)
{
    switch ((ValueKind)v.kind) {
    case V_LIST: return value_used_up_by_walking(v);
    case V_DICT:
    case V_SET:
    case V_UNDEFINED: return false; /* Jinja2's undefined is hashable; as a key it could only be a mistake */
    case V_TUPLE:
        for (uint32_t i = 0; i < v.u.list->n; i++)
            if (!value_hashable(v.u.list->at[i])) return false;
        return true;
    case V_OBJECT: return !v.u.object->class->unhashable;
    default: return true;
    }
}

static uint64_t mix(uint64_t x)
{
    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdu;
    x ^= x >> 33;
    return x;
}

uint64_t value_hash(Value v)
{
    switch ((ValueKind)v.kind) {
    case V_BOOL: return mix(v.u.boolean ? 1 : 0);
    case V_INT: return mix((uint64_t)v.u.integer);
    case V_FLOAT: {
        double f = v.u.real;
        if (f >= -9223372036854775808.0 && f < 9223372036854775808.0 && f == trunc(f)) return mix((uint64_t)(int64_t)f);
        uint64_t bits;
        memcpy(&bits, &f, sizeof bits);
        return mix(bits ^ 0x9e3779b97f4a7c15u);
    }
    case V_STR: return str_hash(value_text(v));
    case V_TUPLE: {
        uint64_t h = 0x345678;
        for (uint32_t i = 0; i < v.u.list->n; i++) h = mix(h ^ value_hash(v.u.list->at[i])) + 0x9e3779b9;
        return h;
    }
    case V_RANGE: {
        const Range *r = v.u.range;
        return mix(range_length(r) ? (uint64_t)r->start * 31 + range_length(r) : 0);
    }
    case V_OBJECT:
        if (value_as_decimal(v)) return decimal_hash(value_as_decimal(v));
        /* equal objects need equal hashes: the class, unless identity is equality */
        return v.u.object->class->equal ? mix((uintptr_t)v.u.object->class) : mix((uintptr_t)v.u.object);
    case V_FUNC: return mix((uintptr_t)v.u.func->call);
    case V_NONE: return 0x6e6f6e65;
    default: return mix((uintptr_t)v.u.list);
    }
}

/* ---- names of types ---- */

const char *value_type_name(Value v)
{
    static const char *const forms[] = {"list",        "generator",  "dict_keys",
                                        "dict_values", "dict_items", "list_reverseiterator"};
    switch ((ValueKind)v.kind) {
    case V_UNDEFINED: return "Undefined";
    case V_NONE: return "NoneType";
    case V_BOOL: return "bool";
    case V_INT: return "int";
    case V_FLOAT: return "float";
    case V_STR: return v.flags & VALUE_SAFE ? "Markup" : "str";
    case V_LIST: return forms[value_form(v)];
    case V_TUPLE: return "tuple";
    case V_DICT: return "dict";
    case V_SET: return "set";
    case V_RANGE: return "range";
    case V_FUNC: return v.u.func->self.kind == V_UNDEFINED ? "function" : "builtin_function_or_method";
    case V_MACRO: return "Macro";
    case V_OBJECT: return v.u.object->class->name;
    }
    return "object";
}

/* ---- copies ---- */

static Value copy_deep(Arena *arena, Value v, int depth)
{
    INVARIANT(depth <= 4 * MAX_NESTING); /* what a render hands out is data, and data is a tree */
    switch ((ValueKind)v.kind) {
    case V_STR:
        v.u.str = str_dup(arena, value_text(v)).ptr;
        v.flags &= (uint8_t)~VALUE_MAPPED;
        return v;
    case V_UNDEFINED: v.u.str = v.u.str ? str_dup(arena, value_text(v)).ptr : NULL; return v;
    case V_LIST:
    case V_TUPLE: {
        Value copy = value_tuple(arena, v.u.list->at, v.u.list->n);
        copy.kind = v.kind;
        copy.flags = v.flags;
        for (uint32_t i = 0; i < copy.u.list->n; i++)
            copy.u.list->at[i] = copy_deep(arena, copy.u.list->at[i], depth + 1);
        return copy;
    }
    case V_DICT:
    case V_SET: {
        Value copy = value_dict_sized(arena, v.u.dict->live);
        copy.kind = v.kind;
        for (uint32_t i = 0; i < v.u.dict->used; i++) {
            const DictEntry *e = &v.u.dict->entries[i];
            if (e->key.kind != V_UNDEFINED)
                dict_set(copy.u.dict, copy_deep(arena, e->key, depth + 1), copy_deep(arena, e->value, depth + 1));
        }
        return copy;
    }
    case V_RANGE: v.u.range = arena_copy(arena, v.u.range, sizeof *v.u.range); return v;
    default: return v;
    }
}

Value value_copy(Arena *arena, Value v)
{
    return copy_deep(arena, v, 0);
}

void value_freeze(Value v)
{
    if (v.kind == V_LIST || v.kind == V_TUPLE) {
        if (v.u.list->frozen) return;
        v.u.list->frozen = true;
        for (uint32_t i = 0; i < v.u.list->n; i++) value_freeze(v.u.list->at[i]);
    } else if (v.kind == V_DICT || v.kind == V_SET) {
        if (v.u.dict->frozen) return;
        v.u.dict->frozen = true;
        for (uint32_t i = 0; i < v.u.dict->used; i++) {
            value_freeze(v.u.dict->entries[i].key);
            value_freeze(v.u.dict->entries[i].value);
        }
    }
}
