/* Name spaces, bound methods, and the reading of arguments that all objects of this room share. */
#include "context/internal.h"
#include "template/decimal.h"

/* ---- name spaces ---- */

static const NameSpace *space_of(const Object *self)
{
    return (const NameSpace *)(const void *)self;
}

static bool space_find(TplCall *call, const NameSpace *space, Str name, Value *result)
{
    (void)call;
    if (!space->find(space, name, result)) *result = value_undefined(name);
    return true;
}

/* dict.get(key, default) */
static bool space_get(TplCall *call, Value *result)
{
    Value args[2];
    if (!tpl_args(call, "key, default=?", args)) return false;
    const NameSpace *space = space_of(call->func->self.u.object);
    if (args[0].kind == V_STR && space->find(space, value_text(args[0]), result) && result->kind != V_UNDEFINED)
        return true;
    *result = tpl_arg_given(args[1]) ? args[1] : VALUE_NONE;
    return true;
}

static bool space_keys(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    const NameSpace *space = space_of(call->func->self.u.object);
    *result = value_list(call->arena);
    if (space->keys) space->keys(space, result->u.list);
    return true;
}

static bool space_update(TplCall *call, Value *result)
{
    (void)result;
    tpl_fail(call, DIAG_unsupported, "the context cannot be changed with update()");
    diag_hint(call_context(call)->sink, "pass the value as a macro argument, or set a variable in the template");
    return false;
}

static const NativeEntry space_methods[] = {{"get", space_get}, {"keys", space_keys}, {NULL, NULL}};
static const NativeEntry context_methods[] = {
    {"get", space_get}, {"keys", space_keys}, {"update", space_update}, {"setdefault", space_update}, {NULL, NULL}};

static bool space_attr(TplCall *call, Object *self, Str name, Value *result)
{
    const NameSpace *space = space_of(self);
    if (!space_find(call, space, name, result)) return false;
    if (result->kind != V_UNDEFINED) return true;
    bool is_context = !strcmp(space->what, "context");
    find_method(call, is_context ? context_methods : space_methods, self, name, result);
    return true;
}

static bool space_item(TplCall *call, Object *self, Value key, Value *result)
{
    if (key.kind != V_STR) {
        *result = value_undefined(STR_EMPTY);
        return true;
    }
    return space_find(call, space_of(self), value_text(key), result);
}

static bool space_contains(TplCall *call, Object *self, Value item, bool *yes)
{
    (void)call;
    Value found;
    *yes = item.kind == V_STR && space_of(self)->find(space_of(self), value_text(item), &found) &&
           found.kind != V_UNDEFINED;
    return true;
}

static bool space_iterate(TplCall *call, Object *self, Value *list)
{
    const NameSpace *space = space_of(self);
    *list = value_list(call->arena);
    if (space->keys) space->keys(space, list->u.list);
    return true;
}

static void space_str(const Object *self, Buf *out)
{
    buf_addf(out, "<%s>", space_of(self)->what);
}

static void space_names(const Object *self, List *names)
{
    const NameSpace *space = space_of(self);
    if (space->keys) space->keys(space, names);
    push_method_names(space_methods, names);
}

static const ObjectClass space_class = {
    .name = "dict",
    .names = space_names,
    .attr = space_attr,
    .item = space_item,
    .contains = space_contains,
    .iterate = space_iterate,
    .str = space_str,
};

Value namespace_value(Context *ctx, const char *what, const void *data, bool (*find)(const NameSpace *, Str, Value *),
                      void (*keys)(const NameSpace *, List *))
{
    NameSpace *space = ARENA_NEW(ctx->arena, NameSpace);
    *space = (NameSpace){{&space_class}, what, ctx, data, find, keys};
    return value_object(&space->head);
}

static bool find_native(const NameSpace *space, Str name, Value *result)
{
    for (const NativeEntry *entry = space->data; entry->name; entry++)
        if (str_eq(str_from(entry->name), name)) {
            *result = value_func(space->ctx->arena, entry->name, entry->call, value_undefined(STR_EMPTY), NULL);
            return true;
        }
    return false;
}

static void native_keys(const NameSpace *space, List *keys)
{
    push_method_names(space->data, keys);
}

Value namespace_of_natives(Context *ctx, const char *what, const NativeEntry *table)
{
    return namespace_value(ctx, what, table, find_native, native_keys);
}

/* ---- methods and arguments ---- */

Value bound_method(TplCall *call, const char *name, TplNative native, Object *self)
{
    return value_func(call->arena, name, native, value_object(self), NULL);
}

bool find_method(TplCall *call, const NativeEntry *table, Object *self, Str name, Value *result)
{
    for (const NativeEntry *entry = table; entry->name; entry++)
        if (str_eq(str_from(entry->name), name)) {
            *result = bound_method(call, entry->name, entry->call, self);
            return true;
        }
    *result = value_undefined(name);
    return false;
}

void push_method_names(const NativeEntry *table, List *names)
{
    for (const NativeEntry *entry = table; entry->name; entry++) list_push(names, value_str(str_from(entry->name)));
}

void push_names(const char *const *list, List *names)
{
    for (; *list; list++) list_push(names, value_str(str_from(*list)));
}

bool want_str(TplCall *call, Value v, const char *function, const char *what, Str *out)
{
    if (v.kind == V_STR) {
        *out = value_text(v);
        return true;
    }
    if (v.kind == V_UNDEFINED && v.len)
        return tpl_fail(call, DIAG_template_undefined, "the %s given to %s is undefined: '%.*s'", what, function,
                        (int)v.len, v.u.str);
    return tpl_fail(call, DIAG_template_type, "the %s given to %s must be a string, not %s", what, function,
                    value_type_name(v));
}

bool value_given(Value v)
{
    return v.kind != V_UNDEFINED && v.kind != V_NONE;
}

bool want_str_or_none(TplCall *call, Value v, const char *function, const char *what, Str *out, bool *has)
{
    *has = value_given(v);
    *out = STR_EMPTY;
    return !*has || want_str(call, v, function, what, out);
}

bool want_int(TplCall *call, Value v, const char *function, const char *what, int64_t *out)
{
    if (v.kind == V_INT)
        *out = v.u.integer;
    else if (v.kind == V_BOOL)
        *out = v.u.boolean;
    else if (v.kind == V_FLOAT && v.u.real == (double)(int64_t)v.u.real)
        *out = (int64_t)v.u.real;
    else if (value_as_decimal(v) && decimal_is_integral(value_as_decimal(v)) &&
             decimal_to_int(value_as_decimal(v), out))
        return true;
    else
        return tpl_fail(call, DIAG_template_type, "the %s given to %s must be an integer, not %s", what, function,
                        value_type_name(v));
    return true;
}

void hint_nearest(Context *ctx, Str wanted, const Str *names, size_t count)
{
    Str best;
    if (nearest(wanted, names, count, &best)) diag_hint(ctx->sink, "did you mean '%.*s'?", STR_ARG(best));
}
