/* Running a materialization: one transaction around its macro, and the answer of its "main" statement. */
#include "run/internal.h"

void rollback_all(RunWorker *worker, AdapterConnection *connection)
{
    while (adapter_depth(connection) > run_base_depth(worker->run)) {
        AdapterError error;
        adapter_error_init(&error, worker->render);
        if (!adapter_rollback(connection, &error)) break; /* the connection is broken: closing it rolls back */
    }
}

static void take_response(RunWorker *worker, Context *context, RunResult *result)
{
    Str message, code;
    int64_t rows;
    if (!response_parts(context_statement_response(context, STR("main")), &message, &code, &rows)) return;
    result->message = result->adapter_message = str_dup(worker->keep, message);
    result->adapter_code = str_dup(worker->keep, code);
    result->rows = rows;
}

/* A refusal by the database outside of any template. */
static bool refuse(RunWorker *worker, const Node *node, const AdapterError *error)
{
    if (error->kind == ADAPTER_LOCKED || error->kind == ADAPTER_READONLY || error->kind == ADAPTER_CONNECTION)
        report_target_error(worker->run, &worker->sink, error);
    else
        report_sql_error(worker->run, &worker->sink, database_code(error->kind), node, VALUE_NONE, error);
    return false;
}

/* Whether the check before write could not judge this text: it was rendered anew, or what it reads was not known then. */
static bool is_unchecked(const Run *run, const Node *node)
{
    if (run->options.no_check) return false;
    const Compiled *compiled = *compiled_slot(run, node);
    return !compiled || compiled->asked || !run->columns[node->index];
}

const Macro *materialization_of(RunWorker *worker, Context *context, const Node *node, Str name)
{
    const Macro *macro = context_materialization(context, name);
    if (macro) return macro;
    diag_add(&worker->sink, DIAG_materialization_unknown, node_span(node), "there is no materialization '%.*s'",
             STR_ARG(name));
    diag_hint(&worker->sink, "use view, table, incremental or ephemeral, or define the materialization in a macro");
    return NULL;
}

static bool call_macro(RunWorker *worker, Context *context, const Node *node, Str name, Value sql, RunResult *result)
{
    const Macro *macro = materialization_of(worker, context, node, name);
    if (!macro) return false;
    if (sql.kind == V_STR) {
        context_set_name(context, STR("sql"), sql);
        context_set_name(context, STR("compiled_code"), sql);
        context_set_name(context, STR("compiled_sql"), sql);
        context_set_name(context, STR("sql_unchecked"), value_bool(is_unchecked(worker->run, node)));
    }
    timing_begin(worker->keep, &result->execute);
    Value ignored;
    bool ok = context_call(context, macro, node_span(node), NULL, 0, NULL, NULL, 0, &ignored);
    if (ok) take_response(worker, context, result);
    timing_end(worker->keep, &result->execute);
    return ok;
}

/* A table that was just made by one insert has the row numbers 1 to n: how many rows it holds is its largest one. */
static void count_stored(RunWorker *worker, AdapterConnection *writer, const Node *node, RunResult *result)
{
    const Dialect *dialect = worker->run->manifest->dialect;
    if (!dialect->schema_separator.len || !str_eq(node->materialized, STR("table")) || result->rows >= 0) return;
    AdapterError error;
    adapter_error_init(&error, worker->render);
    AdapterCursor *cursor;
    const AdapterCell *cells;
    Str sql = str_fmt(worker->render, "select max(_rowid_) from %.*s", STR_ARG(node->relation_name));
    if (!adapter_query(writer, sql, &cursor, &error)) return;
    if (adapter_step(cursor, &cells, &error) == ADAPTER_ROW)
        result->stored = cells[0].type == CELL_INTEGER ? cells[0].integer : 0;
    adapter_finish(cursor);
}

bool materialize(RunWorker *worker, Context *context, const Node *node, Value sql, RunResult *result)
{
    return call_macro(worker, context, node, node->materialized, sql, result);
}

bool materialize_as(RunWorker *worker, Context *context, const Node *node, Str name, Value sql, RunResult *result)
{
    AdapterConnection *writer = worker_writer(worker);
    AdapterError error;
    adapter_error_init(&error, worker->render);
    bool ok = call_macro(worker, context, node, name, sql, result);
    if (ok && str_eq(name, node->materialized)) count_stored(worker, writer, node, result);
    if (!run_weigh(worker->run, &worker->sink)) ok = false; /* before the commit: nothing is kept */
    if (ok && adapter_depth(writer) > run_base_depth(worker->run) && !adapter_commit(writer, &error))
        ok = refuse(worker, node, &error);
    if (!ok) result->message = result->adapter_message = result->adapter_code = STR_EMPTY; /* it came to nothing */
    rollback_all(worker, writer);
    timing_end(worker->keep, &result->execute);
    return ok;
}

bool materialize_and_commit(RunWorker *worker, Context *context, const Node *node, Value sql, RunResult *result)
{
    return materialize_as(worker, context, node, node->materialized, sql, result);
}

/* PostgreSQL would cut a longer name, and two of them could become one. */
static bool name_fits(RunWorker *worker, const Node *node)
{
    const Dialect *dialect = worker->run->manifest->dialect;
    size_t most = dialect->max_identifier;
    if (!most || !node || !node->relation_name.len || (node->alias.len <= most && node->schema.len <= most))
        return true;
    bool alias = node->alias.len > most;
    Str name = alias ? node->alias : node->schema;
    diag_add(&worker->sink, DIAG_config_invalid, node_span(node),
             "the %s '%.*s' has %zu bytes, and a name in the database can have %zu", alias ? "name" : "schema",
             STR_ARG(name), name.len, most);
    diag_hint(&worker->sink, alias ? "give it a shorter one with the config `alias`" : "choose a shorter `schema`");
    return false;
}

/* Begins the node's transaction (NULL: of an operation or of hooks) and gives the context that stands at it; NULL after an
 * error. */
Context *materialize_begin(RunWorker *worker, const Node *node)
{
    if (!name_fits(worker, node) || !run_schema_is_there(worker, node)) return NULL;
    AdapterConnection *writer = worker_writer(worker);
    if (!writer) return NULL;
    AdapterError error;
    adapter_error_init(&error, worker->render);
    if (!adapter_begin(writer, &error)) {
        refuse(worker, node, &error);
        return NULL;
    }
    if (node && node->relation_name.len && !run_lock_relation(worker, writer, node)) {
        rollback_all(worker, writer);
        return NULL;
    }
    return worker_context(worker, CONTEXT_RUN, node, writer);
}
