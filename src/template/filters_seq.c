/* Filters of lists, dicts and whatever else can be walked through. */
#include "template/filters.h"
#include "template/library_internal.h"
#include "template/srcmap.h"
#include "template/unicode.h"

#include <string.h>
#include <sys/random.h>

/* What min, sort, unique, ... compare: text in small letters, unless case matters. */
static Value comparable(TplCall *call, Value v, bool case_sensitive)
{
    if (v.kind != V_STR || case_sensitive) return v;
    return value_str(unicode_convert(call->arena, value_text(v), CASE_LOWER));
}

/* A copy that may be kept and changed. */
static bool to_list(TplCall *call, Value input, Value *list)
{
    Value walked;
    if (!value_iterate(call, input, &walked)) return false;
    *list = value_tuple(call->arena, walked.u.list->at, walked.u.list->n);
    list->kind = V_LIST;
    return true;
}

bool filter_length(TplCall *call, Value input, Value *result)
{
    int64_t n;
    if (!lib_no_args(call) || !value_length(call, input, &n)) return false;
    *result = value_int(n);
    return true;
}

bool filter_list(TplCall *call, Value input, Value *result)
{
    return lib_no_args(call) && to_list(call, input, result);
}

bool filter_items(TplCall *call, Value input, Value *result)
{
    if (!lib_no_args(call)) return false;
    if (input.kind == V_UNDEFINED) {
        *result = lib_generator(call);
        return true;
    }
    if (input.kind == V_OBJECT && input.u.object->class->plain &&
        !input.u.object->class->plain(call, input.u.object, &input))
        return false;
    if (input.kind != V_DICT)
        return tpl_fail(call, DIAG_template_type, "items needs a mapping, not '%s'", value_type_name(input));
    *result = value_in_form(lib_dict_items(call, input.u.dict), LIST_GENERATOR);
    return true;
}

/* ---- one of them ---- */

static Value no_item(Str what)
{
    Value v = value_undefined(what);
    v.flags = VALUE_NAMELESS;
    return v;
}

bool filter_first(TplCall *call, Value input, Value *result)
{
    Value list;
    if (!lib_no_args(call)) return false;
    if (value_used_up_by_walking(input)) {
        List *left = input.u.list; /* takes one, leaves the others */
        if (left->n) {
            *result = left->at[0];
            left->at++;
            left->n--;
            left->cap--;
            return true;
        }
        *result = no_item(STR("first item"));
        return true;
    }
    if (!value_iterate(call, input, &list)) return false;
    *result = list.u.list->n ? list.u.list->at[0] : no_item(STR("first item"));
    return true;
}

/* Python takes a letter of a Markup by its number, and that is Markup again; walking gives plain letters. */
static void keep_safe(Value input, Value *item)
{
    if (input.kind == V_STR && item->kind == V_STR) item->flags |= input.flags & VALUE_SAFE;
}

bool filter_last(TplCall *call, Value input, Value *result)
{
    Value list;
    if (!lib_no_args(call)) return false;
    if (input.kind == V_SET || value_used_up_by_walking(input)) {
        tpl_fail(call, DIAG_template_type, "'%s' object is not reversible", value_type_name(input));
        diag_hint(tpl_eval_sink(call->eval), "make a list of it first: |list|last");
        return false;
    }
    if (!value_iterate(call, input, &list)) return false;
    *result = list.u.list->n ? list.u.list->at[list.u.list->n - 1] : no_item(STR("last item"));
    keep_safe(input, result);
    return true;
}

bool filter_random(TplCall *call, Value input, Value *result)
{
    Value list;
    uint64_t number = 0;
    if (!lib_no_args(call)) return false;
    if (input.kind == V_DICT || input.kind == V_SET || value_used_up_by_walking(input))
        return tpl_fail(call, DIAG_template_type, "'%s' object is not subscriptable", value_type_name(input));
    if (!value_iterate(call, input, &list)) return false;
    if (getrandom(&number, sizeof number, 0) < 0) number = (uint64_t)(uintptr_t)list.u.list;
    *result = list.u.list->n ? list.u.list->at[number % list.u.list->n] : no_item(STR("random item"));
    keep_safe(input, result);
    return true;
}

static bool extreme(TplCall *call, Value input, TplCompareOp op, Value *result)
{
    Value args[2], list;
    AttrPath path;
    bool case_sensitive = false;
    if (!tpl_args(call, "case_sensitive=?, attribute=?", args) || !lib_attr_path(call, args[1], &path) ||
        !value_iterate(call, input, &list))
        return false;
    lib_bool_arg(args[0], &case_sensitive);
    Value best_key = VALUE_NONE;
    *result = no_item(STR("aggregated item"));
    for (uint32_t i = 0; i < list.u.list->n; i++) {
        Value key;
        bool better = i == 0;
        if (!lib_attr_get(call, &path, list.u.list->at[i], &key)) return false;
        key = comparable(call, key, case_sensitive);
        if (!better && !value_compare_op(call, op, key, best_key, &better)) return false;
        if (!better) continue;
        best_key = key;
        *result = list.u.list->at[i];
    }
    return true;
}

bool filter_min(TplCall *call, Value input, Value *result)
{
    return extreme(call, input, TPL_LT, result);
}

bool filter_max(TplCall *call, Value input, Value *result)
{
    return extreme(call, input, TPL_GT, result);
}

bool filter_sum(TplCall *call, Value input, Value *result)
{
    Value args[2], list;
    AttrPath path;
    if (!tpl_args(call, "attribute=?, start=?", args) || !lib_attr_path(call, args[0], &path) ||
        !value_iterate(call, input, &list))
        return false;
    Value sum = tpl_arg_given(args[1]) ? args[1] : value_int(0);
    if (sum.kind == V_STR) return tpl_fail(call, DIAG_template_type, "sum() can't sum strings [use |join instead]");
    for (uint32_t i = 0; i < list.u.list->n; i++) {
        Value item;
        if (!lib_attr_get(call, &path, list.u.list->at[i], &item) || !value_binary(call, TPL_ADD, sum, item, &sum))
            return false;
    }
    *result = sum;
    return true;
}

/* ---- in another order, or grouped ---- */

bool filter_reverse(TplCall *call, Value input, Value *result)
{
    if (!lib_no_args(call)) return false;
    if (input.kind == V_STR) return value_slice(call, input, VALUE_NONE, VALUE_NONE, value_int(-1), result);
    bool plain = input.kind == V_SET || value_used_up_by_walking(input);
    if (!to_list(call, input, result)) return false;
    List *list = result->u.list;
    for (uint32_t i = 0; i < list->n / 2; i++) {
        Value other = list->at[i];
        list->at[i] = list->at[list->n - 1 - i];
        list->at[list->n - 1 - i] = other;
    }
    if (!plain) *result = value_in_form(*result, LIST_REVERSED);
    return true;
}

/* "a,b.c" is two paths. */
static bool sort_paths(TplCall *call, Value attribute, AttrPath **paths, size_t *count)
{
    *count = 1;
    if (!tpl_arg_given(attribute) || attribute.kind != V_STR) {
        *paths = ARENA_NEW(call->arena, AttrPath);
        return lib_attr_path(call, attribute, *paths);
    }
    Str rest = value_text(attribute), piece;
    for (size_t i = 0; i < rest.len; i++) *count += rest.ptr[i] == ',';
    *paths = ARENA_ARRAY(call->arena, AttrPath, *count);
    for (size_t i = 0; str_split_next(&rest, ',', &piece); i++)
        if (!lib_attr_path(call, value_str(piece), &(*paths)[i])) return false;
    return true;
}

bool filter_sort(TplCall *call, Value input, Value *result)
{
    Value args[3];
    AttrPath *paths;
    size_t path_count;
    bool reverse = false, case_sensitive = false;
    if (!tpl_args(call, "reverse=?, case_sensitive=?, attribute=?", args) ||
        !sort_paths(call, args[2], &paths, &path_count) || !to_list(call, input, result))
        return false;
    if (!lib_flag_arg(call, args[0], &reverse)) return false;
    lib_bool_arg(args[1], &case_sensitive);
    List *list = result->u.list;
    SortItem *items = arena_alloc(call->arena, (list->n + 1) * sizeof *items);
    for (uint32_t i = 0; i < list->n; i++) {
        items[i].value = list->at[i];
        if (path_count > 1) items[i].key = value_list(call->arena);
        for (size_t j = 0; j < path_count; j++) {
            Value key;
            if (!lib_attr_get(call, &paths[j], list->at[i], &key)) return false;
            key = comparable(call, key, case_sensitive);
            if (path_count > 1)
                list_push(items[i].key.u.list, key);
            else
                items[i].key = key;
        }
    }
    if (!lib_sort(call, items, list->n, SORT_LISTED, reverse)) return false;
    for (uint32_t i = 0; i < list->n; i++) list->at[i] = items[i].value;
    return true;
}

bool filter_dictsort(TplCall *call, Value input, Value *result)
{
    Value args[3];
    bool case_sensitive = false, reverse = false;
    Str by = STR("key");
    if (!tpl_args(call, "case_sensitive=?, by=?, reverse=?", args) || !lib_str_arg(call, "by", args[1], &by))
        return false;
    lib_bool_arg(args[0], &case_sensitive);
    if (!lib_flag_arg(call, args[2], &reverse)) return false;
    bool by_value = str_eq(by, STR("value"));
    if (!by_value && !str_eq(by, STR("key")))
        return tpl_fail(call, DIAG_template_value, "You can only sort by either \"key\" or \"value\"");
    if (lib_lenient(input)) input = value_dict(call->arena);
    if (input.kind == V_UNDEFINED) return value_undefined_error(call, input);
    if (input.kind == V_OBJECT && input.u.object->class->plain &&
        !input.u.object->class->plain(call, input.u.object, &input))
        return false;
    if (input.kind != V_DICT)
        return tpl_fail(call, DIAG_template_type, "dictsort needs a mapping, not '%s'", value_type_name(input));
    *result = value_in_form(lib_dict_items(call, input.u.dict), LIST_PLAIN);
    List *list = result->u.list;
    SortItem *items = arena_alloc(call->arena, (list->n + 1) * sizeof *items);
    for (uint32_t i = 0; i < list->n; i++)
        items[i] = (SortItem){comparable(call, list->at[i].u.list->at[by_value], case_sensitive), list->at[i]};
    if (!lib_sort(call, items, list->n, SORT_PLAIN, reverse)) return false;
    for (uint32_t i = 0; i < list->n; i++) list->at[i] = items[i].value;
    return true;
}

/* A pair (grouper, list) that also has these two names. */
typedef struct Group {
    Object head;
    Value pair;
} Group;

static bool group_attr(TplCall *call, Object *self, Str name, Value *result)
{
    const Group *group = (const Group *)(const void *)self;
    if (str_eq(name, STR("grouper")))
        *result = group->pair.u.list->at[0];
    else if (str_eq(name, STR("list")))
        *result = group->pair.u.list->at[1];
    else
        return value_method(call, group->pair, name, result);
    return true;
}

static bool group_item(TplCall *call, Object *self, Value key, Value *result)
{
    return value_index(call, ((const Group *)(const void *)self)->pair, key, result);
}

static bool group_iterate(TplCall *call, Object *self, Value *list)
{
    (void)call;
    *list = ((const Group *)(const void *)self)->pair;
    return true;
}

static bool group_length(TplCall *call, Object *self, int64_t *length)
{
    (void)call;
    (void)self;
    *length = 2;
    return true;
}

static void group_str(const Object *self, Buf *out)
{
    value_repr(((const Group *)(const void *)self)->pair, out);
}

static bool group_plain(TplCall *call, Object *self, Value *result)
{
    return group_iterate(call, self, result);
}

static bool group_equal(const Object *a, const Object *b)
{
    return value_equal(((const Group *)(const void *)a)->pair, ((const Group *)(const void *)b)->pair);
}

static bool group_compare(const Object *a, Value b, int *order)
{
    if (b.kind == V_OBJECT && b.u.object->class == a->class) b = ((const Group *)(const void *)b.u.object)->pair;
    return value_compare(((const Group *)(const void *)a)->pair, b, order);
}

static const ObjectClass group_class = {
    .name = "_GroupTuple",
    .attr = group_attr,
    .item = group_item,
    .iterate = group_iterate,
    .length = group_length,
    .str = group_str,
    .equal = group_equal,
    .unhashable = true, /* it holds a list */
    .compare = group_compare,
    .plain = group_plain,
};

static bool attr_or_default(TplCall *call, const AttrPath *path, Value item, Value fallback, Value *result)
{
    for (size_t i = 0; i < path->count; i++) {
        if (!tpl_get_item(call->eval, item, path->parts[i], call->span, &item)) return false;
        if (item.kind == V_UNDEFINED && tpl_arg_given(fallback) && fallback.kind != V_NONE) item = fallback;
    }
    *result = item;
    return true;
}

bool filter_groupby(TplCall *call, Value input, Value *result)
{
    Value args[3], list;
    AttrPath path;
    bool case_sensitive = false;
    if (!tpl_args(call, "attribute, default=?, case_sensitive=?", args) || !lib_attr_path(call, args[0], &path) ||
        !value_iterate(call, input, &list))
        return false;
    lib_bool_arg(args[2], &case_sensitive);
    size_t n = list.u.list->n;
    SortItem *items = arena_alloc(call->arena, (n + 1) * sizeof *items);
    for (size_t i = 0; i < n; i++) {
        items[i].value = list.u.list->at[i];
        if (!attr_or_default(call, &path, items[i].value, args[1], &items[i].key)) return false;
        items[i].key = comparable(call, items[i].key, case_sensitive);
    }
    if (!lib_sort(call, items, n, SORT_PLAIN, false)) return false;
    *result = value_list(call->arena);
    for (size_t i = 0; i < n;) {
        Value pair[2] = {items[i].key, value_list(call->arena)};
        if (!case_sensitive && !attr_or_default(call, &path, items[i].value, args[1], &pair[0])) return false;
        size_t first = i;
        for (; i < n && value_equal(items[i].key, items[first].key); i++) list_push(pair[1].u.list, items[i].value);
        Group *group = ARENA_NEW(call->arena, Group);
        group->head.class = &group_class;
        group->pair = value_tuple(call->arena, pair, 2);
        list_push(result->u.list, value_object(&group->head));
        if (i == first) i++; /* a key that is not equal to itself (nan) */
    }
    return true;
}

bool filter_unique(TplCall *call, Value input, Value *result)
{
    Value args[2], list;
    AttrPath path;
    bool case_sensitive = false;
    if (!tpl_args(call, "case_sensitive=?, attribute=?", args) || !lib_attr_path(call, args[1], &path) ||
        !value_iterate(call, input, &list))
        return false;
    lib_bool_arg(args[0], &case_sensitive);
    Value seen = value_set(call->arena);
    bool seen_undefined = false;
    *result = lib_generator(call);
    for (uint32_t i = 0; i < list.u.list->n; i++) {
        Value key;
        if (!lib_attr_get(call, &path, list.u.list->at[i], &key)) return false;
        key = comparable(call, key, case_sensitive);
        if (key.kind == V_UNDEFINED) {
            if (!seen_undefined) list_push(result->u.list, list.u.list->at[i]);
            seen_undefined = true;
            continue;
        }
        if (!value_hashable(key))
            return tpl_fail(call, DIAG_template_type, "unhashable type: '%s'", value_type_name(key));
        if (dict_find(seen.u.dict, key)) continue;
        dict_set(seen.u.dict, key, VALUE_NONE);
        list_push(result->u.list, list.u.list->at[i]);
    }
    return true;
}

static Value part_of(TplCall *call, const List *list, size_t from, size_t to)
{
    Value part = value_list(call->arena);
    for (size_t i = from; i < to && i < list->n; i++) list_push(part.u.list, list->at[i]);
    return part;
}

enum { MAX_PARTS = 1000000 };

bool filter_slice(TplCall *call, Value input, Value *result)
{
    Value args[2], list;
    int64_t slices = 0;
    if (!tpl_args(call, "slices, fill_with=?", args) || !lib_int_arg(call, "slices", args[0], &slices) ||
        !value_iterate(call, input, &list))
        return false;
    if (slices == 0) return tpl_fail(call, DIAG_template_value, "integer division or modulo by zero");
    if (slices > MAX_PARTS) return tpl_fail(call, DIAG_template_limit, "%lld slices are too many", (long long)slices);
    *result = lib_generator(call);
    if (slices < 0) return true;
    size_t count = (size_t)slices, n = list.u.list->n, each = n / count, longer = n % count, from = 0;
    for (size_t i = 0; i < count; i++) {
        size_t to = from + each + (i < longer);
        Value part = part_of(call, list.u.list, from, to);
        if (tpl_arg_given(args[1]) && args[1].kind != V_NONE && i >= longer) list_push(part.u.list, args[1]);
        list_push(result->u.list, part);
        from = to;
    }
    return true;
}

bool filter_batch(TplCall *call, Value input, Value *result)
{
    Value args[2], list;
    int64_t size = 0;
    if (!tpl_args(call, "linecount, fill_with=?", args) || !lib_int_arg(call, "linecount", args[0], &size) ||
        !value_iterate(call, input, &list))
        return false;
    *result = lib_generator(call);
    size_t n = list.u.list->n;
    if (size == 0 && n > 0) list_push(result->u.list, value_list(call->arena)); /* as Jinja2 */
    size_t step = size <= 0 ? (n ? n : 1) : (size_t)size;
    for (size_t from = 0; from < n; from += step) {
        Value part = part_of(call, list.u.list, from, from + step);
        if (tpl_arg_given(args[1]) && args[1].kind != V_NONE && size <= MAX_PARTS)
            while (part.u.list->n < (uint64_t)(size < 0 ? 0 : size)) list_push(part.u.list, args[1]);
        list_push(result->u.list, part);
    }
    return true;
}

bool filter_join(TplCall *call, Value input, Value *result)
{
    Value args[2] = {value_str(STR_EMPTY), VALUE_NONE}, list;
    AttrPath path = {0};
    if (call->arg_count == 1 && !call->named_count)
        args[0] = call->args[0];
    else if (call->arg_count + call->named_count > 0) {
        if (!tpl_args(call, "d=?, attribute=?", args) || !lib_attr_path(call, args[1], &path)) return false;
    }
    if (args[0].kind != V_STR) args[0] = value_str(value_to_str(call->arena, args[0]));
    if (!value_iterate(call, input, &list)) return false;
    Buf out;
    buf_init(&out, call->arena);
    bool mapped = args[0].flags & VALUE_MAPPED;
    for (uint32_t i = 0; i < list.u.list->n; i++) {
        Value item;
        if (!lib_attr_get(call, &path, list.u.list->at[i], &item)) return false;
        if (!tpl_may_make(call, out.len + args[0].len)) return false;
        if (i) buf_add(&out, value_text(args[0]));
        mapped = mapped || (item.kind == V_STR && item.flags & VALUE_MAPPED);
        value_print(item, &out);
    }
    *result = value_str(buf_str(&out));
    if (!mapped) return true;
    MappedText text; /* once more, with maps */
    mapped_begin(&text, call->arena);
    for (uint32_t i = 0; i < list.u.list->n; i++) {
        Value item;
        if (!lib_attr_get(call, &path, list.u.list->at[i], &item)) return false;
        if (i) mapped_add(&text, args[0], call->span);
        if (item.kind == V_STR)
            mapped_add(&text, item, call->span);
        else
            mapped_add_str(&text, value_to_str(call->arena, item), call->span);
    }
    *result = mapped_end(&text);
    return true;
}

/* ---- map, select and their kin ---- */

bool filter_map(TplCall *call, Value input, Value *result)
{
    Value list;
    *result = lib_generator(call);
    if (!value_truthy(input)) return true;
    if (call->arg_count == 0) {
        Value attribute = VALUE_NONE, fallback = VALUE_NONE;
        bool found = false;
        for (size_t i = 0; i < call->named_count; i++) {
            if (str_eq(call->names[i], STR("attribute"))) {
                attribute = call->named[i];
                found = true;
            } else if (str_eq(call->names[i], STR("default"))) {
                fallback = call->named[i];
            }
        }
        if (!found) return tpl_fail(call, DIAG_template_call, "map needs the name of a filter, or attribute=");
        for (size_t i = 0; i < call->named_count; i++)
            if (!str_eq(call->names[i], STR("attribute")) && !str_eq(call->names[i], STR("default")))
                return tpl_fail(call, DIAG_template_call, "Unexpected keyword argument '%.*s'",
                                STR_ARG(call->names[i]));
        AttrPath path;
        if (!lib_attr_path(call, attribute, &path) || !value_iterate(call, input, &list)) return false;
        for (uint32_t i = 0; i < list.u.list->n; i++) {
            Value item;
            if (!attr_or_default(call, &path, list.u.list->at[i], fallback, &item)) return false;
            list_push(result->u.list, item);
        }
        return true;
    }
    Str name = STR_EMPTY;
    if (!lib_str_arg(call, "name", call->args[0], &name) || !value_iterate(call, input, &list)) return false;
    const TplFilterDef *filter = tpl_filter_find(name);
    if (!filter) {
        size_t count;
        const char *const *names = tpl_filter_names(&count);
        tpl_fail(call, DIAG_template_undefined, "there is no filter '%.*s'", STR_ARG(name));
        lib_hint_near(call, name, names, count);
        return false;
    }
    TplCall inner = *call;
    inner.name = filter->name;
    inner.args++;
    inner.arg_count--;
    for (uint32_t i = 0; i < list.u.list->n; i++) {
        Value item;
        if (!tpl_step(call) || !filter->fn(&inner, list.u.list->at[i], &item)) return false;
        list_push(result->u.list, item);
    }
    return true;
}

static bool choose(TplCall *call, Value input, bool by_attribute, bool wanted, Value *result)
{
    Value list;
    AttrPath path = {0};
    const TplTestDef *test = NULL;
    TplCall inner = *call;
    *result = lib_generator(call);
    if (!value_truthy(input)) return true;
    if (by_attribute) {
        if (!inner.arg_count)
            return tpl_fail(call, DIAG_template_call, "%s needs the name of an attribute",
                            call->name ? call->name : "this filter");
        if (!lib_attr_path(call, inner.args[0], &path)) return false;
        inner.args++;
        inner.arg_count--;
    }
    if (inner.arg_count) {
        Str name = STR_EMPTY;
        if (!lib_str_arg(call, "name", inner.args[0], &name)) return false;
        test = tpl_test_find(name);
        if (!test) {
            size_t count;
            const char *const *names = tpl_test_names(&count);
            tpl_fail(call, DIAG_template_undefined, "there is no test '%.*s'", STR_ARG(name));
            lib_hint_near(call, name, names, count);
            return false;
        }
        inner.name = test->name;
        inner.args++;
        inner.arg_count--;
    }
    if (!value_iterate(call, input, &list)) return false;
    for (uint32_t i = 0; i < list.u.list->n; i++) {
        Value item;
        bool yes;
        if (!lib_attr_get(call, &path, list.u.list->at[i], &item)) return false;
        if (!test)
            yes = value_truthy(item);
        else if (!test->fn(&inner, item, &yes))
            return false;
        if (yes == wanted) list_push(result->u.list, list.u.list->at[i]);
    }
    return true;
}

bool filter_select(TplCall *call, Value input, Value *result)
{
    return choose(call, input, false, true, result);
}
bool filter_reject(TplCall *call, Value input, Value *result)
{
    return choose(call, input, false, false, result);
}
bool filter_selectattr(TplCall *call, Value input, Value *result)
{
    return choose(call, input, true, true, result);
}
bool filter_rejectattr(TplCall *call, Value input, Value *result)
{
    return choose(call, input, true, false, result);
}
