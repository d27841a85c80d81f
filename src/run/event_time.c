/* Whether inputs can be cut by their event_time: SQLite, which has no type for times, compares whatever is there.
 *
 * A number or a text that is no time would fall out of every batch without a word. Such values lie at the ends of the
 * order (numbers stand before all text), which an index gives at once; without one each batch reads the whole input too. */
#include "run/internal.h"

enum { EPHEMERAL_DEPTH = 32 };

static bool refuse(RunWorker *worker, const Node *node, const Node *input, Str column, bool number, Str value)
{
    diag_add(&worker->sink, DIAG_event_time_invalid, node_described_at(input),
             "the event_time %.*s of %.*s is %s in some rows: %.*s", STR_ARG(column), STR_ARG(input->name),
             number ? "a number" : "no date or time", STR_ARG(value));
    diag_note(&worker->sink, node_span(node), "%.*s is cut by it", STR_ARG(node->name));
    diag_hint(&worker->sink,
              number ? "put a model between that makes a time of it, say with datetime(%.*s, 'unixepoch')"
                     : "put a model between that makes `2026-01-31 12:00:00` of it (%.*s)",
              STR_ARG(column));
    return false;
}

/* The query gives for both ends: the value as text, whether it is a number, and whether it can be used. */
static bool judge(RunWorker *worker, const Node *node, const Node *input, Str column, const AdapterCell *cells)
{
    for (const AdapterCell *end = cells; end < cells + 6; end += 3)
        if (!end[2].integer) return refuse(worker, node, input, column, end[1].integer, end[0].text);
    return true;
}

static bool usable(RunWorker *worker, const Node *node, const Node *input)
{
    Arena *arena = worker->render;
    Str column = event_time_column(arena, worker->run->manifest->dialect, input);
    AdapterConnection *reader = column.len && input->relation_name.len ? worker_reader(worker) : NULL;
    if (!reader) return true;
    Str ends[2] = {STR("min"), STR("max")};
    Buf sql;
    buf_init(&sql, arena);
    for (size_t i = 0; i < 2; i++)
        buf_addf(
            &sql,
            "%s cast(v%zu as text), typeof(v%zu) in ('integer', 'real', 'blob'), v%zu is null or (typeof(v%zu) = 'text' and datetime(v%zu) is not null)",
            i ? "," : "select", i, i, i, i, i);
    for (size_t i = 0; i < 2; i++)
        buf_addf(&sql, "%s (select %.*s(%.*s) as v%zu from %.*s)", i ? "," : " from", STR_ARG(ends[i]), STR_ARG(column),
                 i, STR_ARG(input->relation_name));
    AdapterError error;
    adapter_error_init(&error, arena);
    AdapterCursor *cursor;
    /* What is not there, or has no such column, the model's own statement will tell of. */
    if (!adapter_query(reader, buf_str(&sql), &cursor, &error)) return true;
    RunTable *table = run_table_read(arena, cursor, 1, &error);
    adapter_finish(cursor);
    return !table || !table->row_count || judge(worker, node, input, column, table->rows[0]);
}

static bool inputs_usable(RunWorker *worker, const Node *node, const Node *of, unsigned depth)
{
    bool ok = true;
    for (size_t i = 0; i < of->depends_on_count && depth < EPHEMERAL_DEPTH; i++) {
        const Node *input = of->depends_on[i];
        if (str_eq(input->materialized, STR("ephemeral")))
            ok = inputs_usable(worker, node, input, depth + 1) && ok;
        else
            ok = usable(worker, node, input) && ok;
    }
    return ok;
}

bool event_times_usable(RunWorker *worker, const Node *node)
{
    const RunOptions *options = &worker->run->options;
    bool cuts = options->sample.on || is_microbatch(node);
    if (!cuts || options->empty || !str_eq(worker->run->manifest->dialect->name, STR("sqlite"))) return true;
    return inputs_usable(worker, node, node, 0);
}
