/* Methods of `adapter` that only materializations call: strategies and batches of incremental models, snapshots, grants, the
 * rows of a seed. */
#include "cdbt/adapter.h"
#include "context/internal.h"

bool adapter_builds_later(TplCall *call, Value *result)
{
    const Context *ctx = call_context(call);
    Value args[2];
    Str schema, identifier;
    if (!tpl_args(call, "schema, identifier", args) ||
        !want_str(call, args[0], "adapter.builds_later()", "schema", &schema) ||
        !want_str(call, args[1], "adapter.builds_later()", "identifier", &identifier))
        return false;
    *result = value_bool(ctx->node && ctx->run.builds_later &&
                         ctx->run.builds_later(ctx->run.builds_later_data, ctx->node, schema, identifier));
    return true;
}

/* The bulk load of the seed that is running, into a relation that exists. Gives the number of rows. */
bool adapter_load_seed(TplCall *call, Value *result)
{
    Context *ctx = call_context(call);
    Value args[1];
    Relation *relation;
    if (!tpl_args(call, "relation", args) || !want_relation(call, args[0], "adapter.load_seed()", &relation))
        return false;
    if (!ctx->run.seed_load || !ctx->node)
        return tpl_fail(call, DIAG_unsupported, "adapter.load_seed() is only for seeds that are being loaded");
    int64_t rows = 0;
    AdapterError error;
    adapter_error_init(&error, call->arena);
    if (!ctx->run.seed_load(ctx->run.seed_data, ctx->node, relation_text(relation), &rows, &error))
        return database_fail(call, STR_EMPTY, VALUE_NONE, &error);
    *result = value_int(rows);
    return true;
}

bool adapter_valid_incremental_strategies(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    static const char *const names[] = {"append", "delete+insert", "merge", "microbatch"};
    *result = value_list(call->arena);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        list_push(result->u.list, value_str(str_from(names[i])));
    return true;
}

/* event_time_condition(column): what cuts that column to the batch at hand. dbt's adapters write it in their macros. */
bool adapter_event_time_condition(TplCall *call, Value *result)
{
    Context *ctx = call_context(call);
    Value args[1];
    Str column;
    if (!tpl_args(call, "column", args) || !want_str(call, args[0], "event_time_condition()", "column", &column))
        return false;
    if (!ctx->has_run || !ctx->run.batch.on) {
        tpl_fail(call, DIAG_template_call, "event_time_condition() has no batch here");
        diag_hint(ctx->sink, "it is for the macros of the incremental strategy microbatch");
        return false;
    }
    *result = value_str(event_time_condition(ctx, column, &ctx->run.batch));
    return true;
}

bool adapter_get_incremental_strategy_macro(TplCall *call, Value *result)
{
    Context *ctx = call_context(call);
    Value args[2];
    Str strategy;
    bool has;
    if (!tpl_args(call, "model_context, strategy", args) ||
        !want_str_or_none(call, args[1], "incremental_strategy", "name", &strategy, &has))
        return false;
    if (!has) strategy = STR("default");
    Str part = str_replace(call->arena, strategy, STR("+"), STR("_"));
    Str name = str_fmt(call->arena, "get_incremental_%.*s_sql", STR_ARG(part));
    if (context_lookup(ctx, name, result) && result->kind == V_MACRO) return true;
    tpl_fail(call, DIAG_config_invalid, "there is no incremental strategy '%.*s'", STR_ARG(strategy));
    diag_hint(ctx->sink, "use append, delete+insert, merge, insert_overwrite or microbatch, or define the macro %.*s",
              STR_ARG(name));
    return false;
}

bool adapter_get_hard_deletes_behavior(TplCall *call, Value *result)
{
    Value args[1];
    if (!tpl_args(call, "config", args)) return false;
    Value call_args[1] = {value_str(STR("hard_deletes"))}, hard, old, getter;
    if (!tpl_get_attr(call->eval, args[0], STR("get"), call->span, &getter)) return false;
    if (!tpl_call(call->eval, getter, call->span, call_args, 1, NULL, NULL, 0, &hard)) return false;
    call_args[0] = value_str(STR("invalidate_hard_deletes"));
    if (!tpl_call(call->eval, getter, call->span, call_args, 1, NULL, NULL, 0, &old)) return false;
    bool has_hard = value_given(hard) && value_truthy(hard);
    if (has_hard && value_given(old))
        return tpl_fail(call, DIAG_config_invalid,
                        "a snapshot takes hard_deletes or invalidate_hard_deletes, not both");
    if (!has_hard) {
        *result = value_str(value_given(old) && value_truthy(old) ? STR("invalidate") : STR("ignore"));
        return true;
    }
    Str word = value_to_str(call->arena, hard);
    if (!str_eq(word, STR("ignore")) && !str_eq(word, STR("invalidate")) && !str_eq(word, STR("new_record")))
        return tpl_fail(call, DIAG_config_invalid, "hard_deletes must be ignore, invalidate or new_record, not '%.*s'",
                        STR_ARG(word));
    *result = value_str(word);
    return true;
}

/* A snapshot's table must have the columns that make it one; `names` is the dict of their names. */
bool adapter_valid_snapshot_target(TplCall *call, Value *result)
{
    Value args[3], columns;
    Relation *relation;
    if (!tpl_args(call, "relation, column_names=?, strategy=?", args) ||
        !want_relation(call, args[0], "adapter.valid_snapshot_target()", &relation) ||
        !adapter_columns_of(call, relation, &columns))
        return false;
    static const Str needed[] = {STR_INIT("dbt_scd_id"), STR_INIT("dbt_valid_from"), STR_INIT("dbt_valid_to"),
                                 STR_INIT("dbt_is_deleted")};
    bool marks =
        args[2].kind == V_DICT && value_is_str(dict_get_str(args[2].u.dict, STR("hard_deletes")), STR("new_record"));
    for (size_t i = 0; i < (marks ? 4 : 3); i++) {
        Str name = needed[i];
        if (args[1].kind == V_DICT) {
            Value given = dict_get_str(args[1].u.dict, name);
            if (given.kind == V_STR) name = value_text(given);
        }
        bool found = false;
        for (uint32_t c = 0; c < columns.u.list->n && !found; c++)
            found = str_eq_nocase(value_as_column(columns.u.list->at[c])->column, name);
        if (found) continue;
        Str table = relation_text(relation);
        tpl_fail(call, DIAG_compiler_error, "%.*s is no snapshot: it has no column '%.*s'", STR_ARG(table),
                 STR_ARG(name));
        diag_hint(call_context(call)->sink, "drop or rename it, or add the column");
        return false;
    }
    *result = VALUE_NONE;
    return true;
}

/* Rows of (grantee, privilege_type) as {privilege: [grantees]}. */
bool adapter_standardize_grants_dict(TplCall *call, Value *result)
{
    Value args[1];
    if (!tpl_args(call, "grants_table", args)) return false;
    const Table *table = value_as_table(args[0]);
    if (!table) return tpl_fail(call, DIAG_template_type, "standardize_grants_dict() takes a result");
    size_t who = SIZE_MAX, what = SIZE_MAX;
    for (size_t i = 0; i < table_column_count(table); i++) {
        if (str_eq_nocase(table_column_name(table, i), STR("grantee"))) who = i;
        if (str_eq_nocase(table_column_name(table, i), STR("privilege_type"))) what = i;
    }
    *result = value_dict(call->arena);
    if (who == SIZE_MAX || what == SIZE_MAX)
        return table_row_count(table) == 0 ||
               tpl_fail(call, DIAG_template_value, "the result has no columns 'grantee' and 'privilege_type'");
    for (size_t r = 0; r < table_row_count(table); r++) {
        Str privilege = value_to_str(call->arena, table_cell(table, r, what));
        Value list = dict_get_str(result->u.dict, privilege);
        if (list.kind != V_LIST) {
            list = value_list(call->arena);
            dict_set_str(result->u.dict, privilege, list);
        }
        list_push(list.u.list, table_cell(table, r, who));
    }
    return true;
}
