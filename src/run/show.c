/* show: the first rows of one node's query, read and thrown away. */
#include "run/internal.h"
#include "template/srcmap.h"

static const Node *shown_node(Run *run, DiagSink *sink)
{
    if (run->own_node) return run->own_node;
    /* A selected model brings its tests along: they are meant only if nothing else is selected. */
    const Node *only = NULL;
    uint32_t others = 0;
    for (uint32_t i = 0; i < run->plan->node_count; i++) {
        const Node *node = run->manifest->nodes[run->plan->nodes[i]];
        if (node->type == RESOURCE_TEST && run->plan->node_count > 1) continue;
        only = node;
        others++;
    }
    if (others == 1) return only;
    Span span =
        run->options.select.select_count ? run->options.select.select[0].span : (Span){run->manifest->root->file, 0, 0};
    if (!run->plan->node_count)
        diag_add(sink, DIAG_selection_empty, span, "there is nothing to show");
    else
        diag_add(sink, DIAG_selection_invalid, span, "%u nodes are selected; show takes one",
                 others ? others : run->plan->node_count);
    diag_hint(sink, "name one model with --select, or give a query with --inline");
    return NULL;
}

static Str header_of(const Node *node)
{
    Value header = node->config.kind == V_DICT ? node_config(node, STR("sql_header")) : VALUE_NONE;
    return header.kind == V_STR ? str_trim(value_text(header)) : STR_EMPTY;
}

/* What the model's header sets or makes is there for the query, and is rolled back after it. `sql` begins with it. */
static bool read_rows(RunWorker *worker, AdapterConnection *reader, const Node *node, Value sql)
{
    Run *run = worker->run;
    AdapterError error;
    adapter_error_init(&error, worker->render);
    AdapterCursor *cursor;
    Str header = header_of(node);
    bool began = header.len && adapter_begin(reader, &error);
    /* It may make a temporary table, which counts as writing on a server. */
    bool ok = !header.len ||
              (began && (run->manifest->dialect->is_file ||
                         adapter_execute(reader, STR("set transaction read write"), worker->render, NULL, &error)));
    if (!ok) {
        report_sql_error(run, &worker->sink, database_code(error.kind), node, sql, &error);
        if (began) adapter_rollback(reader, &(AdapterError){.arena = worker->render});
        return false;
    }
    ok = adapter_query(reader, value_text(sql), &cursor, &error);
    if (ok) {
        run->shown = run_table_read(run->arena, cursor, run->options.limit, &error);
        adapter_finish(cursor);
        ok = run->shown != NULL;
    }
    if (!ok) report_sql_error(run, &worker->sink, database_code(error.kind), node, sql, &error);
    if (began) adapter_rollback(reader, &(AdapterError){.arena = worker->render});
    return ok;
}

/* The query behind the statements of its `sql_header`, as materializations write it. */
static Value with_header(RunWorker *worker, const Node *node, Value sql)
{
    if (!header_of(node).len) return sql;
    Value header = node_config(node, STR("sql_header"));
    MappedText out;
    mapped_begin(&out, worker->render);
    mapped_add_slice(&out, header, 0, value_text(header).len, node_span(node));
    mapped_add_str(&out, STR("\n"), node_span(node));
    mapped_add_slice(&out, sql, 0, value_text(sql).len, node_span(node));
    return mapped_end(&out);
}

bool show_execute(Run *run, DiagSink *sink)
{
    /* dbt: a selection of nothing is no failure. */
    if (!run->plan->node_count && !run->own_node && run->options.select.select_count) return true;
    const Node *node = shown_node(run, sink);
    run->impossible = !node;
    if (!node) return false;
    RunWorker *worker = &run->workers[0];
    RunResult result;
    worker_turn(worker, node);
    result_begin(worker, node, &result);
    AdapterConnection *reader = worker_reader(worker);
    bool ok = reader != NULL;
    Value sql = VALUE_NONE;
    if (ok && node->type == RESOURCE_SEED) {
        sql = value_str(str_fmt(worker->keep, "select * from %.*s", STR_ARG(node->relation_name)));
    } else if (ok) {
        Compiled *compiled = ARENA_NEW(worker->keep, Compiled);
        ok = compile_in(worker, worker_context(worker, CONTEXT_COMPILE, node, reader), node, compiled);
        run->impossible = !ok && node == run->own_node; /* the text of --inline is part of what was asked */
        *compiled_slot(run, node) = compiled;
        sql = compiled->sql;
        result.compile = compiled->timing;
        if (ok) result.compiled_code = value_text(sql);
    }
    timing_begin(worker->keep, &result.execute);
    ok = ok && read_rows(worker, reader, node, with_header(worker, node, sql));
    timing_end(worker->keep, &result.execute);
    if (!ok) result.status = RUN_ERROR;
    result_end(worker, &result);
    return true;
}
