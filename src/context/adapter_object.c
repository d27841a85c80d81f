/* adapter: what macros ask of the database, and dispatch.
 *
 * As in dbt, methods that write SQL (drop_relation, create_schema, ...) call the macro of their name, so that a project
 * can replace it. While parsing, the methods that would ask the database answer with nothing, each as dbt does. */
#include "base/clock.h"
#include "base/hash.h"
#include "cdbt/adapter.h"
#include "context/internal.h"
#include "sql/scan.h"

bool want_relation(TplCall *call, Value v, const char *function, Relation **relation)
{
    *relation = value_as_relation(v);
    if (*relation) return true;
    tpl_fail(call, DIAG_template_type, "%s takes a relation, not %s", function,
             v.kind == V_UNDEFINED ? "an undefined value" : value_type_name(v));
    return false;
}

/* Calls a macro by the name that a template would use. */
static bool call_macro(TplCall *call, Str name, const Value *args, size_t count, Value *result)
{
    Context *ctx = call_context(call);
    Value macro;
    if (!context_lookup(ctx, name, &macro) || macro.kind != V_MACRO)
        return tpl_fail(call, DIAG_macro_not_found, "there is no macro '%.*s'", STR_ARG(name));
    return tpl_call(call->eval, macro, call->span, args, count, NULL, NULL, 0, result);
}

/* ---- dispatch ---- */

static bool method_dispatch(TplCall *call, Value *result)
{
    Context *ctx = call_context(call);
    Value args[3];
    Str name, namespace = STR_EMPTY;
    bool has_namespace = false;
    if (!tpl_args(call, "macro_name, macro_namespace=?, packages=?", args) ||
        !want_str(call, args[0], "adapter.dispatch()", "name", &name))
        return false;
    size_t dot = str_find_char(name, '.', 0);
    if (dot != STR_NPOS) {
        tpl_fail(call, DIAG_template_value, "adapter.dispatch() takes a macro's name, and '%.*s' has a dot",
                 STR_ARG(name));
        diag_hint(ctx->sink, "write adapter.dispatch('%.*s', '%.*s')", STR_ARG(str_from_index(name, dot + 1)),
                  STR_ARG(str_slice(name, 0, dot)));
        return false;
    }
    if (value_given(args[2])) {
        tpl_fail(call, DIAG_template_call, "adapter.dispatch() does not take 'packages' any more");
        diag_hint(ctx->sink, "name the package: adapter.dispatch('%.*s', 'package')", STR_ARG(name));
        return false;
    }
    if (value_given(args[1]) && args[1].kind != V_STR)
        return tpl_fail(call, DIAG_template_type, "the package given to adapter.dispatch() must be a string, not %s",
                        value_type_name(args[1]));
    if (!want_str_or_none(call, args[1], "adapter.dispatch()", "package", &namespace, &has_namespace)) return false;
    const Macro *macro = context_dispatch(ctx, name, namespace);
    if (macro) {
        *result = context_macro_value(ctx, macro);
        return true;
    }
    Buf tried;
    buf_init(&tried, call->arena);
    context_dispatch_tried(ctx, name, namespace, &tried);
    tpl_fail(call, DIAG_macro_not_found, "no macro '%.*s' was found by dispatch%s%.*s; looked for %.*s", STR_ARG(name),
             has_namespace ? " in " : "", STR_ARG(namespace), STR_ARG(buf_str(&tried)));
    diag_hint(ctx->sink, "define default__%.*s", STR_ARG(name));
    return false;
}

/* ---- relations ---- */

static Relation *listed(Context *ctx, Str database, Str schema, const AdapterRelation *found)
{
    return relation_new(ctx, database, schema, found->name, adapter_relation_type(found));
}

static bool method_get_relation(TplCall *call, Value *result)
{
    Context *ctx = call_context(call);
    Value args[3];
    Str database, schema, identifier;
    bool has_database, has_schema;
    if (!tpl_args(call, "database=?, schema=?, identifier=?", args)) return false;
    if (!want_str_or_none(call, args[0], "adapter.get_relation()", "database", &database, &has_database) ||
        !want_str_or_none(call, args[1], "adapter.get_relation()", "schema", &schema, &has_schema) ||
        !want_str(call, args[2], "adapter.get_relation()", "identifier", &identifier))
        return false;
    unsigned asked = ctx->asked;
    AdapterConnection *connection = want_connection(call, "adapter.get_relation()");
    if (!connection) return false;
    if (!has_database) database = relation_own_database(ctx);
    if (!has_schema) schema = ctx->manifest->target.schema;
    if (ctx->node && str_eq(identifier, ctx->node->alias) && str_eq(schema, ctx->node->schema))
        ctx->asked = asked | CONTEXT_ASKED_THIS;
    *result = VALUE_NONE;
    AdapterRelation relation;
    AdapterError error;
    bool found = false;
    adapter_error_init(&error, call->arena);
    if (!adapter_find_relation(connection, database, schema, identifier, call->arena, &found, &relation, &error))
        return database_fail(call, STR_EMPTY, VALUE_NONE, &error);
    if (found) *result = value_object(&listed(ctx, database, schema, &relation)->head);
    return true;
}

static bool method_list_relations(TplCall *call, Value *result)
{
    Context *ctx = call_context(call);
    Relation *wanted;
    Str database, schema;
    if (call->arg_count == 2) { /* list_relations(database, schema) */
        bool has;
        if (!want_str_or_none(call, call->args[0], "list_relations()", "database", &database, &has) ||
            !want_str(call, call->args[1], "list_relations()", "schema", &schema))
            return false;
    } else {
        Value args[1];
        if (!tpl_args(call, "schema_relation", args) || !want_relation(call, args[0], "list_relations()", &wanted))
            return false;
        database = wanted->part[0];
        schema = wanted->part[1];
    }
    AdapterConnection *connection = want_connection(call, "listing relations");
    if (!connection) return false;
    AdapterRelations relations;
    AdapterError error;
    adapter_error_init(&error, call->arena);
    if (!adapter_list_relations(connection, database, schema, call->arena, &relations, &error))
        return database_fail(call, STR_EMPTY, VALUE_NONE, &error);
    *result = value_list(call->arena);
    for (size_t i = 0; i < relations.n; i++)
        list_push(result->u.list, value_object(&listed(ctx, database, schema, &relations.at[i])->head));
    return true;
}

static bool method_already_exists(TplCall *call, Value *result)
{
    Value args[2];
    if (!tpl_args(call, "schema, name", args)) return false;
    Str schema, name;
    if (!want_str(call, args[0], "adapter.already_exists()", "schema", &schema) ||
        !want_str(call, args[1], "adapter.already_exists()", "name", &name))
        return false;
    AdapterConnection *connection = want_connection(call, "adapter.already_exists()");
    if (!connection) return false;
    AdapterRelation relation;
    AdapterError error;
    bool found = false;
    adapter_error_init(&error, call->arena);
    if (!adapter_find_relation(connection, relation_own_database(call_context(call)), schema, name, call->arena, &found,
                               &relation, &error))
        return database_fail(call, STR_EMPTY, VALUE_NONE, &error);
    *result = value_bool(found);
    return true;
}

static bool method_check_schema_exists(TplCall *call, Value *result)
{
    Context *ctx = call_context(call);
    Value args[2];
    Str database, schema;
    bool has;
    if (!tpl_args(call, "database, schema", args) ||
        !want_str_or_none(call, args[0], "adapter.check_schema_exists()", "database", &database, &has) ||
        !want_str(call, args[1], "adapter.check_schema_exists()", "schema", &schema))
        return false;
    if (ctx->manifest->dialect && ctx->manifest->dialect->schema_separator.len) {
        *result = VALUE_TRUE; /* a prefix of names needs no making */
        return true;
    }
    AdapterConnection *connection = want_connection(call, "adapter.check_schema_exists()");
    if (!connection) return false;
    AdapterStrs schemas;
    AdapterError error;
    adapter_error_init(&error, call->arena);
    if (!adapter_list_schemas(connection, database, call->arena, &schemas, &error))
        return database_fail(call, STR_EMPTY, VALUE_NONE, &error);
    *result = VALUE_FALSE;
    for (size_t i = 0; i < schemas.n; i++)
        if (str_eq_nocase(schemas.at[i], schema)) *result = VALUE_TRUE;
    return true;
}

static bool method_list_schemas(TplCall *call, Value *result)
{
    Value args[1];
    Str database;
    bool has;
    if (!tpl_args(call, "database=?", args) ||
        !want_str_or_none(call, args[0], "adapter.list_schemas()", "database", &database, &has))
        return false;
    AdapterConnection *connection = want_connection(call, "adapter.list_schemas()");
    if (!connection) return false;
    AdapterStrs schemas;
    AdapterError error;
    adapter_error_init(&error, call->arena);
    if (!adapter_list_schemas(connection, database, call->arena, &schemas, &error))
        return database_fail(call, STR_EMPTY, VALUE_NONE, &error);
    *result = value_list(call->arena);
    for (size_t i = 0; i < schemas.n; i++) list_push(result->u.list, value_str(schemas.at[i]));
    return true;
}

/* ---- columns ---- */

bool adapter_columns_of(TplCall *call, const Relation *relation, Value *result)
{
    AdapterConnection *connection = want_connection(call, "reading the columns of a relation");
    if (!connection) return false;
    AdapterColumns columns;
    AdapterError error;
    adapter_error_init(&error, call->arena);
    *result = value_list(call->arena);
    if (str_eq(relation->type, STR("cte"))) return true;
    Str name = relation_text(relation);
    if (!adapter_columns(connection, name, call->arena, &columns, &error)) {
        if (error.kind == ADAPTER_MISSING_RELATION) return true; /* dbt: no rows in the catalogue, no columns */
        return database_fail(call, STR_EMPTY, VALUE_NONE, &error);
    }
    *result = columns_value(call_context(call), relation, &columns);
    return true;
}

/* A macro of the project or of a package that stands for the method, under any of its names. */
static bool overridden(const Context *ctx, Str name)
{
    const Str names[] = {name, str_fmt(ctx->arena, "%.*s__%.*s", STR_ARG(ctx->manifest->target.type), STR_ARG(name)),
                         str_fmt(ctx->arena, "default__%.*s", STR_ARG(name))};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const Macro *macro = manifest_find_macro(ctx->manifest, ctx->manifest->root, names[i]);
        if (macro && !macro->package->is_builtin) return true;
    }
    return false;
}

static bool method_get_columns_in_relation(TplCall *call, Value *result)
{
    Value args[1];
    Relation *relation;
    Context *ctx = call_context(call);
    if (!ctx->in_columns && overridden(ctx, STR("get_columns_in_relation")) && tpl_args(call, "relation", args)) {
        ctx->in_columns = true; /* the override may ask for the columns as they are */
        bool ok = call_macro(call, STR("get_columns_in_relation"), args, 1, result);
        ctx->in_columns = false;
        return ok;
    }
    return tpl_args(call, "relation", args) &&
           want_relation(call, args[0], "adapter.get_columns_in_relation()", &relation) &&
           adapter_columns_of(call, relation, result);
}

static bool method_get_column_schema_from_query(TplCall *call, Value *result)
{
    Value args[1];
    Str sql;
    if (!tpl_args(call, "sql", args) || !want_str(call, args[0], "adapter.get_column_schema_from_query()", "SQL", &sql))
        return false;
    AdapterConnection *connection = want_connection(call, "reading the columns of a query");
    if (!connection) return false;
    AdapterColumns columns;
    AdapterError error;
    adapter_error_init(&error, call->arena);
    if (sql_second_statement(call_context(call)->manifest->dialect->syntax, sql) != STR_NPOS) {
        /* With a header before the query, which is run; the query gives no rows. */
        AdapterCursor *cursor;
        if (!adapter_query(connection, sql, &cursor, &error)) return database_fail(call, sql, args[0], &error);
        const AdapterColumn *given = adapter_cursor_columns(cursor, &columns.n);
        columns.at = ARENA_ARRAY(call->arena, AdapterColumn, columns.n + 1);
        for (size_t i = 0; i < columns.n; i++) {
            columns.at[i].name = str_dup(call->arena, given[i].name);
            columns.at[i].type = str_dup(call->arena, given[i].type);
        }
        adapter_finish(cursor);
    } else if (!adapter_prepare(connection, sql, call->arena, &columns, &error))
        return database_fail(call, sql, args[0], &error);
    *result = value_list(call->arena);
    for (size_t i = 0; i < columns.n; i++)
        list_push(result->u.list, column_value_from_type(call_context(call), columns.at[i].name, columns.at[i].type));
    return true;
}

static bool method_get_missing_columns(TplCall *call, Value *result)
{
    Value args[2], mine, theirs;
    Relation *from, *to;
    if (!tpl_args(call, "from_relation, to_relation", args) ||
        !want_relation(call, args[0], "adapter.get_missing_columns()", &from) ||
        !want_relation(call, args[1], "adapter.get_missing_columns()", &to) || !adapter_columns_of(call, from, &mine) ||
        !adapter_columns_of(call, to, &theirs))
        return false;
    *result = value_list(call->arena);
    for (uint32_t i = 0; i < mine.u.list->n; i++) {
        const ColumnObject *column = value_as_column(mine.u.list->at[i]);
        bool found = false;
        for (uint32_t j = 0; j < theirs.u.list->n && !found; j++)
            found = str_eq_nocase(column->column, value_as_column(theirs.u.list->at[j])->column);
        if (!found) list_push(result->u.list, mine.u.list->at[i]);
    }
    return true;
}

/* Types without sizes need no widening, and neither SQLite nor a varchar of unknown size has any. */
static bool method_expand_target_column_types(TplCall *call, Value *result)
{
    Value args[2], mine, theirs;
    Relation *from, *to;
    if (!tpl_args(call, "from_relation, to_relation", args) ||
        !want_relation(call, args[0], "adapter.expand_target_column_types()", &from) ||
        !want_relation(call, args[1], "adapter.expand_target_column_types()", &to))
        return false;
    *result = VALUE_NONE;
    if (str_eq(call_context(call)->manifest->target.type, STR("sqlite"))) return true;
    if (!adapter_columns_of(call, from, &mine) || !adapter_columns_of(call, to, &theirs)) return false;
    for (uint32_t i = 0; i < mine.u.list->n; i++)
        for (uint32_t j = 0; j < theirs.u.list->n; j++) {
            const ColumnObject *a = value_as_column(mine.u.list->at[i]), *b = value_as_column(theirs.u.list->at[j]);
            if (!str_eq(a->column, b->column) || a->char_size.kind != V_INT || b->char_size.kind != V_INT) continue;
            if (a->char_size.u.integer <= b->char_size.u.integer) continue;
            Str type = str_fmt(call->arena, "character varying(%lld)", (long long)a->char_size.u.integer);
            Value given[3] = {args[1], value_str(a->column), value_str(type)}, ignored;
            if (!call_macro(call, STR("alter_column_type"), given, 3, &ignored)) return false;
        }
    return true;
}

/* ---- methods that are macros ---- */

#define BY_MACRO(function, signature, macro, count)                                                                    \
    static bool function(TplCall *call, Value *result)                                                                 \
    {                                                                                                                  \
        Value args[count], ignored;                                                                                    \
        if (!tpl_args(call, signature, args)) return false;                                                            \
        *result = VALUE_NONE;                                                                                          \
        return call_macro(call, STR(macro), args, count, &ignored);                                                    \
    }
BY_MACRO(method_create_schema, "relation", "create_schema", 1)
BY_MACRO(method_drop_schema, "relation", "drop_schema", 1)
BY_MACRO(method_truncate_relation, "relation", "truncate_relation", 1)
BY_MACRO(method_rename_relation, "from_relation, to_relation", "rename_relation", 2)

static bool method_drop_relation(TplCall *call, Value *result)
{
    Value args[1], ignored;
    Relation *relation;
    if (!tpl_args(call, "relation", args) || !want_relation(call, args[0], "adapter.drop_relation()", &relation))
        return false;
    *result = VALUE_NONE;
    return call_macro(call, STR("drop_relation"), args, 1, &ignored);
}

/* ---- SQL ---- */

static bool transaction(TplCall *call, bool (*act)(AdapterConnection *, AdapterError *))
{
    AdapterConnection *connection = want_connection(call, "a transaction");
    AdapterError error;
    adapter_error_init(&error, call->arena);
    return connection && (act(connection, &error) || database_fail(call, STR_EMPTY, VALUE_NONE, &error));
}

/* PostgreSQL runs these outside of a transaction only. A statement that asked for none (auto_begin=false) gets that: what was
 * done before it is committed, as it is in dbt, where each such statement stands alone. */
static bool stands_alone(const Context *ctx, Str sql)
{
    static const char *const beginnings[] = {"vacuum", "alter system", "create database", "drop database"};
    if (!str_eq(ctx->manifest->dialect->name, STR("postgres"))) return false;
    sql = str_trim(sql);
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
        Str word = str_from(beginnings[i]);
        if (sql.len > word.len && str_eq_nocase(str_slice(sql, 0, word.len), word)) return true;
    }
    return false;
}

static bool method_execute(TplCall *call, Value *result)
{
    Context *ctx = call_context(call);
    Value args[4];
    Str sql;
    if (!tpl_args(call, "sql, auto_begin=?, fetch=?, limit=?", args) ||
        !want_str(call, args[0], "adapter.execute()", "SQL", &sql))
        return false;
    Value pair[2];
    Table *table = NULL;
    bool alone = context_executes(ctx) && ctx->run.connection && adapter_depth(ctx->run.connection) == 1 &&
                 tpl_arg_given(args[1]) && !value_truthy(args[1]) && stands_alone(ctx, sql);
    if (alone && !transaction(call, adapter_commit)) return false;
    if (!context_executes(ctx)) {
        pair[0] = value_str(STR_EMPTY);
    } else if (!results_query(call, sql, args[0], tpl_arg_given(args[2]) && value_truthy(args[2]), &pair[0], &table)) {
        return false;
    }
    if (alone && !transaction(call, adapter_begin)) return false;
    if (!table) table = table_new(ctx, NULL, NULL, 0);
    pair[1] = table_value(table);
    *result = value_tuple(call->arena, pair, 2);
    return true;
}

/* What was done so far becomes permanent and a new transaction begins: the runner opened one around each node. */
static bool method_commit(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    *result = value_str(STR_EMPTY);
    const Context *ctx = call_context(call);
    if (!context_executes(ctx) || !ctx->run.connection || !adapter_depth(ctx->run.connection)) return true;
    return transaction(call, adapter_commit) && transaction(call, adapter_begin);
}

/* For hooks that must run outside of any transaction (run_hooks): leave_transaction, then enter_transaction. */
static bool method_leave_transaction(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    *result = value_str(STR_EMPTY);
    const Context *ctx = call_context(call);
    uint32_t depth = ctx->run.connection ? adapter_depth(ctx->run.connection) : 0;
    if (depth > 1) {
        tpl_fail(call, DIAG_unsupported, "a hook outside of a transaction cannot run inside of a larger one");
        diag_hint(ctx->sink, "run without --atomic, or let the hook run in the transaction");
        return false;
    }
    return !depth || transaction(call, adapter_commit);
}

static bool method_enter_transaction(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    *result = value_str(STR_EMPTY);
    const Context *ctx = call_context(call);
    return !ctx->run.connection || adapter_depth(ctx->run.connection) || transaction(call, adapter_begin);
}

/* Databases that a connection cannot leave (PostgreSQL). */
static bool method_verify_database(TplCall *call, Value *result)
{
    Value args[1];
    Str name, own = relation_own_database(call_context(call));
    bool has;
    *result = value_str(STR_EMPTY);
    if (!tpl_args(call, "database", args) ||
        !want_str_or_none(call, args[0], "adapter.verify_database()", "database", &name, &has))
        return false;
    if (name.len > 1 && name.ptr[0] == '"') name = str_slice(name, 1, name.len - 1);
    if (!name.len || str_eq_nocase(name, own)) return true;
    bool postgres = str_eq(call_context(call)->manifest->target.type, STR("postgres"));
    tpl_fail(call, DIAG_config_invalid, "%s cannot reach another database: '%.*s' is named, the target's is '%.*s'",
             postgres ? "PostgreSQL" : "SQLite", STR_ARG(name), STR_ARG(own));
    diag_hint(call_context(call)->sink, "leave `database` away, or %s",
              postgres ? "bring the other database's tables in as foreign tables"
                       : "name its file under `attach:` in the profile");
    return false;
}

/* ---- indexes of PostgreSQL ---- */

static bool index_wrong(TplCall *call, const char *key, const char *wanted, Value given)
{
    return tpl_fail(call, DIAG_config_invalid, "an index's '%s' must be %s, not %s", key, wanted,
                    value_type_name(given));
}

/* index.render(relation): a name that is new each time, since the old table still has its index while the new one is made. */
static bool index_render(TplCall *call, Value *result)
{
    Value args[1], now;
    if (!tpl_args(call, "relation", args)) return false;
    const Dict *index = call->func->self.u.dict;
    Buf text;
    buf_init(&text, call->arena);
    value_print(args[0], &text);
    for (uint32_t i = 0; i < index->used; i++)
        if (index->entries[i].value.kind != V_FUNC) value_print(index->entries[i].value, &text);
    now = value_int(clock_wall_us());
    value_print(now, &text);
    *result = value_str(md5_hex(call->arena, buf_str(&text)));
    return true;
}

/* An entry of the config `indexes`, checked: {columns, unique, type}. */
static bool method_parse_index(TplCall *call, Value *result)
{
    Value args[1];
    *result = VALUE_NONE;
    if (!tpl_args(call, "raw_index", args)) return false;
    if (args[0].kind == V_NONE) return true;
    if (args[0].kind != V_DICT)
        return tpl_fail(call, DIAG_config_invalid, "an entry of 'indexes' must be a mapping with 'columns', not %s",
                        value_type_name(args[0]));
    const Dict *raw = args[0].u.dict;
    for (uint32_t i = 0; i < raw->used; i++) {
        Value key = raw->entries[i].key;
        if (key.kind == V_UNDEFINED || value_is_str(key, STR("columns")) || value_is_str(key, STR("unique")) ||
            value_is_str(key, STR("type")))
            continue;
        Str name = value_to_str(call->arena, key);
        return tpl_fail(call, DIAG_config_invalid,
                        "an entry of 'indexes' has 'columns', 'unique' and 'type', not '%.*s'", STR_ARG(name));
    }
    Value columns = dict_get_str(raw, STR("columns")), unique = dict_get_str(raw, STR("unique")),
          type = dict_get_str(raw, STR("type"));
    if (columns.kind == V_UNDEFINED)
        return tpl_fail(call, DIAG_config_invalid, "an entry of 'indexes' has no 'columns'");
    if (columns.kind != V_LIST && columns.kind != V_TUPLE) return index_wrong(call, "columns", "a list", columns);
    if (unique.kind != V_UNDEFINED && unique.kind != V_BOOL)
        return index_wrong(call, "unique", "true or false", unique);
    if (value_given(type) && type.kind != V_STR) return index_wrong(call, "type", "text", type);
    *result = value_dict(call->arena);
    dict_set_str(result->u.dict, STR("columns"), columns);
    dict_set_str(result->u.dict, STR("unique"), unique.kind == V_UNDEFINED ? VALUE_FALSE : unique);
    dict_set_str(result->u.dict, STR("type"), value_given(type) ? type : VALUE_NONE);
    Value self = value_dict_clone(call->arena, *result, 0);
    dict_set_str(result->u.dict, STR("render"), value_func(call->arena, "render", index_render, self, NULL));
    return true;
}

/* ---- quoting and types ---- */

static bool method_quote(TplCall *call, Value *result)
{
    Value args[1];
    Str name;
    if (!tpl_args(call, "identifier", args) || !want_str(call, args[0], "adapter.quote()", "identifier", &name))
        return false;
    *result = value_str(dialect_quote_identifier(call->arena, call_context(call)->manifest->dialect, name));
    return true;
}

static bool method_quote_as_configured(TplCall *call, Value *result)
{
    Context *ctx = call_context(call);
    Value args[2];
    Str name, key;
    if (!tpl_args(call, "identifier, quote_key", args) ||
        !want_str(call, args[0], "adapter.quote_as_configured()", "identifier", &name) ||
        !want_str(call, args[1], "adapter.quote_as_configured()", "key", &key))
        return false;
    const Relation *defaults = relation_new(ctx, STR_EMPTY, STR_EMPTY, STR_EMPTY, STR_EMPTY);
    static const Str keys[3] = {STR_INIT("database"), STR_INIT("schema"), STR_INIT("identifier")};
    bool quoted = false;
    for (int i = 0; i < 3; i++) quoted = quoted || (str_eq(key, keys[i]) && defaults->quote[i]);
    *result = value_str(quoted ? dialect_quote_identifier(call->arena, ctx->manifest->dialect, name) : name);
    return true;
}

static bool method_quote_seed_column(TplCall *call, Value *result)
{
    Value args[2];
    Str name;
    if (!tpl_args(call, "column, quote_config=?", args) ||
        !want_str(call, args[0], "adapter.quote_seed_column()", "column", &name))
        return false;
    if (value_given(args[1]) && args[1].kind != V_BOOL)
        return tpl_fail(call, DIAG_config_invalid, "'quote_columns' must be true or false, not %s",
                        value_type_name(args[1]));
    bool quoted = !value_given(args[1]) || args[1].u.boolean;
    *result =
        value_str(quoted ? dialect_quote_identifier(call->arena, call_context(call)->manifest->dialect, name) : name);
    return true;
}

static bool method_convert_type(TplCall *call, Value *result)
{
    Value args[2];
    int64_t index;
    if (!tpl_args(call, "agate_table, col_idx", args) || !want_int(call, args[1], "convert_type()", "column", &index))
        return false;
    const Table *table = value_as_table(args[0]);
    if (!table || index < 0 || (uint64_t)index >= table_column_count(table))
        return tpl_fail(call, DIAG_template_value, "convert_type() takes a table and the number of a column");
    Str type = table_declared_type(table, (size_t)index);
    *result = value_str(type.len ? type : STR("text"));
    return true;
}

static bool method_type(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    *result = value_str(call_context(call)->manifest->target.type);
    return true;
}

static bool method_nothing(TplCall *call, Value *result)
{
    (void)call;
    *result = value_str(STR_EMPTY);
    return true;
}

Str adapter_sql_now(const Context *ctx)
{
    return str_eq(ctx->manifest->target.type, STR("sqlite")) ? STR("datetime('now')") : STR("now()");
}

static bool method_date_function(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    *result = value_str(adapter_sql_now(call_context(call)));
    return true;
}

static bool method_none(TplCall *call, Value *result)
{
    (void)call;
    *result = VALUE_NONE;
    return true;
}

/* ---- adapter.config, adapter.behavior ---- */

static bool find_credentials(const NameSpace *space, Str name, Value *result)
{
    const Target *target = &space->ctx->manifest->target;
    if (str_eq(name, STR("type")))
        *result = value_str(target->type);
    else if (str_eq(name, STR("schema")))
        *result = value_str(target->schema);
    else if (str_eq(name, STR("database")))
        *result = value_str(target->database);
    else if (target->settings.kind == V_DICT) {
        const Value *found = dict_find_str(target->settings.u.dict, name);
        if (!found) return false;
        *result = *found;
    } else
        return false;
    return true;
}

static bool find_config(const NameSpace *space, Str name, Value *result)
{
    const Manifest *manifest = space->ctx->manifest;
    if (str_eq(name, STR("credentials"))) {
        *result = namespace_value(space->ctx, "Credentials", NULL, find_credentials, NULL);
    } else if (str_eq(name, STR("quoting"))) {
        *result = manifest->root && manifest->root->quoting.kind == V_DICT ? manifest->root->quoting
                                                                           : value_dict(space->ctx->arena);
    } else if (str_eq(name, STR("project_name"))) {
        *result = value_str(manifest->root ? manifest->root->name : STR_EMPTY);
    } else if (str_eq(name, STR("target_name"))) {
        *result = value_str(manifest->target.name);
    } else if (str_eq(name, STR("profile_name"))) {
        *result = value_str(manifest->target.profile_name);
    } else if (str_eq(name, STR("threads"))) {
        *result = value_int(manifest->target.threads);
    } else
        return false;
    return true;
}

static bool find_behavior_flag(const NameSpace *space, Str name, Value *result)
{
    (void)space;
    *result = VALUE_FALSE;
    return str_eq(name, STR("no_warn")) || str_eq(name, STR("setting"));
}

/* Behaviour flags of adapters are off unless the project's `flags:` set them. */
static bool find_behavior(const NameSpace *space, Str name, Value *result)
{
    Context *ctx = space->ctx;
    const Package *root = ctx->manifest->root;
    const Value *set = root && root->flags.kind == V_DICT ? dict_find_str(root->flags.u.dict, name) : NULL;
    if (set && value_truthy(*set)) {
        Value dict = value_dict(ctx->arena);
        dict_set_str(dict.u.dict, STR("no_warn"), VALUE_TRUE);
        dict_set_str(dict.u.dict, STR("setting"), VALUE_TRUE);
        *result = dict;
    } else {
        *result = namespace_value(ctx, "BehaviorFlag", NULL, find_behavior_flag, NULL);
    }
    return true;
}

/* ---- the object ---- */

typedef enum ParseAnswer { SAME, NOTHING, NO_ITEMS, NO } ParseAnswer; /* what a method answers while parsing */

static const struct {
    const char *name;
    TplNative call;
    ParseAnswer parse;
} methods[] = {
    {"dispatch", method_dispatch, SAME},
    {"type", method_type, SAME},
    {"quote", method_quote, SAME},
    {"quote_as_configured", method_quote_as_configured, SAME},
    {"quote_seed_column", method_quote_seed_column, SAME},
    {"convert_type", method_convert_type, SAME},
    {"execute", method_execute, SAME},
    {"commit", method_commit, SAME},
    {"date_function", method_date_function, SAME},
    {"nice_connection_name", method_nothing, SAME},
    {"cache_added", method_nothing, SAME},
    {"cache_dropped", method_nothing, SAME},
    {"cache_renamed", method_nothing, SAME},
    {"valid_incremental_strategies", adapter_valid_incremental_strategies, SAME},
    {"render_raw_columns_constraints", adapter_render_columns_constraints, SAME},
    {"render_raw_model_constraints", adapter_render_model_constraints, SAME},
    {"standardize_grants_dict", adapter_standardize_grants_dict, SAME},
    {"get_relation", method_get_relation, NOTHING},
    {"already_exists", method_already_exists, NO},
    {"check_schema_exists", method_check_schema_exists, NO},
    {"list_relations", method_list_relations, NO_ITEMS},
    {"list_relations_without_caching", method_list_relations, NO_ITEMS},
    {"list_schemas", method_list_schemas, NO_ITEMS},
    {"get_columns_in_relation", method_get_columns_in_relation, NO_ITEMS},
    {"get_column_schema_from_query", method_get_column_schema_from_query, NO_ITEMS},
    {"get_missing_columns", method_get_missing_columns, NO_ITEMS},
    {"expand_target_column_types", method_expand_target_column_types, NOTHING},
    {"create_schema", method_create_schema, NOTHING},
    {"drop_schema", method_drop_schema, NOTHING},
    {"drop_relation", method_drop_relation, NOTHING},
    {"truncate_relation", method_truncate_relation, NOTHING},
    {"rename_relation", method_rename_relation, NOTHING},
    {"event_time_condition", adapter_event_time_condition, NOTHING},
    {"get_incremental_strategy_macro", adapter_get_incremental_strategy_macro, NOTHING},
    {"get_hard_deletes_behavior", adapter_get_hard_deletes_behavior, NOTHING},
    {"valid_snapshot_target", adapter_valid_snapshot_target, NOTHING},
    {"assert_valid_snapshot_target_given_strategy", adapter_valid_snapshot_target, NOTHING},
    {"verify_database", method_verify_database, NOTHING},
    {"parse_index", method_parse_index, NOTHING},
    {"builds_later", adapter_builds_later, NO},
    {"load_seed", adapter_load_seed, NOTHING},
    {"leave_transaction", method_leave_transaction, NOTHING},
    {"enter_transaction", method_enter_transaction, NOTHING},
};

static bool method_no_items(TplCall *call, Value *result)
{
    *result = value_list(call->arena);
    return true;
}
static bool method_no(TplCall *call, Value *result)
{
    (void)call;
    *result = VALUE_FALSE;
    return true;
}

static bool adapter_attr(TplCall *call, Object *self, Str name, Value *result)
{
    Context *ctx = call_context(call);
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (!str_eq(str_from(methods[i].name), name)) continue;
        TplNative native = methods[i].call;
        if (!context_executes(ctx)) {
            if (methods[i].parse == NOTHING) native = method_none;
            if (methods[i].parse == NO_ITEMS) native = method_no_items;
            if (methods[i].parse == NO) native = method_no;
        }
        *result = bound_method(call, methods[i].name, native, self);
        return true;
    }
    if (str_eq(name, STR("config")))
        *result = namespace_value(ctx, "RuntimeConfig", NULL, find_config, NULL);
    else if (str_eq(name, STR("Relation")))
        *result = relation_api(ctx);
    else if (str_eq(name, STR("Column")))
        *result = column_api(ctx);
    else if (str_eq(name, STR("behavior")))
        *result = namespace_value(ctx, "Behavior", NULL, find_behavior, NULL);
    else
        *result = value_undefined(name);
    return true;
}

static void adapter_members(const Object *self, List *names)
{
    static const char *const others[] = {"config", "Relation", "Column", "behavior", NULL};
    (void)self;
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        list_push(names, value_str(str_from(methods[i].name)));
    push_names(others, names);
}

static const ObjectClass adapter_class = {.name = "DatabaseWrapper", .attr = adapter_attr, .names = adapter_members};
static const Object adapter_instance = {&adapter_class};

Value adapter_value(Context *ctx)
{
    (void)ctx;
    union {
        const Object *in;
        Object *out;
    } object = {.in = &adapter_instance};
    return value_object(object.out);
}
