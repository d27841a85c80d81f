/* Functions that every template has: range, dict, namespace, cycler, joiner. */
#include "template/library_internal.h"

#include <string.h>

/* ---- range ---- */

enum { MAX_RANGE = 100000 }; /* the limit of Jinja2's sandbox */

static bool global_range(TplCall *call, Value *result)
{
    int64_t part[3] = {0, 0, 1};
    if (call->named_count) return tpl_fail(call, DIAG_template_call, "range() takes no keyword arguments");
    if (call->arg_count < 1 || call->arg_count > 3)
        return tpl_fail(call, DIAG_template_call, "range expected 1 to 3 arguments, got %zu", call->arg_count);
    for (size_t i = 0; i < call->arg_count; i++) {
        if (call->args[i].kind == V_UNDEFINED) return value_undefined_error(call, call->args[i]);
        if (!lib_is_int(call->args[i], &part[i]))
            return tpl_fail(call, DIAG_template_type, "'%s' object cannot be interpreted as an integer",
                            value_type_name(call->args[i]));
    }
    if (call->arg_count == 1) {
        part[1] = part[0];
        part[0] = 0;
    }
    if (part[2] == 0) return tpl_fail(call, DIAG_template_value, "range() arg 3 must not be zero");
    long double span =
        part[2] > 0 ? (long double)part[1] - (long double)part[0] : (long double)part[0] - (long double)part[1];
    long double step = part[2] > 0 ? (long double)part[2] : -(long double)part[2];
    if (span / step > MAX_RANGE)
        return tpl_fail(call, DIAG_template_limit,
                        "Range too big. The sandbox blocks ranges larger than MAX_RANGE (%d).", MAX_RANGE);
    Range *range = ARENA_NEW(call->arena, Range);
    *range = (Range){part[0], part[1], part[2]};
    if (span <= 0) range->stop = part[1];
    *result = (Value){.kind = V_RANGE, .u.range = range};
    return true;
}

/* ---- dict ---- */

static bool global_dict(TplCall *call, Value *result)
{
    *result = value_dict(call->arena);
    if (call->arg_count > 1)
        return tpl_fail(call, DIAG_template_call, "dict expected at most 1 argument, got %zu", call->arg_count);
    if (call->arg_count && !lib_dict_update(call, result->u.dict, call->args[0])) return false;
    for (size_t i = 0; i < call->named_count; i++) dict_set_str(result->u.dict, call->names[i], call->named[i]);
    return true;
}

/* ---- namespace ---- */

typedef struct Namespace {
    Object head;
    Value attrs;
} Namespace;

static bool namespace_attr(TplCall *call, Object *self, Str name, Value *result)
{
    (void)call;
    *result = dict_get_str(((Namespace *)(void *)self)->attrs.u.dict, name);
    return true;
}

static bool namespace_item(TplCall *call, Object *self, Value key, Value *result)
{
    if (key.kind == V_STR) return namespace_attr(call, self, value_text(key), result);
    *result = value_undefined(value_to_str(call->arena, key));
    return true;
}

static bool namespace_set(TplCall *call, Object *self, Str name, Value value)
{
    (void)call;
    dict_set_str(((Namespace *)(void *)self)->attrs.u.dict, name, value);
    return true;
}

static void namespace_str(const Object *self, Buf *out)
{
    buf_addz(out, "<Namespace ");
    value_repr(((const Namespace *)(const void *)self)->attrs, out);
    buf_addc(out, '>');
}

static void namespace_names(const Object *self, List *names)
{
    const Dict *attrs = ((const Namespace *)(const void *)self)->attrs.u.dict;
    for (uint32_t i = 0; i < attrs->used; i++) list_push(names, attrs->entries[i].key);
}

static const ObjectClass namespace_class = {
    .name = "Namespace",
    .attr = namespace_attr,
    .item = namespace_item,
    .set_attr = namespace_set,
    .str = namespace_str,
    .names = namespace_names,
};

static bool global_namespace(TplCall *call, Value *result)
{
    Namespace *ns = ARENA_NEW(call->arena, Namespace);
    ns->head.class = &namespace_class;
    if (!global_dict(call, &ns->attrs)) return false;
    *result = value_object(&ns->head);
    return true;
}

/* ---- cycler ---- */

typedef struct Cycler {
    Object head;
    Value items; /* a tuple */
    uint32_t at;
} Cycler;

static Cycler *own_cycler(const TplCall *call)
{
    return (Cycler *)(void *)call->func->self.u.object;
}

static bool cycler_next(TplCall *call, Value *result)
{
    Cycler *cycler = own_cycler(call);
    if (!tpl_args(call, "", NULL)) return false;
    *result = cycler->items.u.list->at[cycler->at];
    cycler->at = (cycler->at + 1) % cycler->items.u.list->n;
    return true;
}

static bool cycler_reset(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    own_cycler(call)->at = 0;
    *result = VALUE_NONE;
    return true;
}

static bool cycler_attr(TplCall *call, Object *self, Str name, Value *result)
{
    const Cycler *cycler = (const Cycler *)(const void *)self;
    if (str_eq(name, STR("next")))
        *result = value_func(call->arena, "next", cycler_next, value_object(self), NULL);
    else if (str_eq(name, STR("reset")))
        *result = value_func(call->arena, "reset", cycler_reset, value_object(self), NULL);
    else if (str_eq(name, STR("current")))
        *result = cycler->items.u.list->at[cycler->at];
    else if (str_eq(name, STR("items")))
        *result = cycler->items;
    else if (str_eq(name, STR("pos")))
        *result = value_int(cycler->at);
    else
        *result = value_undefined(name);
    return true;
}

static const ObjectClass cycler_class = {.name = "Cycler", .attr = cycler_attr};

static bool global_cycler(TplCall *call, Value *result)
{
    if (call->named_count) return tpl_fail(call, DIAG_template_call, "cycler() takes no keyword arguments");
    if (!call->arg_count) return tpl_fail(call, DIAG_template_value, "at least one item has to be provided");
    Cycler *cycler = ARENA_NEW(call->arena, Cycler);
    cycler->head.class = &cycler_class;
    cycler->items = value_tuple(call->arena, call->args, call->arg_count);
    *result = value_object(&cycler->head);
    return true;
}

/* ---- joiner ---- */

typedef struct Joiner {
    Object head;
    Value separator;
    bool used;
} Joiner;

static bool joiner_call(TplCall *call, Object *self, Value *result)
{
    Joiner *joiner = (Joiner *)(void *)self;
    if (!tpl_args(call, "", NULL)) return false;
    *result = joiner->used ? joiner->separator : value_str(STR_EMPTY);
    joiner->used = true;
    return true;
}

static bool joiner_attr(TplCall *call, Object *self, Str name, Value *result)
{
    const Joiner *joiner = (const Joiner *)(const void *)self;
    (void)call;
    if (str_eq(name, STR("sep")))
        *result = joiner->separator;
    else if (str_eq(name, STR("used")))
        *result = value_bool(joiner->used);
    else
        *result = value_undefined(name);
    return true;
}

static const ObjectClass joiner_class = {.name = "Joiner", .attr = joiner_attr, .call = joiner_call};

static bool global_joiner(TplCall *call, Value *result)
{
    Value separator;
    if (!tpl_args(call, "sep=?", &separator)) return false;
    Joiner *joiner = ARENA_NEW(call->arena, Joiner);
    joiner->head.class = &joiner_class;
    joiner->separator = tpl_arg_given(separator) ? separator : value_str(STR(", "));
    *result = value_object(&joiner->head);
    return true;
}

/* ---- refused ---- */

static bool global_lipsum(TplCall *call, Value *result)
{
    (void)result;
    return tpl_fail(call, DIAG_template_unsupported, "lipsum() cannot be used: it makes up text at random");
}

static const TplGlobalDef globals[] = {
    {"cycler", global_cycler}, {"dict", global_dict},           {"joiner", global_joiner},
    {"lipsum", global_lipsum}, {"namespace", global_namespace}, {"range", global_range},
};

static const char *const global_names[] = {"cycler", "dict", "joiner", "lipsum", "namespace", "range"};

const TplGlobalDef *tpl_global_find(Str name)
{
    return lib_find(globals, LIB_COUNT(globals), sizeof *globals, name);
}

const char *const *tpl_global_names(size_t *count)
{
    *count = LIB_COUNT(global_names);
    return global_names;
}
