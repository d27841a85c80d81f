/* The tables of the library and what its files share. */
#include "base/edit.h"
#include "template/library_internal.h"
#include "template/srcmap.h"
#include "template/unicode.h"

#include <string.h>

const void *lib_find(const void *table, size_t count, size_t size, Str name)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const char *entry = (const char *)table + middle * size;
        const char *const *entry_name = (const char *const *)(const void *)entry;
        int c = str_cmp(str_from(*entry_name), name); /* a name asked for may hold NUL bytes */
        if (c == 0) return entry;
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

TplCall lib_subcall(const TplCall *call, const Value *args, size_t arg_count)
{
    TplCall sub = *call;
    sub.args = args;
    sub.arg_count = arg_count;
    sub.names = NULL;
    sub.named = NULL;
    sub.named_count = 0;
    return sub;
}

bool lib_no_args(TplCall *call)
{
    return call->arg_count + call->named_count == 0 || tpl_args(call, "", NULL);
}

bool lib_int_arg(TplCall *call, const char *what, Value v, int64_t *out)
{
    if (!tpl_arg_given(v)) return true;
    if (lib_is_int(v, out)) return true;
    if (v.kind == V_UNDEFINED) return value_undefined_error(call, v);
    if (v.kind == V_FLOAT)
        return tpl_fail(call, DIAG_template_type, "'float' object cannot be interpreted as an integer");
    return tpl_fail(call, DIAG_template_type, "'%s' must be an integer, not '%s'", what, value_type_name(v));
}

bool lib_str_arg(TplCall *call, const char *what, Value v, Str *out)
{
    if (!tpl_arg_given(v)) return true;
    if (v.kind == V_STR)
        *out = value_text(v);
    else if (v.kind == V_UNDEFINED)
        return value_undefined_error(call, v);
    else
        return tpl_fail(call, DIAG_template_type, "'%s' must be a string, not '%s'", what, value_type_name(v));
    return true;
}

void lib_bool_arg(Value v, bool *out)
{
    if (tpl_arg_given(v)) *out = value_truthy(v);
}

bool lib_flag_arg(TplCall *call, Value v, bool *out)
{
    int64_t number = 0;
    if (!tpl_arg_given(v)) return true;
    if (!lib_is_int(v, &number))
        return tpl_fail(call, DIAG_template_type, "'%s' object cannot be interpreted as an integer",
                        value_type_name(v));
    *out = number != 0;
    return true;
}

Value lib_escape_within(TplCall *call, Value v)
{
    Value copy;
    switch ((ValueKind)v.kind) {
    case V_STR: return lib_safe(lib_escaped(call->arena, v));
    case V_TUPLE:
        copy = value_tuple(call->arena, v.u.list->at, v.u.list->n);
        for (uint32_t i = 0; i < copy.u.list->n; i++) copy.u.list->at[i] = lib_escape_within(call, copy.u.list->at[i]);
        return copy;
    case V_DICT:
        copy = value_dict(call->arena);
        for (uint32_t i = 0; i < v.u.dict->used; i++)
            if (v.u.dict->entries[i].key.kind != V_UNDEFINED)
                dict_set(copy.u.dict, v.u.dict->entries[i].key, lib_escape_within(call, v.u.dict->entries[i].value));
        return copy;
    case V_NONE:
    case V_BOOL:
    case V_INT:
    case V_FLOAT:
    case V_UNDEFINED: return v;
    default: return lib_safe(lib_escaped(call->arena, v));
    }
}

/* ---- near names ---- */

void lib_hint_near(TplCall *call, Str name, const char *const *names, size_t count)
{
    Str *candidates = ARENA_ARRAY(call->arena, Str, count + 1), best;
    for (size_t i = 0; i < count; i++) candidates[i] = str_from(names[i]);
    if (nearest(name, candidates, count, &best))
        diag_hint(tpl_eval_sink(call->eval), "did you mean '%.*s'?", STR_ARG(best));
}

/* ---- attribute paths ---- */

static bool all_digits(Str s)
{
    if (!s.len) return false;
    for (size_t at = 0; at < s.len;)
        if (!unicode_decimal(unicode_next(s, &at))) return false;
    return true;
}

bool lib_attr_path(TplCall *call, Value attribute, AttrPath *path)
{
    *path = (AttrPath){0};
    if (!tpl_arg_given(attribute) || attribute.kind == V_NONE) return true;
    if (attribute.kind != V_STR) {
        path->parts = ARENA_NEW(call->arena, Value);
        path->parts[0] = attribute;
        path->count = 1;
        return true;
    }
    Str rest = value_text(attribute), piece;
    size_t dots = 0;
    for (size_t i = 0; i < rest.len; i++) dots += rest.ptr[i] == '.';
    path->parts = ARENA_ARRAY(call->arena, Value, dots + 1);
    while (str_split_next(&rest, '.', &piece)) {
        int64_t i;
        bool number = all_digits(piece) && str_to_int(piece, &i);
        path->parts[path->count++] = number ? value_int(i) : value_str(piece);
    }
    return true;
}

bool lib_attr_get(TplCall *call, const AttrPath *path, Value item, Value *result)
{
    for (size_t i = 0; i < path->count; i++)
        if (!tpl_get_item(call->eval, item, path->parts[i], call->span, &item)) return false;
    *result = item;
    return true;
}

/* ---- sorting ---- */

static bool in_order(TplCall *call, const SortItem *a, const SortItem *b, SortKeys keys, bool reverse, bool *yes)
{
    bool other;
    if (keys == SORT_LISTED && value_equal(a->key, b->key)) {
        *yes = true;
        return true;
    }
    /* as Python's sort: the later one goes first only if it is truly less (or greater, in reverse) */
    if (!value_compare_op(call, TPL_LT, reverse ? a->key : b->key, reverse ? b->key : a->key, &other)) return false;
    *yes = !other;
    return true;
}

bool lib_sort(TplCall *call, SortItem *items, size_t count, SortKeys keys, bool reverse)
{
    if (count < 2) return true;
    SortItem *from = items, *to = arena_alloc(call->arena, count * sizeof *items);
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t start = 0; start < count; start += 2 * width) {
            size_t middle = start + width < count ? start + width : count;
            size_t end = middle + width < count ? middle + width : count;
            size_t a = start, b = middle, out = start;
            while (a < middle && b < end) {
                bool keep;
                if (!in_order(call, &from[a], &from[b], keys, reverse, &keep)) return false;
                to[out++] = keep ? from[a++] : from[b++];
            }
            while (a < middle) to[out++] = from[a++];
            while (b < end) to[out++] = from[b++];
        }
        SortItem *other = from;
        from = to;
        to = other;
    }
    if (from != items) memcpy(items, from, count * sizeof *items);
    return true;
}

Value lib_part(Arena *arena, Value whole, Str part)
{
    if (!(whole.flags & VALUE_MAPPED)) return value_str(part);
    size_t from = part.len ? (size_t)(part.ptr - whole.u.str) : 0;
    Value v = value_slice_mapped(arena, whole, from, from + part.len);
    v.flags &= (uint8_t)~VALUE_SAFE;
    return v;
}

Value lib_generator(TplCall *call)
{
    return value_in_form(value_list(call->arena), LIST_GENERATOR);
}
