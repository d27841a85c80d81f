/* Statements and their results: adapter.execute's transport, store_result, load_result.
 *
 * A result is a dict with `response` (the adapter's answer), `data` (rows as lists) and `table`. As in dbt, the result of
 * "main" may be loaded again and again, any other once. */
#include "cdbt/adapter.h"
#include "context/internal.h"
#include "context/table.h"
#include "sql/rewrite.h"

struct Results {
    Map by_name; /* name -> StoredResult */
};

typedef struct StoredResult {
    Value response;
    Value table; /* a Table object, or none */
    bool loaded;
} StoredResult;

/* ---- the adapter's answer ---- */

typedef struct Response {
    Object head;
    Str message, code;
    int64_t rows_affected; /* -1: unknown */
} Response;

static const Response *response_from(const Object *object)
{
    return (const Response *)(const void *)object;
}

static bool response_attr(TplCall *call, Object *self, Str name, Value *result)
{
    (void)call;
    const Response *response = response_from(self);
    if (str_eq(name, STR("_message")) || str_eq(name, STR("message")))
        *result = value_str(response->message);
    else if (str_eq(name, STR("code")))
        *result = response->code.len ? value_str(response->code) : VALUE_NONE;
    else if (str_eq(name, STR("rows_affected")))
        *result = response->rows_affected < 0 ? VALUE_NONE : value_int(response->rows_affected);
    else
        *result = value_undefined(name);
    return true;
}

static void response_str(const Object *self, Buf *out)
{
    buf_add(out, response_from(self)->message);
}

static bool response_plain(TplCall *call, Object *self, Value *result)
{
    const Response *response = response_from(self);
    *result = value_dict(call->arena);
    dict_set_str(result->u.dict, STR("_message"), value_str(response->message));
    dict_set_str(result->u.dict, STR("code"), response->code.len ? value_str(response->code) : VALUE_NONE);
    dict_set_str(result->u.dict, STR("rows_affected"),
                 response->rows_affected < 0 ? VALUE_NONE : value_int(response->rows_affected));
    return true;
}

static const ObjectClass response_class = {
    .name = "AdapterResponse", .attr = response_attr, .str = response_str, .plain = response_plain};

static Value response_value(Context *ctx, Str message, Str code, int64_t rows_affected)
{
    Response *response = ARENA_NEW(ctx->arena, Response);
    *response = (Response){{&response_class}, message, code, rows_affected};
    return value_object(&response->head);
}

/* ---- running SQL ---- */

struct AdapterConnection *want_connection(TplCall *call, const char *what)
{
    Context *ctx = call_context(call);
    ctx->asked |= CONTEXT_ASKED_MORE;
    if (ctx->has_run && ctx->run.connection) return ctx->run.connection;
    bool off = flag_is_off(ctx, "INTROSPECT");
    tpl_fail(call, DIAG_unsupported, "%s asks the database, and %s", what,
             off ? "--no-introspect forbids that" : "there is no connection here");
    if (off)
        diag_hint(ctx->sink, "leave --no-introspect out, or leave this node out with --exclude");
    else
        diag_hint(ctx->sink, "put it inside `if execute`, or use a command that opens the database");
    return NULL;
}

static DiagCode code_of(AdapterErrorKind kind)
{
    switch (kind) {
    case ADAPTER_LOCKED: return DIAG_database_locked;
    case ADAPTER_READONLY: return DIAG_database_readonly;
    case ADAPTER_NOT_A_DATABASE:
    case ADAPTER_CORRUPT: return DIAG_database_invalid;
    case ADAPTER_CONNECTION:
    case ADAPTER_AUTH: return DIAG_database_open;
    case ADAPTER_DISK_FULL: return DIAG_disk_full;
    case ADAPTER_INTERRUPTED: return DIAG_cancelled;
    default: return DIAG_database_error;
    }
}

/* Where in the templates the text at an offset of the SQL came from; the call itself if that is not known. */
static Span origin_of(TplCall *call, Value mapped, int64_t offset, SrcOrigin *origin)
{
    const SrcMap *map = mapped.kind == V_STR ? value_srcmap(mapped) : NULL;
    origin->chain_count = 0;
    if (map && offset >= 0 && srcmap_find(call->arena, map, (size_t)offset, origin)) return origin->span;
    origin->chain_count = 0;
    return call->span;
}

/* The database's refusal, shown at the template's own line where the map knows it, with the SQL's line after it. */
bool database_fail(TplCall *call, Str sql, Value mapped, const AdapterError *error)
{
    Context *ctx = call_context(call);
    SrcOrigin origin;
    Span span = origin_of(call, mapped, error->offset, &origin);
    tpl_fail_at(call->eval, span, code_of(error->kind), "%.*s", STR_ARG(error->message));
    if (error->hint.len) diag_hint(ctx->sink, "%.*s", STR_ARG(error->hint));
    tpl_note_chain(ctx->sink, origin.chain, origin.chain_count);
    if (error->offset >= 0 && (size_t)error->offset <= sql.len) {
        size_t line = 1, start = 0;
        for (size_t i = 0; i < (size_t)error->offset; i++)
            if (sql.ptr[i] == '\n') line++, start = i + 1;
        size_t end = str_find_char(sql, '\n', (size_t)error->offset);
        Str text = str_trim(str_slice(sql, start, end == STR_NPOS ? sql.len : end));
        diag_note(ctx->sink, SPAN_NONE, "in line %zu of the SQL: %.*s", line, STR_ARG(text));
    }
    return false;
}

/* The place in the SQL as it was written. */
static bool refused(TplCall *call, Str sql, Value mapped, const SqlRewritten *rewritten, AdapterError *error)
{
    if (error->offset >= 0 && rewritten->edit_count)
        error->offset = (int64_t)sql_old_offset(rewritten, (size_t)error->offset);
    return database_fail(call, sql, mapped, error);
}

/* "INSERT" of "INSERT 0 3", "CREATE TABLE" of itself: the words that are no numbers. */
static Str code_in(Arena *arena, Str status)
{
    Buf code;
    buf_init(&code, arena);
    buf_reserve(&code, status.len + 1);
    Str word;
    int64_t number;
    for (Str rest = status; str_split_next(&rest, ' ', &word);) {
        if (str_to_int(word, &number)) continue;
        if (code.len) buf_addc(&code, ' ');
        buf_add(&code, word);
    }
    return buf_str(&code);
}

/* `mapped` is the SQL as a rendered value, for places in messages; `table` is filled when rows are wanted. */
bool results_query(TplCall *call, Str sql, Value mapped, bool fetch, Value *response, Table **table)
{
    Context *ctx = call_context(call);
    AdapterConnection *connection = want_connection(call, "this");
    if (!connection) return false;
    AdapterError error;
    adapter_error_init(&error, call->arena);
    *table = NULL;
    /* Macros of packages write for other engines, as models do. */
    Str given = sql;
    SqlRewritten rewritten = {sql, NULL, 0};
    if (str_eq(ctx->manifest->target.type, STR("sqlite")))
        rewritten = sql_rewrite_for_sqlite(call->arena, sql, &(SqlDatabases){target_has_database, ctx->manifest});
    sql = rewritten.text;
    if (!fetch) {
        AdapterResult done = {0};
        if (!adapter_execute(connection, sql, call->arena, &done, &error))
            return refused(call, given, mapped, &rewritten, &error);
        *response = response_value(ctx, done.status, code_in(call->arena, done.status), done.rows_affected);
        return true;
    }
    AdapterCursor *cursor;
    if (!adapter_query(connection, sql, &cursor, &error)) return refused(call, given, mapped, &rewritten, &error);
    size_t column_count;
    const AdapterColumn *columns = adapter_cursor_columns(cursor, &column_count);
    Str *names = ARENA_ARRAY(call->arena, Str, column_count + 1),
        *types = ARENA_ARRAY(call->arena, Str, column_count + 1);
    for (size_t i = 0; i < column_count; i++)
        names[i] = columns[i].name, types[i] = str_dup(call->arena, columns[i].type);
    Table *made = table_new(ctx, names, types, column_count);
    Value *row = ARENA_ARRAY(call->arena, Value, column_count + 1);
    const AdapterCell *cells;
    AdapterStep step;
    while ((step = adapter_step(cursor, &cells, &error)) == ADAPTER_ROW) {
        for (size_t i = 0; i < column_count; i++) row[i] = value_of_cell(call, &cells[i], types[i]);
        table_add_row(made, row);
    }
    AdapterResult done = {.status = STR("OK"), .rows_affected = (int64_t)table_row_count(made)};
    if (step == ADAPTER_DONE && adapter_cursor_result(cursor, &done)) done.status = str_dup(ctx->arena, done.status);
    adapter_finish(cursor);
    if (step == ADAPTER_FAILED) return refused(call, given, mapped, &rewritten, &error);
    *table = made;
    *response = response_value(ctx, done.status, code_in(ctx->arena, done.status), done.rows_affected);
    return true;
}

/* ---- storing and loading ---- */

static StoredResult *stored(Context *ctx, Str name, bool make)
{
    if (!ctx->results) {
        if (!make) return NULL;
        ctx->results = ARENA_NEW(ctx->arena, struct Results);
        map_init(&ctx->results->by_name, ctx->arena);
    }
    StoredResult *result = map_get(&ctx->results->by_name, name);
    if (result || !make) return result;
    result = ARENA_NEW(ctx->arena, StoredResult);
    map_put(&ctx->results->by_name, str_dup(ctx->arena, name), result);
    return result;
}

static void store(Context *ctx, Str name, Value response, Value table)
{
    StoredResult *result = stored(ctx, name, true);
    if (!value_as_table(table)) table = table_value(table_new(ctx, NULL, NULL, 0));
    *result = (StoredResult){response, table, false};
}

bool native_store_result(TplCall *call, Value *result)
{
    Value args[3];
    Str name;
    if (!tpl_args(call, "name, response, agate_table=?", args) ||
        !want_str(call, args[0], "store_result()", "name", &name))
        return false;
    store(call_context(call), name, args[1], args[2]);
    *result = value_str(STR_EMPTY);
    return true;
}

bool native_store_raw_result(TplCall *call, Value *result)
{
    Context *ctx = call_context(call);
    Value args[5];
    Str name;
    if (!tpl_args(call, "name, message=?, code=?, rows_affected=?, agate_table=?", args) ||
        !want_str(call, args[0], "store_raw_result()", "name", &name))
        return false;
    int64_t rows = -1;
    if (args[3].kind == V_INT)
        rows = args[3].u.integer;
    else if (args[3].kind == V_STR && !str_to_int(value_text(args[3]), &rows))
        rows = -1;
    Str message = value_given(args[1]) ? value_to_str(call->arena, args[1]) : STR_EMPTY;
    Str code = value_given(args[2]) ? value_to_str(call->arena, args[2]) : STR_EMPTY;
    store(ctx, name, response_value(ctx, message, code, rows), args[4]);
    *result = value_str(STR_EMPTY);
    return true;
}

bool native_load_result(TplCall *call, Value *result)
{
    Context *ctx = call_context(call);
    Value args[1];
    Str name;
    if (!tpl_args(call, "name", args) || !want_str(call, args[0], "load_result()", "name", &name)) return false;
    StoredResult *found = stored(ctx, name, false);
    *result = VALUE_NONE;
    if (!found) ctx->result_missing |= context_parses(ctx);
    if (!found) return true;
    if (found->loaded) {
        tpl_fail(call, DIAG_template_value, "the result of the statement '%.*s' was loaded already", STR_ARG(name));
        diag_hint(ctx->sink, "keep it in a variable: {%% set result = load_result('%.*s') %%}", STR_ARG(name));
        return false;
    }
    if (!str_eq(name, STR("main"))) found->loaded = true;
    *result = value_dict(call->arena);
    dict_set_str(result->u.dict, STR("response"), found->response);
    dict_set_str(result->u.dict, STR("data"), table_matrix(value_as_table(found->table)));
    dict_set_str(result->u.dict, STR("table"), found->table);
    return true;
}

Value context_statement_response(Context *context, Str statement_name)
{
    const StoredResult *found = stored(context, statement_name, false);
    return found ? found->response : VALUE_NONE;
}

bool response_parts(Value response, Str *message, Str *code, int64_t *rows_affected)
{
    if (response.kind != V_OBJECT || response.u.object->class != &response_class) return false;
    const Response *parts = response_from(response.u.object);
    *message = parts->message;
    *code = parts->code;
    *rows_affected = parts->rows_affected;
    return true;
}

Value context_statement_table(Context *context, Str statement_name)
{
    const StoredResult *found = stored(context, statement_name, false);
    return found ? found->table : VALUE_NONE;
}

size_t value_table_size(Value table, size_t *columns)
{
    const Table *found = value_as_table(table);
    *columns = found ? table_column_count(found) : 0;
    return found ? table_row_count(found) : 0;
}

Str value_table_column(Value table, size_t column)
{
    return table_column_name(value_as_table(table), column);
}
Value value_table_cell(Value table, size_t row, size_t column)
{
    return table_cell(value_as_table(table), row, column);
}

/* The columns of a seed, with their types. Its rows stay with the runner, which loads them in bulk: a macro that asks for
 * them is refused (table.c). */
bool native_load_agate_table(TplCall *call, Value *result)
{
    Context *ctx = call_context(call);
    if (!tpl_args(call, "", NULL)) return false;
    if (!ctx->node || ctx->node->type != RESOURCE_SEED)
        return tpl_fail(call, DIAG_unsupported, "load_agate_table() is only for seeds");
    size_t count = context_executes(ctx) ? ctx->run.seed_column_count : 0;
    Str *names = ARENA_ARRAY(call->arena, Str, count + 1), *types = ARENA_ARRAY(call->arena, Str, count + 1);
    for (size_t i = 0; i < count; i++)
        names[i] = ctx->run.seed_columns[i].name, types[i] = ctx->run.seed_columns[i].type;
    Table *table = table_new(ctx, names, types, count);
    table_keep_rows_away(table);
    *result = table_value(table);
    return true;
}
