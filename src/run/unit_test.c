/* Unit tests: a model's SQL over given rows, compared with the rows that it must give.
 *
 * The model is rendered with the test's overrides; each thing that it reads is a CTE of the given rows in place of the
 * relation. The materialization `unit` puts the rows that are expected beside those that come out. dbt: TestRunner. */
#include "base/csv_types.h"
#include "base/edit.h"
#include "base/vec.h"
#include "run/internal.h"

typedef struct UnitRun {
    RunWorker *worker;
    AdapterConnection *connection;
    const Node *test;
    const UnitTestInfo *info;
    Compiled **inputs; /* by their place in info->given */
    VEC(const UnitFixture *) unknown; /* whose columns nobody knows: they have those of their rows */
} UnitRun;

/* ---- fixtures ---- */

static Value column_type(const AdapterColumns *columns, size_t i)
{
    return value_str(str_eq_nocase(columns->at[i].type, STR("unknown")) ? STR_EMPTY : columns->at[i].type);
}

/* Names in lower case -> types, and -> names in quotes, as the macros take them. */
static void column_dicts(const UnitRun *u, const AdapterColumns *columns, Value *types, Value *quoted)
{
    Arena *arena = u->worker->render;
    *types = value_dict(arena);
    *quoted = value_dict(arena);
    for (size_t i = 0; columns && i < columns->n; i++) {
        Str key = str_lower(arena, columns->at[i].name);
        dict_set_str(types->u.dict, key, column_type(columns, i));
        dict_set_str(
            quoted->u.dict, key,
            value_str(dialect_quote_identifier(arena, u->worker->run->manifest->dialect, columns->at[i].name)));
    }
}

/* False after an error for each column of the rows that the relation has not. */
static bool check_columns(const UnitRun *u, const UnitFixture *fixture, Str what, const AdapterColumns *columns)
{
    Arena *arena = u->worker->render;
    DiagSink *sink = &u->worker->sink;
    Str *names = ARENA_ARRAY(arena, Str, columns->n + 1);
    for (size_t i = 0; i < columns->n; i++) names[i] = columns->at[i].name;
    bool ok = true;
    for (size_t i = 0; i < fixture->column_count; i++) {
        Str name = fixture->columns[i].text, best;
        bool found = false;
        for (size_t k = 0; k < columns->n && !found; k++) found = str_eq_nocase(names[k], name);
        if (found) continue;
        ok = false;
        diag_add(sink, DIAG_unit_test_invalid, fixture->columns[i].span, "%.*s has no column '%.*s'", STR_ARG(what),
                 STR_ARG(name));
        diag_note(sink, u->test->span, "in %s the unit test '%.*s'",
                  fixture == &u->info->expect ? "the expected rows of" : "rows given to", STR_ARG(u->test->name));
        Str all = str_join(arena, names, columns->n, STR(", "));
        if (nearest(name, names, columns->n, &best))
            diag_hint(sink, "did you mean '%.*s'? It has: %.*s", STR_ARG(best), STR_ARG(all));
        else
            diag_hint(sink, "it has: %.*s", STR_ARG(all));
    }
    return ok;
}

/* The cells of a CSV are texts. Where the column's type is not known, the rows themselves say whether they are numbers, by
 * the rules for seeds. */
static Value typed_rows(const UnitRun *u, const UnitFixture *fixture, Value types)
{
    Arena *arena = u->worker->render;
    if (fixture->rows.kind != V_LIST || !fixture->texts) return fixture->rows;
    Value rows = value_copy(arena, fixture->rows);
    for (size_t c = 0; c < fixture->column_count; c++) {
        Str name = fixture->columns[c].text;
        Value type = dict_get_str(types.u.dict, str_lower(arena, name));
        if (type.kind == V_STR && type.len) continue;
        CsvGuess guess;
        csv_guess_init(&guess);
        for (uint32_t i = 0; i < rows.u.list->n; i++) {
            Value cell = dict_get_str(rows.u.list->at[i].u.dict, name);
            if (cell.kind == V_STR) csv_guess_feed(&guess, value_text(cell));
        }
        CsvType kind = csv_guess_type(&guess);
        if (!guess.any || (kind != CSV_INTEGER && kind != CSV_NUMBER)) continue;
        for (uint32_t i = 0; i < rows.u.list->n; i++) {
            Value *cell = dict_find_str(rows.u.list->at[i].u.dict, name);
            CsvValue v;
            if (!cell || cell->kind != V_STR || !csv_value(kind, value_text(*cell), &v)) continue;
            if (v.kind == CSV_VALUE_INTEGER) *cell = value_int(v.integer);
            if (v.kind == CSV_VALUE_REAL) *cell = value_float(v.real);
        }
    }
    return rows;
}

/* Where nothing is known of a relation, it has the columns of its rows. */
static const AdapterColumns *own_columns(const UnitRun *u, const UnitFixture *fixture)
{
    if (!fixture->column_count) return NULL;
    AdapterColumns *columns = ARENA_NEW(u->worker->render, AdapterColumns);
    columns->at = ARENA_ARRAY(u->worker->render, AdapterColumn, fixture->column_count);
    columns->n = fixture->column_count;
    for (size_t i = 0; i < columns->n; i++)
        columns->at[i] = (AdapterColumn){fixture->columns[i].text, STR_EMPTY, STR_EMPTY, STR_EMPTY};
    return columns;
}

static bool fixture_sql(UnitRun *u, const UnitFixture *fixture, Compiled *out)
{
    RunWorker *worker = u->worker;
    const Node *node = fixture->node;
    Context *context = worker_context(worker, CONTEXT_RUN, node, u->connection);
    Value text;
    *out = (Compiled){.body = value_undefined(STR_EMPTY), .sql = value_undefined(STR_EMPTY)};
    if (fixture->unit) {
        if (!context_render(context, fixture->unit, &text)) return false;
        return compile_text(worker, node, text, out);
    }
    const AdapterColumns *columns = unit_columns(worker, u->connection, node);
    Str what = str_fmt(worker->render, "%.*s '%.*s'", STR_ARG(resource_type_word(node->type)), STR_ARG(node->name));
    if (columns && !check_columns(u, fixture, what, columns)) return false;
    if (!columns) {
        columns = own_columns(u, fixture);
        vec_push(worker->render, &u->unknown, fixture);
    }
    Value args[3];
    column_dicts(u, columns, &args[1], &args[2]);
    args[0] = typed_rows(u, fixture, args[1]);
    context = worker_context(worker, CONTEXT_RUN, node, u->connection);
    const Macro *macro = manifest_find_macro(worker->run->manifest, u->test->package, STR("get_fixture_sql"));
    if (!context_call(context, macro, fixture->rows_span, args, 3, NULL, NULL, 0, &text)) return false;
    return compile_text(worker, node, text, out);
}

static const Compiled *find_input(void *data, const Node *node)
{
    const UnitRun *u = data;
    for (size_t i = 0; i < u->info->given_count; i++)
        if (u->info->given[i].node == node) return u->inputs[i];
    return NULL;
}

static bool compile_inputs(UnitRun *u)
{
    Arena *keep = u->worker->keep;
    u->inputs = ARENA_ARRAY(keep, Compiled *, u->info->given_count + 1);
    bool ok = true;
    for (size_t i = 0; i < u->info->given_count; i++) {
        u->inputs[i] = ARENA_NEW(keep, Compiled);
        ok &= fixture_sql(u, &u->info->given[i], u->inputs[i]);
    }
    return ok;
}

/* ---- the model ---- */

static bool gives_this(const UnitTestInfo *info)
{
    for (size_t i = 0; i < info->given_count; i++)
        if (info->given[i].node == info->tested) return true;
    return false;
}

/* A model that reads its own table would read the real one: the test would depend on what is there today. */
static bool check_this(UnitRun *u, const Compiled *compiled)
{
    const Node *model = u->info->tested;
    if (gives_this(u->info) || !model->relation_name.len) return true;
    if (str_find(value_text(compiled->body), model->relation_name, 0) == STR_NPOS) return true;
    diag_add(&u->worker->sink, DIAG_unit_test_invalid, u->test->span,
             "the model '%.*s' reads its own table, and the unit test gives no rows for it", STR_ARG(model->name));
    diag_hint(&u->worker->sink, "add `- input: this` with its rows below `given:`");
    return false;
}

static Context *test_context(UnitRun *u, const Node *node)
{
    Context *context = worker_context(u->worker, CONTEXT_RUN, node, u->connection);
    ContextRun run = worker_context_run(u->worker, u->connection);
    run.unit_test = u->test;
    context_set_run(context, &run);
    return context;
}

static bool compile_model(UnitRun *u, Compiled *compiled)
{
    RunWorker *worker = u->worker;
    const Node *model = u->info->tested;
    size_t said = worker->sink.count;
    Context *context = test_context(u, model);
    bool ok = compile_body(worker, context, model, compiled) && check_this(u, compiled);
    if (ok)
        ok = inject_ctes(worker->keep, worker->run->manifest->dialect->syntax, model, compiled, find_input, u,
                         &compiled->sql);
    for (size_t i = said; i < worker->sink.count; i++)
        if (!worker->sink.items[i].node.len) worker->sink.items[i].node = u->test->unique_id;
    compiled->ok = ok;
    timing_end(worker->keep, &compiled->timing);
    return ok;
}

/* The node that the materialization sees: the test, with what it expects in its config. */
static const Node *run_node(const UnitRun *u, Value expected_rows, Value expected_sql)
{
    Arena *keep = u->worker->keep;
    Node *node = arena_copy(keep, u->test, sizeof *u->test);
    node->config = value_dict_clone(keep, u->test->config, 3);
    dict_set_str(node->config.u.dict, STR("materialized"), value_str(STR("unit")));
    dict_set_str(node->config.u.dict, STR("expected_rows"), expected_rows);
    dict_set_str(node->config.u.dict, STR("expected_sql"), expected_sql);
    value_freeze(node->config);
    node->path = str_fmt(keep, "%.*s.sql", STR_ARG(node->alias));
    return node;
}

static bool compile_expected(UnitRun *u, const Compiled *model, Value *rows, Value *sql)
{
    RunWorker *worker = u->worker;
    const UnitFixture *expect = &u->info->expect;
    *rows = value_list(worker->keep);
    *sql = VALUE_NONE;
    if (expect->unit) {
        Compiled out;
        Value text;
        Context *context = worker_context(worker, CONTEXT_RUN, u->info->tested, u->connection);
        if (!context_render(context, expect->unit, &text) || !compile_text(worker, u->test, text, &out)) return false;
        *sql = out.body;
        return true;
    }
    AdapterColumns columns;
    AdapterError error;
    adapter_error_init(&error, worker->render);
    Value types = value_dict(worker->render), quoted;
    if (adapter_prepare(u->connection, value_text(model->sql), worker->render, &columns, &error)) {
        Str what = str_fmt(worker->render, "model '%.*s'", STR_ARG(u->info->model));
        if (!check_columns(u, expect, what, &columns)) return false;
        column_dicts(u, &columns, &types, &quoted);
    } /* otherwise the statement itself says what is wrong */
    *rows = value_copy(worker->keep, typed_rows(u, expect, types));
    return true;
}

static void judge(UnitRun *u, Context *context, RunResult *result)
{
    RunWorker *worker = u->worker;
    Str diff = unit_diff(worker->keep, context_statement_table(context, STR("main")));
    result->message = STR_EMPTY;
    result->failures = 0;
    result->status = RUN_PASS;
    if (!diff.len) return;
    result->status = RUN_FAIL;
    result->failures = 1;
    result->message = diff;
    result->compiled_path =
        run_target_path(worker->keep, worker->run->manifest, run_node(u, VALUE_NONE, VALUE_NONE), STR("compiled"));
    diag_add(&worker->sink, DIAG_test_failed, u->test->span,
             "the model '%.*s' does not give the rows that '%.*s' expects", STR_ARG(u->info->model),
             STR_ARG(u->test->name));
}

static bool run(UnitRun *u, RunResult *result)
{
    RunWorker *worker = u->worker;
    Compiled *compiled = ARENA_NEW(worker->keep, Compiled);
    timing_begin(worker->keep, &result->compile);
    Value rows, sql;
    bool ok = compile_inputs(u) && compile_model(u, compiled) && compile_expected(u, compiled, &rows, &sql);
    timing_end(worker->keep, &result->compile);
    *compiled_slot(worker->run, u->test) = compiled;
    if (!ok) return compiled->ok = false;
    result->compiled_code = value_text(compiled->sql);
    const Node *node = run_node(u, rows, sql);
    write_target(worker->run, node, "compiled", result->compiled_code);
    Context *context = worker_context(worker, CONTEXT_RUN, node, u->connection);
    if (!materialize(worker, context, node, compiled->sql, result)) return false;
    judge(u, context, result);
    return true;
}

/* Where the error stands in the model, which test it was and what that did not know. */
static void explain(UnitRun *u)
{
    DiagSink *sink = &u->worker->sink;
    if (!sink->count) return;
    const Diag *diag = &sink->items[sink->count - 1];
    if (diag->code == DIAG_unit_test_invalid) return; /* it speaks of the test by itself */
    diag_note(sink, u->test->span, "in the unit test '%.*s'", STR_ARG(u->test->name));
    for (size_t i = 0; i < u->unknown.n; i++)
        diag_note(sink, u->unknown.at[i]->span,
                  "nothing is known of the columns of %.*s: it has only those that stand in its rows",
                  STR_ARG(u->unknown.at[i]->input));
    if (u->unknown.n && !diag->hint.len)
        diag_hint(sink,
                  "give rows with all columns that the model reads, describe the columns in YAML, or build (or load) "
                  "what it reads");
}

bool unit_test_execute(RunWorker *worker, const Node *node, RunResult *result)
{
    bool lane;
    result->relation_name = STR_EMPTY;
    UnitRun u = {.worker = worker, .test = node, .info = node->unit_test};
    u.connection = test_connection(worker, &lane);
    if (!u.connection) return false;
    bool ok = run(&u, result);
    if (!ok) explain(&u);
    if (lane) rollback_all(worker, u.connection);
    return ok;
}
