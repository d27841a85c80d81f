/* The run's database: opening, the lock, cancelling, schemas. */
#include "run/internal.h"

bool run_register(Run *run, AdapterConnection *connection)
{
    pthread_mutex_lock(&run->lock);
    size_t at = atomic_load(&run->cancellable_count);
    bool room = at < run->cancellable_cap;
    if (room) {
        atomic_store(&run->cancellable[at], connection);
        atomic_store(&run->cancellable_count, at + 1);
    }
    pthread_mutex_unlock(&run->lock);
    if (atomic_load(&run->cancelled)) adapter_cancel(connection);
    return room;
}

static void on_notice(void *data, Str text)
{
    run_emit(data, &(RunEvent){.kind = RUN_EVENT_MESSAGE, .text = text});
}

bool run_open_database(Run *run, bool read_only, DiagSink *sink)
{
    const Target *target = &run->manifest->target;
    AdapterOpen open = {.settings = target->adapter_settings,
                        .setting_count = target->adapter_setting_count,
                        .base_folder = run->manifest->paths.root,
                        .read_only = read_only,
                        .notice = on_notice,
                        .notice_data = run};
    AdapterError error;
    adapter_error_init(&error, run->arena);
    if (!adapter_open(target->type, &open, &run->database, &error)) {
        report_target_error(run, sink, &error);
        run->database = NULL;
        return false;
    }
    run->capabilities = adapter_capabilities(run->database);
    run->read_only = read_only;
    run->cancellable_cap = 2 * (size_t)run->worker_count + 2;
    run->cancellable = arena_zalloc(run->arena, run->cancellable_cap * sizeof *run->cancellable);
    return true;
}

bool run_probe_writer(Run *run, DiagSink *sink)
{
    RunWorker *worker = &run->workers[0];
    worker_turn(worker, NULL);
    AdapterConnection *writer = worker_writer(worker);
    AdapterError error;
    adapter_error_init(&error, run->arena);
    if (writer) {
        if (adapter_begin(writer, &error) && adapter_rollback(writer, &error)) return true;
        report_target_error(run, &worker->sink, &error);
    }
    diag_sink_append(sink, &worker->sink);
    return false;
}

void run_close_database(Run *run)
{
    atomic_store(&run->cancellable_count, 0);
    for (unsigned i = 0; i < run->worker_count; i++) {
        adapter_disconnect(run->workers[i].reader);
        adapter_disconnect(run->workers[i].writer);
        run->workers[i].reader = run->workers[i].writer = NULL;
    }
    adapter_disconnect(run->shared_writer);
    run->shared_writer = NULL;
    adapter_close(run->database);
    run->database = NULL;
}

static Str schema_key(Arena *arena, const Node *node)
{
    return str_fmt(arena, "%.*s.%.*s", STR_ARG(node->database), STR_ARG(node->schema));
}

static bool make_schema(RunWorker *worker, AdapterConnection *writer, const Node *node)
{
    Run *run = worker->run;
    AdapterStrs schemas;
    AdapterError error;
    adapter_error_init(&error, run->arena);
    if (!adapter_list_schemas(writer, node->database, run->arena, &schemas, &error)) {
        report_sql_error(run, &worker->sink, database_code(error.kind), node, VALUE_NONE, &error);
        return false;
    }
    for (size_t s = 0; s < schemas.n; s++)
        if (str_eq(schemas.at[s], node->schema)) return true;
    Context *context = worker_context(worker, CONTEXT_RUN, NULL, writer);
    Value relation = context_relation(context, node), ignored;
    const Macro *macro = manifest_find_macro(run->manifest, run->manifest->root, STR("create_schema"));
    if (macro && context_call(context, macro, node_span(node), &relation, 1, NULL, NULL, 0, &ignored)) return true;
    /* `if not exists` does not help when another run makes it in the same moment. */
    if (!adapter_list_schemas(writer, node->database, run->arena, &schemas, &error)) return false;
    for (size_t s = 0; s < schemas.n; s++)
        if (str_eq(schemas.at[s], node->schema)) return worker_turn(worker, NULL), true;
    return false;
}

/* The schemas that planned nodes will be stored in, made by the macro of that name where schemas are real. One that cannot
 * be made fails the nodes that need it, and no others. */
bool run_make_schemas(Run *run, DiagSink *sink)
{
    if (!run->capabilities.real_schemas) return true;
    RunWorker *worker = &run->workers[0];
    Map made;
    map_init(&made, run->arena);
    map_init(&run->bad_schemas, run->arena);
    for (uint32_t i = 0; i < run->plan->node_count; i++) {
        const Node *node = run->manifest->nodes[run->plan->nodes[i]];
        bool refable = node_refable(node) && !str_eq(node->materialized, STR("ephemeral"));
        if (!refable && !(node->type == RESOURCE_TEST && test_writes(node))) continue;
        Str key = schema_key(run->arena, node);
        if (map_has(&made, key)) continue;
        map_put(&made, key, run);
        worker_turn(worker, NULL);
        AdapterConnection *writer = worker_writer(worker);
        if (!writer) return diag_sink_append(sink, &worker->sink), false;
        if (make_schema(worker, writer, node)) continue;
        NodeDiags *kept = ARENA_NEW(run->arena, NodeDiags);
        *kept = (NodeDiags){diags_copy(run->arena, worker->sink.items, worker->sink.count), worker->sink.count};
        map_put(&run->bad_schemas, key, kept);
    }
    worker_turn(worker, NULL);
    return true;
}

bool run_schema_is_there(RunWorker *worker, const Node *node)
{
    const Run *run = worker->run;
    if (!run->bad_schemas.count) return true;
    const NodeDiags *found = map_get(&run->bad_schemas, schema_key(worker->render, node));
    for (size_t i = 0; found && i < found->n; i++) {
        diag_copy(&worker->sink, &found->at[i]);
        worker->sink.items[worker->sink.count - 1].node = node->unique_id;
    }
    return !found;
}
