/* A worker: its arenas, its connections, its contexts. */
#include "run/internal.h"

static void on_message(void *data, const Node *node, Str text, ContextMessage kind)
{
    RunWorker *worker = data;
    run_emit(worker->run, &(RunEvent){.kind = RUN_EVENT_MESSAGE,
                                      .node = node,
                                      .text = text,
                                      .to_person = kind != MESSAGE_LOG,
                                      .printed = kind == MESSAGE_PRINT});
}

static bool on_ephemeral(void *data, const Node *asking, const Node *ephemeral, Value *text)
{
    RunWorker *worker = data;
    (void)asking;
    bool known = false;
    for (size_t i = 0; i < worker->ephemerals.n && !known; i++) known = worker->ephemerals.at[i] == ephemeral;
    if (!known) vec_push(worker->render, &worker->ephemerals, ephemeral);
    *text = value_str(cte_name(worker->render, ephemeral));
    return true;
}

static bool on_write(void *data, const Node *node, Str text)
{
    RunWorker *worker = data;
    if (node != worker->run->own_node) worker->run->wrote[node->index] = true;
    return write_target_part(worker->run, node, "run", worker->batch_label, text);
}

/* Of what is planned and not done: the node that is stored there, if it comes below. */
static bool on_builds_later(void *data, const Node *node, Str schema, Str identifier)
{
    Run *run = ((RunWorker *)data)->run;
    if (node == run->own_node || !node_set_has(run->plan->work, node->index)) return false;
    const Node *found = NULL;
    for (uint32_t i = 0; i < run->plan->node_count && !found; i++) {
        const Node *other = run->manifest->nodes[run->plan->nodes[i]];
        bool stored = other != node && node_has_relation(other) && other->type != RESOURCE_SOURCE;
        if (stored && str_eq(other->alias, identifier) && str_eq(other->schema, schema)) found = other;
    }
    if (!found) return false;
    Arena *scratch = arena_new();
    NodeSet below = node_set_new(scratch, run->graph->node_count);
    node_set_add(below, node->index);
    graph_add_descendants(run->graph, scratch, below, -1);
    bool later = node_set_has(below, found->index);
    arena_free(scratch);
    return later;
}

void worker_init(RunWorker *worker, Run *run, unsigned number)
{
    *worker =
        (RunWorker){.run = run, .number = number, .render = arena_new(), .keep = arena_new(), .comment = arena_new()};
    diag_sink_init(&worker->sink);
    diag_sink_init(&worker->comment_sink);
    map_init(&worker->unbuilt, worker->keep);
}

void worker_release(RunWorker *worker)
{
    context_free(worker->comments);
    context_free(worker->compile);
    context_free(worker->execute);
    diag_sink_release(&worker->sink);
    diag_sink_release(&worker->comment_sink);
    arena_free(worker->render);
    arena_free(worker->keep);
    arena_free(worker->comment);
}

void worker_turn(RunWorker *worker, const Node *node)
{
    if (worker->compile) context_set_node(worker->compile, NULL, NULL);
    if (worker->execute) context_set_node(worker->execute, NULL, NULL);
    diag_sink_clear(&worker->sink);
    worker->ephemerals = (NodePointers){0};
    arena_clear(worker->render);
    worker->node = node;
    worker->hook = worker->hooks = 0;
    worker->lane = false;
    worker->batch = (ClockWindow){0};
    worker->batch_id = worker->batch_label = STR_EMPTY;
}

static AdapterConnection *connect(RunWorker *worker, AdapterRole role)
{
    AdapterConnection *connection = NULL;
    AdapterError error;
    adapter_error_init(&error, worker->render);
    if (!adapter_connect(worker->run->database, role, &connection, &error)) {
        report_target_error(worker->run, &worker->sink, &error);
        return NULL;
    }
    run_register(worker->run, connection);
    return connection;
}

AdapterConnection *worker_reader(RunWorker *worker)
{
    const Run *run = worker->run;
    if (run->in_one) return worker_writer(worker); /* what is not committed yet is seen there only */
    /* Where all may write at once, one connection a worker does both. */
    if (run->capabilities.max_writers != 1 && !run->read_only) return worker_writer(worker);
    if (!worker->reader) worker->reader = connect(worker, ADAPTER_READER);
    return worker->reader;
}

AdapterConnection *worker_writer(RunWorker *worker)
{
    if (worker->run->shared_writer) return worker->run->shared_writer;
    if (!worker->writer) worker->writer = connect(worker, ADAPTER_WRITER);
    if (worker->run->capabilities.max_writers == 1) {
        worker->run->shared_writer = worker->writer;
        worker->writer = NULL;
        return worker->run->shared_writer;
    }
    return worker->writer;
}

ContextRun worker_context_run(RunWorker *worker, AdapterConnection *connection)
{
    const Run *run = worker->run;
    return (ContextRun){.connection = connection,
                        .full_refresh = run->options.full_refresh,
                        .invocation = run->options.invocation,
                        .flags = run->options.flags,
                        .results = value_undefined(STR("results")),
                        .selected_resources = run->selected_resources,
                        .deferred = run->deferred,
                        .schemas = value_undefined(STR("schemas")),
                        .database_schemas = value_undefined(STR("database_schemas")),
                        .message = on_message,
                        .message_data = worker,
                        .sample = run->options.sample,
                        .batch = worker->batch,
                        .batch_id = worker->batch_id,
                        .ephemeral = on_ephemeral,
                        .ephemeral_data = worker,
                        .write = on_write,
                        .write_data = worker,
                        .builds_later = on_builds_later,
                        .builds_later_data = worker};
}

Context *worker_context(RunWorker *worker, ContextMode mode, const Node *node, AdapterConnection *connection)
{
    Context **slot = mode == CONTEXT_COMPILE ? &worker->compile : &worker->execute;
    if (mode == CONTEXT_COMPILE && worker->run->options.no_introspect) connection = NULL;
    if (!*slot) *slot = context_new(worker->run->manifest, mode, worker->render, &worker->sink);
    ContextRun run = worker_context_run(worker, connection);
    context_set_run(*slot, &run);
    context_set_node(*slot, node, node ? node->package : NULL);
    if (connection) worker_statements(worker, node, connection);
    worker->ephemerals = (NodePointers){0};
    return *slot;
}

Diag *diags_copy(Arena *arena, const Diag *diags, size_t count)
{
    Diag *copy = ARENA_ARRAY(arena, Diag, count + 1);
    for (size_t i = 0; i < count; i++) {
        copy[i] = diags[i];
        copy[i].message = str_dup(arena, diags[i].message);
        copy[i].hint = str_dup(arena, diags[i].hint);
        copy[i].node = str_dup(arena, diags[i].node);
        copy[i].notes = ARENA_ARRAY(arena, DiagNote, diags[i].note_count + 1);
        for (size_t n = 0; n < diags[i].note_count; n++)
            copy[i].notes[n] = (DiagNote){diags[i].notes[n].span, str_dup(arena, diags[i].notes[n].message)};
    }
    return copy;
}
