/* Values as sequences: subscripts, slices, iteration, length, membership. */
#include "template/library_internal.h"
#include "template/unicode.h"

static int64_t range_length(const Range *r)
{
    if (r->step > 0)
        return r->start >= r->stop ? 0 : (int64_t)((uint64_t)(r->stop - r->start - 1) / (uint64_t)r->step) + 1;
    return r->start <= r->stop ? 0 : (int64_t)((uint64_t)(r->start - r->stop - 1) / (uint64_t)-r->step) + 1;
}

bool value_length(TplCall *call, Value v, int64_t *length)
{
    switch ((ValueKind)v.kind) {
    case V_STR: *length = (int64_t)unicode_length(value_text(v)); return true;
    case V_UNDEFINED: *length = 0; return true;
    case V_LIST:
        if (value_used_up_by_walking(v)) break;
        *length = v.u.list->n;
        return true;
    case V_TUPLE: *length = v.u.list->n; return true;
    case V_DICT:
    case V_SET: *length = v.u.dict->live; return true;
    case V_RANGE: *length = range_length(v.u.range); return true;
    case V_OBJECT:
        if (v.u.object->class->length) return v.u.object->class->length(call, v.u.object, length);
        break;
    default: break;
    }
    return tpl_fail(call, DIAG_template_type, "object of type '%s' has no len()", value_type_name(v));
}

bool value_iterate(TplCall *call, Value v, Value *list)
{
    switch ((ValueKind)v.kind) {
    case V_LIST:
        if (value_used_up_by_walking(v)) {
            *list = value_list(call->arena);
            *list->u.list = *v.u.list;
            list->u.list->frozen = false;
            v.u.list->n = v.u.list->cap = 0;
            v.u.list->at = NULL;
        } else {
            *list = value_in_form(v, LIST_PLAIN);
        }
        return true;
    case V_TUPLE: *list = v; return true;
    case V_UNDEFINED: *list = value_list(call->arena); return true;
    case V_DICT:
    case V_SET:
        *list = value_list(call->arena);
        for (uint32_t i = 0; i < v.u.dict->used; i++)
            if (v.u.dict->entries[i].key.kind != V_UNDEFINED) list_push(list->u.list, v.u.dict->entries[i].key);
        return true;
    case V_STR: {
        *list = value_list(call->arena);
        Str s = value_text(v);
        for (size_t at = 0; at < s.len;) {
            size_t from = at;
            unicode_next(s, &at);
            list_push(list->u.list, value_str(str_slice(s, from, at)));
        }
        return true;
    }
    case V_RANGE: {
        *list = value_list(call->arena);
        int64_t n = range_length(v.u.range);
        for (int64_t i = 0; i < n; i++) list_push(list->u.list, value_int(v.u.range->start + i * v.u.range->step));
        return true;
    }
    case V_OBJECT:
        if (v.u.object->class->iterate) return v.u.object->class->iterate(call, v.u.object, list);
        break;
    default: break;
    }
    return tpl_fail(call, DIAG_template_type, "'%s' object is not iterable", value_type_name(v));
}

bool value_in(TplCall *call, Value item, Value container, bool *yes)
{
    *yes = false;
    switch ((ValueKind)container.kind) {
    case V_STR:
        if (item.kind != V_STR)
            return tpl_fail(call, DIAG_template_type, "'in <string>' requires string as left operand, not %s",
                            value_type_name(item));
        *yes = str_find(value_text(container), value_text(item), 0) != STR_NPOS;
        return true;
    case V_DICT:
    case V_SET:
        if (item.kind == V_UNDEFINED) return true;
        if (!value_hashable(item))
            return tpl_fail(call, DIAG_template_type, "unhashable type: '%s'", value_type_name(item));
        *yes = dict_find(container.u.dict, item) != NULL;
        return true;
    case V_UNDEFINED: return true;
    case V_RANGE: {
        const Range *r = container.u.range;
        double f;
        int64_t i;
        if (!lib_is_number(item, &f)) return true;
        if (!lib_is_int(item, &i)) {
            i = f >= -9e18 && f <= 9e18 ? (int64_t)f : r->stop;
            if ((double)i != f) return true;
        }
        bool inside = r->step > 0 ? i >= r->start && i < r->stop : i <= r->start && i > r->stop;
        *yes = inside && (i - r->start) % r->step == 0;
        return true;
    }
    case V_OBJECT:
        if (container.u.object->class->contains)
            return container.u.object->class->contains(call, container.u.object, item, yes);
        if (!container.u.object->class->iterate) break;
        __attribute__((fallthrough));
    case V_LIST:
    case V_TUPLE: {
        Value list;
        if (!value_iterate(call, container, &list)) return false;
        for (uint32_t i = 0; i < list.u.list->n && !*yes; i++) *yes = value_equal(list.u.list->at[i], item);
        return true;
    }
    default: break;
    }
    return tpl_fail(call, DIAG_template_type, "argument of type '%s' is not iterable", value_type_name(container));
}

static Value missing(TplCall *call, Value key)
{
    return value_undefined(key.kind == V_UNDEFINED ? value_text(key) : value_to_str(call->arena, key));
}

bool value_index(TplCall *call, Value v, Value key, Value *result)
{
    int64_t i, n;
    switch ((ValueKind)v.kind) {
    case V_DICT: {
        const Value *found = dict_find(v.u.dict, key);
        *result = found ? *found : missing(call, key);
        return true;
    }
    case V_LIST:
    case V_TUPLE:
        n = v.u.list->n;
        if ((v.kind == V_LIST && value_form(v)) || !lib_is_int(key, &i)) break;
        if (i < 0) i += n;
        if (i < 0 || i >= n) break;
        *result = v.u.list->at[i];
        return true;
    case V_RANGE:
        n = range_length(v.u.range);
        if (!lib_is_int(key, &i)) break;
        if (i < 0) i += n;
        if (i < 0 || i >= n) break;
        *result = value_int(v.u.range->start + i * v.u.range->step);
        return true;
    case V_STR: {
        if (!lib_is_int(key, &i)) break;
        Str s = value_text(v);
        n = (int64_t)unicode_length(s);
        if (i < 0) i += n;
        if (i < 0 || i >= n) break;
        size_t from = unicode_offset(s, (size_t)i), to = from;
        unicode_next(s, &to);
        *result = value_str(str_slice(s, from, to));
        result->flags |= v.flags & VALUE_SAFE;
        return true;
    }
    default: break;
    }
    *result = missing(call, key);
    return true;
}

/* ---- slices ---- */

typedef struct Slice {
    int64_t start, stop, step, count;
} Slice;

static bool slice_part(TplCall *call, Value v, int64_t *i, bool *given)
{
    *given = v.kind != V_NONE;
    if (!*given || lib_is_int(v, i)) return true;
    if (v.kind == V_UNDEFINED) return value_undefined_error(call, v);
    return tpl_fail(call, DIAG_template_type, "slice indices must be integers or None or have an __index__ method");
}

static int64_t clamp(int64_t i, int64_t n, int64_t low, int64_t high)
{
    if (i < 0) i = i < -n ? low : i + n;
    return i < low ? low : i > high ? high : i;
}

static bool read_slice(TplCall *call, Value start, Value stop, Value step, int64_t n, Slice *slice)
{
    int64_t from = 0, to = 0, by = 1;
    bool has_from, has_to, has_by;
    if (!slice_part(call, step, &by, &has_by) || !slice_part(call, start, &from, &has_from) ||
        !slice_part(call, stop, &to, &has_to))
        return false;
    if (by == 0) return tpl_fail(call, DIAG_template_value, "slice step cannot be zero");
    if (by < -INT64_MAX) by = -INT64_MAX;
    if (by > 0) {
        from = has_from ? clamp(from, n, 0, n) : 0;
        to = has_to ? clamp(to, n, 0, n) : n;
        slice->count = to > from ? (to - from - 1) / by + 1 : 0;
    } else {
        from = has_from ? clamp(from, n, -1, n - 1) : n - 1;
        to = has_to ? clamp(to, n, -1, n - 1) : -1;
        slice->count = from > to ? (from - to - 1) / -by + 1 : 0;
    }
    slice->start = from;
    slice->stop = to;
    slice->step = by;
    return true;
}

static Value slice_str(TplCall *call, Str s, const Slice *slice)
{
    if (slice->count == 0) return value_str(STR_EMPTY);
    if (slice->step == 1) {
        size_t from = unicode_offset(s, (size_t)slice->start);
        Str rest = str_from_index(s, from);
        return value_str(str_slice(rest, 0, unicode_offset(rest, (size_t)slice->count)));
    }
    Buf out;
    buf_init(&out, call->arena);
    bool ascii = unicode_is_ascii(s);
    size_t *offsets = NULL;
    if (!ascii) {
        size_t n = unicode_length(s), at = 0;
        offsets = arena_alloc(call->arena, n * sizeof *offsets);
        for (size_t i = 0; i < n; i++) {
            offsets[i] = at;
            unicode_next(s, &at);
        }
    }
    for (int64_t i = 0; i < slice->count; i++) {
        size_t at = (size_t)(slice->start + i * slice->step), to = ascii ? at : offsets[at];
        size_t from = to;
        unicode_next(s, &to);
        buf_add(&out, str_slice(s, from, to));
    }
    return value_str(buf_str(&out));
}

bool value_slice(TplCall *call, Value v, Value start, Value stop, Value step, Value *result)
{
    Slice slice;
    int64_t n;
    switch ((ValueKind)v.kind) {
    case V_STR:
        if (!read_slice(call, start, stop, step, (int64_t)unicode_length(value_text(v)), &slice)) return false;
        *result = slice_str(call, value_text(v), &slice);
        if (slice.step == 1) *result = lib_part(call->arena, v, value_text(*result));
        result->flags |= v.flags & VALUE_SAFE;
        return true;
    case V_LIST:
        if (value_form(v)) break;
        __attribute__((fallthrough));
    case V_TUPLE: {
        if (!read_slice(call, start, stop, step, v.u.list->n, &slice)) return false;
        *result = value_tuple(call->arena, NULL, 0);
        result->kind = v.kind;
        List *list = result->u.list;
        list->n = list->cap = (uint32_t)slice.count;
        list->at = arena_alloc(call->arena, ((size_t)slice.count + 1) * sizeof(Value));
        for (int64_t i = 0; i < slice.count; i++) list->at[i] = v.u.list->at[slice.start + i * slice.step];
        return true;
    }
    case V_RANGE: {
        n = range_length(v.u.range);
        if (!read_slice(call, start, stop, step, n, &slice)) return false;
        Range *r = ARENA_NEW(call->arena, Range);
        r->step = v.u.range->step * slice.step;
        r->start = v.u.range->start + slice.start * v.u.range->step;
        r->stop = v.u.range->start + slice.stop * v.u.range->step;
        *result = (Value){.kind = V_RANGE, .u.range = r};
        return true;
    }
    case V_DICT: return tpl_fail(call, DIAG_template_type, "unhashable type: 'slice'");
    case V_UNDEFINED: *result = v; return lib_lenient(v) || value_undefined_error(call, v);
    default: break;
    }
    return tpl_fail(call, DIAG_template_type, "'%s' object is not subscriptable", value_type_name(v));
}
