/* Data tests: the test materialization counts the rows; severity and thresholds decide what that means.
 *
 * dbt: TestRunner.execute_data_test, build_test_run_result. */
#include "run/internal.h"
#include "template/decimal.h"

static bool is_word(Value v, const char *word)
{
    return v.kind == V_STR && str_eq_nocase(value_text(v), str_from(word));
}

/* Tests that store what they find have a relation and write; all others work on a reader's connection, several at once. */
bool test_writes(const Node *node)
{
    return node->relation_name.len > 0;
}

/* "true", "1", 1, 1.0, True: databases differ in what a comparison gives. */
static bool flag(Value v)
{
    if (v.kind == V_STR) return is_word(v, "true") || is_word(v, "t") || is_word(v, "1") || is_word(v, "yes");
    return value_truthy(v);
}

static bool malformed(RunWorker *worker, const Node *node, const char *what, size_t count)
{
    diag_add(&worker->sink, DIAG_test_invalid, node_span(node), "the test materialization gave %zu %s", count, what);
    diag_hint(&worker->sink, "its statement 'main' must give one row with the columns failures, should_warn, "
                             "should_error");
    return false;
}

typedef struct Counted {
    int64_t failures;
    bool warn, error;
} Counted;

static bool read_counts(RunWorker *worker, Context *context, const Node *node, Counted *counted)
{
    Value table = context_statement_table(context, STR("main"));
    size_t columns, rows = value_table_size(table, &columns);
    if (rows != 1) return malformed(worker, node, "rows", rows);
    if (columns != 3) return malformed(worker, node, "columns", columns);
    for (size_t c = 0; c < columns; c++) {
        Str name = value_table_column(table, c);
        Value cell = value_table_cell(table, 0, c);
        if (str_eq_nocase(name, STR("should_warn"))) counted->warn = flag(cell);
        if (str_eq_nocase(name, STR("should_error"))) counted->error = flag(cell);
        if (!str_eq_nocase(name, STR("failures"))) continue;
        if (cell.kind == V_INT)
            counted->failures = cell.u.integer;
        else if (cell.kind == V_FLOAT)
            counted->failures = (int64_t)cell.u.real;
        else if (value_as_decimal(cell) && !decimal_to_int(value_as_decimal(cell), &counted->failures))
            counted->failures = 0;
        else if (cell.kind == V_STR && !str_to_int(value_text(cell), &counted->failures))
            counted->failures = 0;
    }
    return true;
}

/* `select a from ...`, as not_null asks: the whole rows say more than their one column. */
static Str whole_rows(const Run *run, Arena *arena, Str sql)
{
    SqlScanner scanner = sql_scanner(run->manifest->dialect->syntax, sql);
    SqlToken first = sql_next(&scanner), column = sql_next(&scanner), from = sql_next(&scanner);
    bool one = sql_is_word(sql, first, "select") && (column.kind == SQL_NAME || column.kind == SQL_QUOTED_NAME) &&
               sql_is_word(sql, from, "from");
    return one ? str_fmt(arena, "select * %.*s", STR_ARG(str_from_index(sql, from.start))) : sql;
}

void sample_take(RunWorker *worker, AdapterConnection *connection, Str sql, int64_t limit, RunResult *result)
{
    AdapterError error;
    adapter_error_init(&error, worker->render);
    AdapterCursor *cursor;
    if (!limit || !adapter_query(connection, sql, &cursor, &error)) return;
    RunTable *table = run_table_read(worker->keep, cursor, limit < 0 ? -1 : limit + 1, &error);
    adapter_finish(cursor);
    if (!table || !table->row_count) return;
    result->sample_cut = limit > 0 && (int64_t)table->row_count > limit;
    if (result->sample_cut) table->row_count = (size_t)limit;
    result->sample = table;
}

static void take_sample(RunWorker *worker, AdapterConnection *connection, const Node *node, Str sql, RunResult *result)
{
    if (result->relation_name.len)
        sql = str_fmt(worker->render, "select * from %.*s", STR_ARG(result->relation_name));
    else if (node->test && node->test->generic)
        sql = whole_rows(worker->run, worker->render, sql);
    sample_take(worker, connection, sql, worker->run->options.show_failures, result);
}

static Str config_text(const Node *node, const char *key)
{
    Value v = node_config(node, str_from(key));
    return v.kind == V_STR ? value_text(v) : STR("!= 0");
}

static void judge(RunWorker *worker, const Node *node, const Counted *counted, RunResult *result)
{
    bool strict = !is_word(node_config(node, STR("severity")), "warn");
    result->message = STR_EMPTY;
    result->failures = 0;
    result->status = RUN_PASS;
    const char *verb;
    Str limit;
    if (strict && counted->error) {
        result->status = RUN_FAIL;
        verb = "fail";
        limit = config_text(node, "error_if");
    } else if (counted->warn) {
        bool error = run_warning(worker->run, DIAG_test_warned) == RUN_WARNING_IS_ERROR;
        result->status = error ? RUN_FAIL : RUN_WARN;
        verb = error ? "fail" : "warn";
        limit = config_text(node, "warn_if");
    } else {
        return;
    }
    result->failures = counted->failures;
    result->message = str_fmt(worker->keep, "Got %lld result%s, configured to %s if %.*s", (long long)counted->failures,
                              counted->failures == 1 ? "" : "s", verb, STR_ARG(limit));
    result->compiled_path = run_target_path(worker->keep, worker->run->manifest, node, STR("compiled"));
    DiagCode code = result->status == RUN_FAIL ? DIAG_test_failed : DIAG_test_warned;
    const char *plural = counted->failures == 1 ? "" : "s";
    if (node->test && node->test->attached)
        diag_add(&worker->sink, code, node_span(node), "%lld row%s of %.*s failed the test '%.*s'",
                 (long long)counted->failures, plural, STR_ARG(node->test->attached->name),
                 STR_ARG(node->test->generic ? node->test->test_name : node->name));
    else
        diag_add(&worker->sink, code, node_span(node), "the test '%.*s' found %lld row%s", STR_ARG(node->name),
                 (long long)counted->failures, plural);
}

static bool run_test(RunWorker *worker, const Node *node, Context *context, AdapterConnection *connection, bool writes,
                     RunResult *result)
{
    Compiled *compiled = ARENA_NEW(worker->keep, Compiled);
    bool ok = compile_in(worker, context, node, compiled);
    result->compile = compiled->timing;
    *compiled_slot(worker->run, node) = compiled;
    if (!ok) return false;
    Str sql = value_text(compiled->sql);
    result->compiled_code = sql;
    write_target(worker->run, node, "compiled", sql);
    bool built = writes ? materialize_and_commit(worker, context, node, compiled->sql, result)
                        : materialize(worker, context, node, compiled->sql, result);
    if (!built) return false;
    Counted counted = {0};
    if (!read_counts(worker, context, node, &counted)) return false;
    judge(worker, node, &counted, result);
    if (result->status != RUN_PASS) take_sample(worker, connection, node, sql, result);
    return true;
}

AdapterConnection *test_connection(RunWorker *worker, bool *lane)
{
    *lane = false;
    AdapterConnection *writer = worker->lane ? worker_writer(worker) : NULL;
    AdapterError error;
    adapter_error_init(&error, worker->render);
    if (writer && adapter_begin(writer, &error)) {
        *lane = true;
        return writer;
    }
    return worker_reader(worker);
}

bool test_execute(RunWorker *worker, const Node *node, RunResult *result)
{
    result->relation_name = STR_EMPTY;
    bool ok;
    if (test_writes(node)) {
        Context *context = materialize_begin(worker, node);
        if (!context) return false;
        AdapterConnection *writer = worker_writer(worker);
        const Manifest *m = worker->run->manifest;
        result->relation_name =
            relation_name(worker->keep, m->dialect, m->target.database, node->database, node->schema, node->alias);
        ok = run_test(worker, node, context, writer, true, result);
        rollback_all(worker, writer);
        return ok;
    }
    bool lane;
    AdapterConnection *connection = test_connection(worker, &lane);
    if (!connection) return false;
    ok = run_test(worker, node, worker_context(worker, CONTEXT_RUN, node, connection), connection, false, result);
    if (lane) rollback_all(worker, connection);
    return ok;
}
