/* config: called while parsing it records what the file asks for; afterwards it answers from the node's effective config.
 * Also `validation`, which old macros pass to config.get, and the hooks of a node. */
#include "context/datetime.h"
#include "context/internal.h"
#include "template/library.h"

static bool hyphenated(Str key, Str *name)
{
    if (str_eq(key, STR("pre_hook")))
        *name = STR("pre-hook");
    else if (str_eq(key, STR("post_hook")))
        *name = STR("post-hook");
    else
        return false;
    return true;
}

static void capture_config(Context *ctx, Value dict, Span span)
{
    Captured *captured = ctx->captured;
    if (captured->config_count == captured->config_cap) {
        size_t cap = captured->config_cap;
        captured->configs = vec_grown(ctx->capture_arena, captured->configs, &captured->config_cap,
                                      captured->config_count + 1, sizeof *captured->configs);
        captured->config_spans = arena_grow(ctx->capture_arena, captured->config_spans, cap * sizeof(Span),
                                            captured->config_cap * sizeof(Span));
    }
    captured->configs[captured->config_count] = dict;
    captured->config_spans[captured->config_count++] = span;
}

/* A date or a time is kept as its text, as it stands in manifest.json. */
static Value as_data(Arena *arena, Value value)
{
    const Moment *moment = value_as_moment(value);
    if (!moment) return value;
    Buf out;
    buf_init(&out, arena);
    moment_isoformat(moment, 'T', STR_EMPTY, &out);
    return value_str(buf_str(&out));
}

static bool record_config(TplCall *call, Value given, Value *result)
{
    Context *ctx = call_context(call);
    *result = value_str(STR_EMPTY);
    if (!context_parses(ctx) || !ctx->captured) return true;
    Value dict = value_dict(ctx->capture_arena);
    const Dict *from = given.u.dict;
    for (uint32_t i = 0; i < from->used; i++) {
        Value key = from->entries[i].key;
        if (key.kind == V_UNDEFINED) continue;
        if (key.kind != V_STR)
            return tpl_fail(call, DIAG_template_type, "the keys given to config() must be strings, not %s",
                            value_type_name(key));
        Str name = value_text(key);
        Str other;
        if (hyphenated(name, &other)) {
            if (dict_find_str(from, other))
                return tpl_fail(call, DIAG_config_invalid, "config() is given both '%.*s' and '%.*s'", STR_ARG(name),
                                STR_ARG(other));
            name = other;
        }
        /* An undefined value is none, as dbt stores it. */
        Value value = from->entries[i].value;
        if (value.kind == V_UNDEFINED) value = VALUE_NONE;
        value = as_data(call->arena, value);
        dict_set_str(dict.u.dict, str_dup(ctx->capture_arena, name), value_copy(ctx->capture_arena, value));
    }
    capture_config(ctx, dict, call->span);
    return true;
}

static bool call_config(TplCall *call, Object *self, Value *result)
{
    (void)self;
    if (call->arg_count == 1 && call->named_count == 0 && call->args[0].kind == V_DICT)
        return record_config(call, call->args[0], result);
    if (call->arg_count == 0 && call->named_count > 0) {
        Value dict = value_dict(call->arena);
        for (size_t i = 0; i < call->named_count; i++) dict_set_str(dict.u.dict, call->names[i], call->named[i]);
        return record_config(call, dict, result);
    }
    tpl_fail(call, DIAG_template_call, "config() takes keyword arguments, or one dict");
    diag_hint(call_context(call)->sink, "write config(materialized='table')");
    return false;
}

static bool config_set(TplCall *call, Value *result)
{
    Value args[2];
    Str name;
    if (!tpl_args(call, "name, value", args) || !want_str(call, args[0], "config.set()", "name", &name)) return false;
    Value dict = value_dict(call->arena);
    dict_set_str(dict.u.dict, name, args[1]);
    return record_config(call, dict, result);
}

/* NULL if the node's config has no such key. */
static const Value *find_config(const Context *ctx, Str name)
{
    const Node *node = ctx->node;
    if (!node || node->config.kind != V_DICT) return NULL;
    const Value *found = dict_find_str(node->config.u.dict, name);
    Str other;
    if (!found && hyphenated(name, &other)) found = dict_find_str(node->config.u.dict, other);
    return found;
}

static const Value *find_meta(const Context *ctx, Str name)
{
    const Value *meta = find_config(ctx, STR("meta"));
    return meta && meta->kind == V_DICT ? dict_find_str(meta->u.dict, name) : NULL;
}

static bool validate(TplCall *call, Value validator, Value value)
{
    Value ignored;
    return !value_given(validator) || tpl_call(call->eval, validator, call->span, &value, 1, NULL, NULL, 0, &ignored);
}

static bool get_from(TplCall *call, const char *function, const Value *(*find)(const Context *, Str), Value *result)
{
    Context *ctx = call_context(call);
    Value args[3];
    Str name;
    if (!tpl_args(call, "name, default=?, validator=?", args) || !want_str(call, args[0], function, "name", &name))
        return false;
    if (context_parses(ctx)) {
        *result = value_str(STR_EMPTY);
        return true;
    }
    const Value *found = find(ctx, name);
    *result = found ? *found : tpl_arg_given(args[1]) ? args[1] : VALUE_NONE;
    return !value_given(args[1]) || validate(call, args[2], *result);
}

static bool require_from(TplCall *call, const char *function, const Value *(*find)(const Context *, Str), Value *result)
{
    Context *ctx = call_context(call);
    Value args[2];
    Str name;
    if (!tpl_args(call, "name, validator=?", args) || !want_str(call, args[0], function, "name", &name)) return false;
    if (context_parses(ctx)) {
        *result = value_str(STR_EMPTY);
        return true;
    }
    const Value *found = find(ctx, name);
    if (!found) {
        Str id = ctx->node ? ctx->node->unique_id : STR("this macro");
        return tpl_fail(call, DIAG_config_invalid, "%.*s needs the config '%.*s', which is not set", STR_ARG(id),
                        STR_ARG(name));
    }
    *result = *found;
    return validate(call, args[1], *result);
}

static bool config_get(TplCall *call, Value *result)
{
    return get_from(call, "config.get()", find_config, result);
}
static bool config_meta_get(TplCall *call, Value *result)
{
    return get_from(call, "config.meta_get()", find_meta, result);
}
static bool config_require(TplCall *call, Value *result)
{
    return require_from(call, "config.require()", find_config, result);
}
static bool config_meta_require(TplCall *call, Value *result)
{
    return require_from(call, "config.meta_require()", find_meta, result);
}

static bool persists(TplCall *call, Str what, Value *result)
{
    Context *ctx = call_context(call);
    if (!tpl_args(call, "", NULL)) return false;
    *result = VALUE_FALSE;
    const Value *docs = context_parses(ctx) ? NULL : find_config(ctx, STR("persist_docs"));
    if (!docs || docs->kind == V_NONE) return true;
    if (docs->kind != V_DICT)
        return tpl_fail(call, DIAG_config_invalid, "'persist_docs' must be a mapping, not %s", value_type_name(*docs));
    const Value *wanted = dict_find_str(docs->u.dict, what);
    if (wanted) *result = *wanted;
    return true;
}
static bool persist_relation_docs(TplCall *call, Value *result)
{
    return persists(call, STR("relation"), result);
}
static bool persist_column_docs(TplCall *call, Value *result)
{
    return persists(call, STR("columns"), result);
}

static const NativeEntry config_methods[] = {
    {"get", config_get},
    {"require", config_require},
    {"meta_get", config_meta_get},
    {"meta_require", config_meta_require},
    {"set", config_set},
    {"persist_relation_docs", persist_relation_docs},
    {"persist_column_docs", persist_column_docs},
    {NULL, NULL},
};

static bool config_attr(TplCall *call, Object *self, Str name, Value *result)
{
    Context *ctx = call_context(call);
    if (find_method(call, config_methods, self, name, result)) return true;
    if (str_eq(name, STR("model"))) {
        *result = model_value(ctx);
        return true;
    }
    return true;
}

static void config_names(const Object *self, List *names)
{
    (void)self;
    push_method_names(config_methods, names);
}

static const ObjectClass config_class = {
    .name = "Config", .call = call_config, .attr = config_attr, .names = config_names};
static const Object config_instance = {&config_class};

Value config_value(Context *ctx)
{
    (void)ctx;
    union {
        const Object *in;
        Object *out;
    } object = {.in = &config_instance};
    return value_object(object.out);
}

/* ---- hooks ---- */

/* A list of {sql, transaction, index}: what the config holds as strings becomes that form. */
Value hooks_of_node(Context *ctx, const char *key, const char *key_alias)
{
    Value hooks = value_list(ctx->arena);
    const Node *node = ctx->node;
    if (!node || node->config.kind != V_DICT) return hooks;
    const Value *found = dict_find_str(node->config.u.dict, str_from(key));
    if (!found) found = dict_find_str(node->config.u.dict, str_from(key_alias));
    if (!found || !value_given(*found)) return hooks;
    const Value *items = found;
    size_t count = 1;
    if (found->kind == V_LIST || found->kind == V_TUPLE) {
        items = found->u.list->at;
        count = found->u.list->n;
    }
    for (size_t i = 0; i < count; i++) {
        Value item = items[i];
        if (item.kind == V_STR) {
            /* before_begin() and after_commit() give the form as JSON text. */
            Value hook;
            Str problem, text = str_trim(value_text(item));
            if (str_starts(text, STR("{\"")) && value_from_json(ctx->arena, text, &hook, &problem) &&
                hook.kind == V_DICT) {
                list_push(hooks.u.list, hook);
                continue;
            }
            hook = value_dict(ctx->arena);
            dict_set_str(hook.u.dict, STR("sql"), item);
            dict_set_str(hook.u.dict, STR("transaction"), VALUE_TRUE);
            item = hook;
        }
        list_push(hooks.u.list, item);
    }
    return hooks;
}

/* ---- validation.any(a, b)(value) ---- */

static bool validate_one_of(TplCall *call, Value *result)
{
    Value args[1];
    if (!tpl_args(call, "value", args)) return false;
    *result = VALUE_NONE;
    const List *allowed = call->func->self.u.list;
    for (uint32_t i = 0; i < allowed->n; i++)
        if (value_equal(allowed->at[i], args[0])) return true;
    Buf text;
    buf_init(&text, call->arena);
    for (uint32_t i = 0; i < allowed->n; i++) {
        if (i) buf_addc(&text, ',');
        value_print(allowed->at[i], &text);
    }
    Str value = value_to_str(call->arena, args[0]);
    return tpl_fail(call, DIAG_config_invalid, "expected value \"%.*s\" to be one of %.*s", STR_ARG(value),
                    STR_ARG(buf_str(&text)));
}

static bool validation_any(TplCall *call, Value *result)
{
    Value allowed = value_list(call->arena);
    for (size_t i = 0; i < call->arg_count; i++) list_push(allowed.u.list, call->args[i]);
    *result = value_func(call->arena, "any", validate_one_of, allowed, NULL);
    return true;
}

Value validation_value(Context *ctx)
{
    static const NativeEntry table[] = {{"any", validation_any}, {NULL, NULL}};
    return namespace_of_natives(ctx, "dict", table);
}
