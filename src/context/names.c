/* The names of dbt's context, in one table: what each is, and in which modes it exists.
 *
 * Source: dbt's Jinja function reference, and the context members of dbt-core 1.11. Macros and packages come before these
 * (context.c), the language's own functions (range, dict, namespace, ...) after them. */
#include "base/clock.h"
#include "base/version.h"
#include "context/internal.h"

static Value get_execute(Context *ctx)
{
    return value_bool(context_executes(ctx));
}
static Value get_none(Context *ctx)
{
    (void)ctx;
    return VALUE_NONE;
}
static Value get_dbt_version(Context *ctx)
{
    (void)ctx;
    return value_str(STR(CONTEXT_DBT_VERSION));
}
/* `cdbt is defined` tells a macro that it is not run by dbt. */
static bool find_cdbt(const NameSpace *space, Str name, Value *result)
{
    (void)space;
    if (str_eq(name, STR("version")))
        *result = value_str(STR(CDBT_VERSION));
    else if (str_eq(name, STR("dbt_version")))
        *result = value_str(STR(CONTEXT_DBT_VERSION));
    else
        return false;
    return true;
}
static void cdbt_names(const NameSpace *space, List *names)
{
    static const char *const all[] = {"version", "dbt_version", NULL};
    (void)space;
    push_names(all, names);
}
static Value get_cdbt(Context *ctx)
{
    return namespace_value(ctx, "cdbt", NULL, find_cdbt, cdbt_names);
}
static Value get_thread_id(Context *ctx)
{
    (void)ctx;
    return value_str(STR("Thread-1 (worker)"));
}
static Value get_project_name(Context *ctx)
{
    return ctx->manifest->root ? value_str(ctx->manifest->root->name) : value_undefined(STR("project_name"));
}
static Value get_invocation_id(Context *ctx)
{
    return value_str(ctx->manifest->invocation_id);
}
static Value get_target(Context *ctx)
{
    return ctx->manifest->target.name.len ? ctx->manifest->target.settings : value_undefined(STR("target"));
}
/* What dbt had before current_timestamp(). */
static Value get_sql_now(Context *ctx)
{
    return value_str(adapter_sql_now(ctx));
}
static Value get_database(Context *ctx)
{
    Str database = ctx->node && ctx->node->database.len ? ctx->node->database : ctx->manifest->target.database;
    return value_str(database);
}
static Value get_schema(Context *ctx)
{
    return value_str(ctx->node && ctx->node->schema.len ? ctx->node->schema : ctx->manifest->target.schema);
}

/* "2026-01-31T12:00:00.123456Z" back to microseconds. */
int64_t time_of_iso(Str text)
{
    int n[7] = {1970, 1, 1, 0, 0, 0, 0};
    size_t field = 0, at = 0;
    while (field < 7 && at < text.len) {
        int number = 0;
        size_t digits = 0;
        while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9' && digits < 9)
            number = number * 10 + (text.ptr[at++] - '0'), digits++;
        if (!digits) break;
        for (; field == 6 && digits < 6; digits++) number *= 10;
        n[field++] = number;
        at++;
    }
    ClockParts parts = {
        .year = n[0], .month = n[1], .day = n[2], .hour = n[3], .minute = n[4], .second = n[5], .microsecond = n[6]};
    return clock_from_parts(&parts);
}
static Value get_run_started_at(Context *ctx)
{
    if (!ctx->manifest->generated_at.len) return VALUE_NONE;
    return datetime_utc(ctx, time_of_iso(ctx->manifest->generated_at));
}

static Value get_this(Context *ctx)
{
    const Node *node = ctx->node;
    Value rows;
    if (!node || node->type == RESOURCE_OPERATION) return VALUE_NONE;
    if (unit_test_this(ctx, &rows)) return rows;
    return value_object(&relation_of_node(ctx, node)->head);
}

static Value run_value(const Context *ctx, Value v, Value fallback)
{
    return ctx->has_run && v.kind != V_UNDEFINED ? v : fallback;
}
static Value get_flags(Context *ctx)
{
    if (ctx->has_run && ctx->run.flags.kind == V_DICT) return ctx->run.flags;
    Value flags = value_dict(ctx->arena);
    dict_set_str(flags.u.dict, STR("FULL_REFRESH"), value_bool(ctx->has_run && ctx->run.full_refresh));
    dict_set_str(flags.u.dict, STR("STORE_FAILURES"), VALUE_FALSE);
    dict_set_str(flags.u.dict, STR("EMPTY"), VALUE_FALSE);
    dict_set_str(flags.u.dict, STR("WHICH"), value_str(STR("parse")));
    value_freeze(flags);
    return flags;
}
static Value get_invocation(Context *ctx)
{
    if (ctx->has_run && ctx->run.invocation.kind == V_DICT) return ctx->run.invocation;
    return value_dict(ctx->arena);
}
static Value get_results(Context *ctx)
{
    return run_value(ctx, ctx->run.results, value_undefined(STR("results")));
}
static Value get_schemas(Context *ctx)
{
    return run_value(ctx, ctx->run.schemas, value_undefined(STR("schemas")));
}
static Value get_database_schemas(Context *ctx)
{
    return run_value(ctx, ctx->run.database_schemas, value_undefined(STR("database_schemas")));
}
static Value get_selected(Context *ctx)
{
    return run_value(ctx, ctx->run.selected_resources, value_list(ctx->arena));
}
static Value get_pre_hooks(Context *ctx)
{
    return hooks_of_node(ctx, "pre-hook", "pre_hook");
}
static Value get_post_hooks(Context *ctx)
{
    return hooks_of_node(ctx, "post-hook", "post_hook");
}

static bool find_api(const NameSpace *space, Str name, Value *result)
{
    if (str_eq(name, STR("Relation")))
        *result = relation_api(space->ctx);
    else if (str_eq(name, STR("Column")))
        *result = column_api(space->ctx);
    else
        return false;
    return true;
}
static void api_names(const NameSpace *space, List *names)
{
    static const char *const all[] = {"Relation", "Column", NULL};
    (void)space;
    push_names(all, names);
}
static Value get_api(Context *ctx)
{
    return namespace_value(ctx, "dict", NULL, find_api, api_names);
}

static bool find_anything(const NameSpace *space, Str name, Value *result)
{
    return context_lookup(space->ctx, name, result);
}
static bool find_own(const NameSpace *space, Str name, Value *result)
{
    return context_own_name(space->ctx, name, result);
}
static Value get_context(Context *ctx)
{
    return namespace_value(ctx, "context", NULL, find_anything, NULL);
}
static Value get_builtins(Context *ctx)
{
    return namespace_value(ctx, "dict", NULL, find_own, NULL);
}

enum {
    YAML = 1u << CONTEXT_YAML,
    PARSE = 1u << CONTEXT_PARSE,
    EXECUTE = 1u << CONTEXT_COMPILE | 1u << CONTEXT_RUN,
    SQL = PARSE | EXECUTE,
    ALL = YAML | SQL,
};

static const ContextName table[] = {
    {STR_INIT("ref"), NULL, ref_value, ALL},
    {STR_INIT("source"), NULL, source_value, ALL},
    {STR_INIT("metric"), native_metric, NULL, ALL},
    {STR_INIT("function"), native_function, NULL, ALL},
    {STR_INIT("doc"), native_doc, NULL, ALL},
    {STR_INIT("config"), NULL, config_value, SQL},
    {STR_INIT("var"), NULL, var_value, ALL},
    {STR_INIT("env_var"), native_env_var, NULL, ALL},
    {STR_INIT("this"), NULL, get_this, SQL},
    {STR_INIT("target"), NULL, get_target, ALL},
    {STR_INIT("env"), NULL, get_target, SQL},
    {STR_INIT("execute"), NULL, get_execute, SQL},
    {STR_INIT("model"), NULL, model_value, SQL},
    {STR_INIT("graph"), NULL, graph_value, SQL},
    {STR_INIT("adapter"), NULL, adapter_value, SQL},
    {STR_INIT("api"), NULL, get_api, SQL},
    {STR_INIT("column"), NULL, column_api, SQL},
    {STR_INIT("exceptions"), NULL, exceptions_value, SQL},
    {STR_INIT("modules"), NULL, modules_value, ALL},
    {STR_INIT("flags"), NULL, get_flags, ALL},
    {STR_INIT("database"), NULL, get_database, SQL},
    {STR_INIT("schema"), NULL, get_schema, SQL},
    {STR_INIT("sql"), NULL, get_none, SQL},
    {STR_INIT("sql_now"), NULL, get_sql_now, SQL},
    {STR_INIT("compiled_code"), NULL, get_none, SQL},
    {STR_INIT("pre_hooks"), NULL, get_pre_hooks, SQL},
    {STR_INIT("post_hooks"), NULL, get_post_hooks, SQL},
    {STR_INIT("defer_relation"), NULL, get_none, SQL},
    {STR_INIT("validation"), NULL, validation_value, SQL},
    {STR_INIT("_dbt_generic_test_kwargs"), NULL, test_kwargs, SQL},
    {STR_INIT("run_started_at"), NULL, get_run_started_at, ALL},
    {STR_INIT("invocation_id"), NULL, get_invocation_id, ALL},
    {STR_INIT("thread_id"), NULL, get_thread_id, ALL},
    {STR_INIT("dbt_version"), NULL, get_dbt_version, ALL},
    {STR_INIT("cdbt"), NULL, get_cdbt, ALL},
    {STR_INIT("project_name"), NULL, get_project_name, ALL},
    {STR_INIT("dbt_metadata_envs"), NULL, metadata_envs, SQL},
    {STR_INIT("invocation_args_dict"), NULL, get_invocation, SQL},
    {STR_INIT("selected_resources"), NULL, get_selected, SQL},
    {STR_INIT("results"), NULL, get_results, EXECUTE},
    {STR_INIT("schemas"), NULL, get_schemas, EXECUTE},
    {STR_INIT("database_schemas"), NULL, get_database_schemas, EXECUTE},
    {STR_INIT("context"), NULL, get_context, ALL},
    {STR_INIT("builtins"), NULL, get_builtins, ALL},
    {STR_INIT("load_result"), native_load_result, NULL, SQL},
    {STR_INIT("store_result"), native_store_result, NULL, SQL},
    {STR_INIT("store_raw_result"), native_store_raw_result, NULL, SQL},
    {STR_INIT("load_agate_table"), native_load_agate_table, NULL, SQL},
    {STR_INIT("return"), native_return, NULL, ALL},
    {STR_INIT("log"), native_log, NULL, ALL},
    {STR_INIT("print"), native_print, NULL, ALL},
    {STR_INIT("tojson"), native_tojson, NULL, ALL},
    {STR_INIT("fromjson"), native_fromjson, NULL, ALL},
    {STR_INIT("toyaml"), native_toyaml, NULL, ALL},
    {STR_INIT("fromyaml"), native_fromyaml, NULL, ALL},
    {STR_INIT("set"), native_set, NULL, ALL},
    {STR_INIT("set_strict"), native_set_strict, NULL, ALL},
    {STR_INIT("zip"), native_zip, NULL, ALL},
    {STR_INIT("zip_strict"), native_zip_strict, NULL, ALL},
    {STR_INIT("local_md5"), native_local_md5, NULL, ALL},
    {STR_INIT("diff_of_two_dicts"), native_diff_of_two_dicts, NULL, ALL},
    {STR_INIT("render"), native_render, NULL, SQL},
    {STR_INIT("try_or_compiler_error"), native_try_or_compiler_error, NULL, SQL},
    {STR_INIT("write"), native_write, NULL, SQL},
    {STR_INIT("debug"), native_debug, NULL, ALL},
    {STR_INIT("submit_python_job"), native_submit_python_job, NULL, SQL},
    {STR_INIT("adapter_macro"), native_adapter_macro, NULL, SQL},
};

bool context_is_builtin(Str name)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (str_eq(table[i].name, name)) return true;
    return false;
}

const ContextName *context_names(size_t *count)
{
    *count = sizeof table / sizeof table[0];
    return table;
}
