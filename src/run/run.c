/* The order of a run's steps: plan, open, compile, check, work, end. */
#include "run/run.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/thread.h"
#include "run/internal.h"

enum { MOST_THREADS = 256 };

#define BIT(type) (1u << RESOURCE_##type)

const char *run_command_word(RunCommand command)
{
    static const char *const words[] = {[RUN_COMPILE] = "compile",    [RUN_RUN] = "run",
                                        [RUN_SEED] = "seed",          [RUN_TEST] = "test",
                                        [RUN_BUILD] = "build",        [RUN_SNAPSHOT] = "snapshot",
                                        [RUN_DOCS] = "generate",      [RUN_OPERATION] = "run-operation",
                                        [RUN_SHOW] = "show",          [RUN_CLONE] = "clone",
                                        [RUN_FRESHNESS] = "freshness"};
    return words[command];
}

uint32_t run_command_types(RunCommand command)
{
    switch (command) {
    case RUN_RUN: return BIT(MODEL);
    case RUN_SEED: return BIT(SEED);
    case RUN_TEST: return BIT(TEST) | BIT(UNIT_TEST);
    case RUN_SNAPSHOT: return BIT(SNAPSHOT);
    case RUN_CLONE: return BIT(MODEL) | BIT(SEED) | BIT(SNAPSHOT);
    case RUN_BUILD:
        return BIT(MODEL) | BIT(SEED) | BIT(SNAPSHOT) | BIT(TEST) | BIT(UNIT_TEST) | BIT(EXPOSURE) | BIT(SAVED_QUERY);
    case RUN_OPERATION: return 0;
    case RUN_FRESHNESS: return BIT(SOURCE);
    case RUN_SHOW: return BIT(MODEL) | BIT(SEED) | BIT(SNAPSHOT) | BIT(TEST) | BIT(ANALYSIS);
    case RUN_COMPILE:
    case RUN_DOCS: break;
    }
    return BIT(MODEL) | BIT(SEED) | BIT(SNAPSHOT) | BIT(TEST) | BIT(ANALYSIS);
}

/* ---- planning ---- */

static bool only_reads(const Run *run)
{
    RunCommand command = run->options.command;
    return command == RUN_COMPILE || command == RUN_DOCS || command == RUN_SHOW;
}

static bool runs_hooks(const Run *run)
{
    RunCommand command = run->options.command;
    if (command == RUN_FRESHNESS) return manifest_flag(run->manifest, "source_freshness_run_project_hooks", true);
    return !only_reads(run) && command != RUN_OPERATION && command != RUN_CLONE;
}

static Value list_selected(Run *run)
{
    Value list = value_list(run->arena);
    for (uint32_t i = 0; i < run->plan->node_count; i++)
        list_push(list.u.list, value_str(run->manifest->nodes[run->plan->nodes[i]]->unique_id));
    value_freeze(list);
    return list;
}

static void make_workers(Run *run)
{
    unsigned threads = run->options.threads ? run->options.threads : run->manifest->target.threads;
    if (run->options.atomic) threads = 1;
    run->threads = threads < 1 ? 1 : threads > MOST_THREADS ? MOST_THREADS : threads;
    unsigned cores = thread_cores();
    run->worker_count = cores > run->threads ? cores : run->threads;
    run->workers = ARENA_ARRAY(run->arena, RunWorker, run->worker_count);
    for (unsigned i = 0; i < run->worker_count; i++) worker_init(&run->workers[i], run, i);
}

Run *run_plan(const Manifest *manifest, const Graph *graph, const RunOptions *options, DiagSink *sink)
{
    Arena *arena = arena_new();
    Run *run = ARENA_NEW(arena, Run);
    *run = (Run){.manifest = manifest,
                 .graph = graph,
                 .options = *options,
                 .arena = arena,
                 .log = -1,
                 .log_start = -1,
                 .log_end = -1,
                 .lock_file = -1};
    pthread_mutex_init(&run->lock, NULL);
    run->began = clock_monotonic_ns();
    uint32_t n = graph->node_count;
    run->selected = node_set_new(arena, n);
    bool named = options->command == RUN_OPERATION || options->inline_sql.len;
    if (!named && !select_nodes(arena, graph, &options->select, sink, &run->selected)) {
        run_free(run);
        return NULL;
    }
    for (uint32_t i = 0; options->command == RUN_FRESHNESS && i < n; i++) {
        const SourceInfo *info = manifest->nodes[i]->source_info;
        if (info && !info->has_freshness) node_set_remove(run->selected, i);
    }
    uint32_t types = run_command_types(options->command);
    PlanOptions plan = {.selected = run->selected,
                        .types = options->select.types ? types & options->select.types : types,
                        .gates = options->command == RUN_BUILD,
                        .hooks = runs_hooks(run)};
    run->plan = plan_make(arena, graph, &plan);
    run->total = run->plan->node_count;
    run->compiled = ARENA_ARRAY(arena, Compiled *, n + 1);
    run->columns = ARENA_ARRAY(arena, AdapterColumns *, n + 1);
    run->seeds = ARENA_ARRAY(arena, SeedFile *, n + 1);
    run->check_diags = ARENA_ARRAY(arena, NodeDiags *, n + 1);
    run->blocked_by = ARENA_ARRAY(arena, const Node *, n + 1);
    run->has_result = ARENA_ARRAY(arena, bool, n + 1);
    run->wrote = ARENA_ARRAY(arena, bool, n + 1);
    run->selected_resources = list_selected(run);
    make_workers(run);
    if (run_comment_init(run, sink)) return run;
    run_free(run);
    return NULL;
}

void run_free(Run *run)
{
    if (!run) return;
    for (unsigned i = 0; i < run->worker_count; i++) worker_release(&run->workers[i]);
    pthread_mutex_destroy(&run->lock);
    arena_free(run->arena);
}

/* ---- work ---- */

static void cancel_connections(Run *run)
{
    size_t count = atomic_load(&run->cancellable_count);
    for (size_t i = 0; i < count; i++) adapter_cancel(atomic_load(&run->cancellable[i]));
}

void run_cancel(Run *run)
{
    atomic_store(&run->cancelled, true);
    schedule_stop(&run->schedule);
    cancel_connections(run);
}

/* What cannot be run yet does not fail a build: it is left out with a warning, and so is all that is below it. */
static void leave_out(RunWorker *worker, const Node *node, RunResult *result)
{
    result->status = RUN_SKIPPED;
    for (size_t i = 0; i < worker->sink.count; i++)
        if (worker->sink.items[i].severity == DIAG_ERROR)
            result->message = str_dup(worker->keep, worker->sink.items[i].message);
    diag_sink_clear(&worker->sink);
    diag_add(&worker->sink, DIAG_unsupported, node_span(node), "%.*s was left out: %.*s", STR_ARG(node->name),
             STR_ARG(result->message));
    diag_become(&worker->sink, DIAG_WARNING);
}

static bool is_unsupported(const RunWorker *worker)
{
    bool found = false;
    for (size_t i = 0; i < worker->sink.count; i++) {
        const Diag *diag = &worker->sink.items[i];
        if (diag->severity == DIAG_ERROR && diag->code != DIAG_unsupported) return false;
        found = found || diag->severity == DIAG_ERROR;
    }
    return found;
}

static void execute(RunWorker *worker, const Node *node, RunResult *result)
{
    bool ok = true;
    if (worker->run->options.command == RUN_CLONE) {
        if (!clone_execute(worker, node, result)) result->status = RUN_ERROR;
        return;
    }
    switch (node->type) {
    case RESOURCE_MODEL:
    case RESOURCE_SNAPSHOT: ok = model_execute(worker, node, result); break;
    case RESOURCE_SEED: ok = seed_execute(worker, node, result); break;
    case RESOURCE_TEST: ok = test_execute(worker, node, result); break;
    case RESOURCE_UNIT_TEST: ok = unit_test_execute(worker, node, result); break;
    case RESOURCE_SOURCE: ok = freshness_execute(worker, node, result); break;
    default: result->status = RUN_NO_OP; break;
    }
    if (ok) return;
    if (result->status != RUN_PARTIAL) result->status = RUN_ERROR;
    if (worker->run->options.command == RUN_BUILD && node->type == RESOURCE_SNAPSHOT && is_unsupported(worker))
        leave_out(worker, node, result);
}

static ScheduleOutcome work(void *data, unsigned number, uint32_t index, bool lane)
{
    Run *run = data;
    RunWorker *worker = &run->workers[number];
    const Node *node = run->manifest->nodes[index];
    RunResult result;
    worker_turn(worker, node);
    worker->lane = run->in_one || (lane && run->shared_writer);
    result_begin(worker, node, &result);
    prepared_begin(worker, &result);
    execute(worker, node, &result);
    prepared_end(worker, &result);
    result_end(worker, &result);
    bool failed = run_status_bad(result.status);
    if (failed && run->options.fail_fast && !atomic_exchange(&run->fail_fast_hit, true)) {
        schedule_stop(&run->schedule);
        cancel_connections(run);
    }
    if (run->options.command == RUN_CLONE) return SCHEDULE_DONE; /* clones do not read each other */
    return failed || result.status == RUN_CANCELLED || result.status == RUN_SKIPPED ? SCHEDULE_FAILED : SCHEDULE_DONE;
}

static bool prepares(void *data, uint32_t index)
{
    const Run *run = data;
    return node_prepares(run, run->manifest->nodes[index]);
}

static void prepare(void *data, unsigned number, uint32_t index)
{
    Run *run = data;
    node_prepare(&run->workers[number], run->manifest->nodes[index]);
}

static void skip(void *data, uint32_t index, uint32_t because)
{
    Run *run = data;
    result_skip(run, run->manifest->nodes[index], run->manifest->nodes[because], RUN_SKIPPED, STR_EMPTY, true);
}

static bool writes(void *data, uint32_t index)
{
    const Run *run = data;
    const Node *node = run->manifest->nodes[index];
    switch (node->type) {
    case RESOURCE_MODEL:
    case RESOURCE_SEED:
    case RESOURCE_SNAPSHOT: return true;
    case RESOURCE_TEST: return test_writes(node);
    default: return false;
    }
}

static bool anything_writes(Run *run)
{
    if (only_reads(run)) return false;
    if (run->options.command == RUN_OPERATION || run->plan->start_hook_count || run->plan->end_hook_count) return true;
    for (uint32_t i = 0; i < run->plan->node_count; i++)
        if (writes(run, run->plan->nodes[i])) return true;
    return false;
}

/* ---- nodes that do not run ---- */

/* A node that the check refuses: its result is what was found. */
static void give_refused(Run *run, const Node *node)
{
    RunWorker *worker = &run->workers[0];
    const NodeDiags *found = run->check_diags[node->index];
    RunResult result;
    worker_turn(worker, node);
    result_begin(worker, node, &result);
    result.status = RUN_ERROR;
    const Compiled *compiled = run->compiled[node->index];
    if (compiled && compiled->ok && compiled->sql.kind == V_STR) {
        result.compile = compiled->timing;
        result.compiled_code = value_text(compiled->sql);
    }
    for (size_t d = 0; d < found->n; d++) diag_copy(&worker->sink, &found->at[d]);
    result_end(worker, &result);
}

/* The check found errors: those nodes have them as their result, all others are left out. */
static void refuse(Run *run)
{
    const Plan *plan = run->plan;
    run->refused = true;
    for (uint32_t i = 0; i < plan->ephemeral_count; i++) run->total += run->check_diags[plan->ephemerals[i]] != NULL;
    for (uint32_t i = 0; i < plan->ephemeral_count; i++)
        if (run->check_diags[plan->ephemerals[i]]) give_refused(run, run->manifest->nodes[plan->ephemerals[i]]);
    for (uint32_t i = 0; i < plan->node_count; i++)
        if (run->check_diags[plan->nodes[i]]) give_refused(run, run->manifest->nodes[plan->nodes[i]]);
    size_t bad = run->results.n;
    for (uint32_t i = 0; i < plan->node_count; i++) {
        const Node *node = run->manifest->nodes[plan->nodes[i]];
        if (run->has_result[node->index]) continue;
        if (run->blocked_by[node->index])
            result_skip(run, node, run->blocked_by[node->index], RUN_SKIPPED, STR_EMPTY, true);
        else if (!only_reads(run))
            result_skip(run, node, NULL, RUN_SKIPPED, STR("nothing was run: the check before write found errors"),
                        false);
    }
    if (only_reads(run)) return;
    run_emit(run, &(RunEvent){.kind = RUN_EVENT_MESSAGE,
                              .to_person = true,
                              .text = str_fmt(run->arena,
                                              "The check before write found errors in %zu node%s; nothing was written.",
                                              bad, bad == 1 ? "" : "s")});
}

static void skip_rest(Run *run, RunStatus status, Str why)
{
    for (uint32_t i = 0; i < run->plan->node_count; i++) {
        uint32_t index = run->plan->nodes[i];
        if (!run->has_result[index]) result_skip(run, run->manifest->nodes[index], NULL, status, why, false);
    }
}

static void finish_stopped(Run *run)
{
    bool cancelled = atomic_load(&run->cancelled);
    skip_rest(run, cancelled ? RUN_CANCELLED : RUN_SKIPPED,
              cancelled ? STR("stopped before it ran") : STR("Skipping due to fail_fast"));
}

/* compile, docs: the results are what was compiled. */
static void give_compiled(Run *run)
{
    RunWorker *worker = &run->workers[0];
    for (uint32_t i = 0; i < run->plan->node_count; i++) {
        const Node *node = run->manifest->nodes[run->plan->nodes[i]];
        if (run->has_result[node->index] || atomic_load(&run->cancelled)) continue;
        const Compiled *compiled = run->compiled[node->index];
        RunResult result;
        worker_turn(worker, node);
        result_begin(worker, node, &result);
        if (compiled && compiled->ok) {
            result.compile = compiled->timing;
            result.compiled_code = value_text(compiled->sql);
            for (size_t d = 0; d < compiled->diag_count; d++) diag_copy(&worker->sink, &compiled->diags[d]);
        }
        result_end(worker, &result);
    }
}

/* ---- the steps ---- */

static bool compile_inline(Run *run)
{
    RunWorker *worker = &run->workers[0];
    const Node *node = run->own_node;
    RunResult result;
    worker_turn(worker, node);
    result_begin(worker, node, &result);
    AdapterConnection *reader = worker_reader(worker);
    Compiled *compiled = ARENA_NEW(worker->keep, Compiled);
    bool ok = reader && compile_in(worker, worker_context(worker, CONTEXT_COMPILE, node, reader), node, compiled);
    *compiled_slot(run, node) = compiled;
    result.compile = compiled->timing;
    if (ok)
        result.compiled_code = value_text(compiled->sql);
    else
        result.status = RUN_ERROR;
    result_end(worker, &result);
    return true;
}

static bool run_nodes(Run *run, DiagSink *sink)
{
    if (run->options.atomic && !atomic_begin(run, sink)) return false;
    if (!run_make_schemas(run, sink)) return false;
    bool begun = hooks_execute(run, false); /* dbt goes on after a failed hook; its result fails the run */
    if (!begun && manifest_flag(run->manifest, "skip_nodes_if_on_run_start_fails", false)) {
        skip_rest(run, RUN_SKIPPED, STR("a hook of on-run-start failed"));
        hooks_execute(run, true);
        return atomic_end(run, sink);
    }
    run->schedule.plan = run->plan;
    run->schedule.threads = run->threads;
    run->schedule.max_writers = run->capabilities.max_writers;
    run->schedule.work = work;
    run->schedule.skip = skip;
    run->schedule.writes = writes;
    run->schedule.prepares = prepares;
    run->schedule.prepare = prepare;
    run->schedule.data = run;
    schedule_run(&run->schedule);
    finish_stopped(run);
    if (atomic_load(&run->cancelled)) return atomic_end(run, sink);
    size_t count = atomic_load(&run->cancellable_count);
    if (atomic_load(&run->fail_fast_hit))
        for (size_t i = 0; i < count; i++) adapter_cancel_clear(atomic_load(&run->cancellable[i]));
    hooks_execute(run, true);
    return atomic_end(run, sink);
}

static bool checks(const Run *run)
{
    RunCommand command = run->options.command;
    return command == RUN_COMPILE || command == RUN_DOCS ||
           (!run->options.no_check && (command == RUN_RUN || command == RUN_BUILD || command == RUN_SNAPSHOT));
}

static bool check(Run *run)
{
    compile_all(run, only_reads(run));
    return check_all(run);
}

/* A database that does not exist yet is only made once nothing stands against running. */
static bool open_and_check(Run *run, bool writing, bool *good, DiagSink *sink)
{
    Str path = run->manifest->target.database_path;
    bool later =
        writing && run->manifest->dialect->is_file && path.len && checks(run) && !file_exists(str_c(run->arena, path));
    *good = true;
    if (writing && !run_lock(run, sink)) return false;
    if (later) {
        if (!run_open_database(run, true, sink)) return false;
        run_defer(run);
        *good = check(run);
        run_close_database(run);
        if (!*good || atomic_load(&run->cancelled)) return true;
    }
    if (!run_open_database(run, !writing, sink)) return false;
    if (writing && !run_probe_writer(run, sink)) return false;
    run_defer(run);
    if (checks(run) && !later) *good = check(run);
    return true;
}

static bool execute_all(Run *run, DiagSink *sink)
{
    RunCommand command = run->options.command;
    run->impossible = run->options.inline_sql.len && !inline_node(run, sink);
    if (run->impossible) return false;
    bool nothing = !run->plan->node_count && !run->own_node && command != RUN_OPERATION;
    if (nothing && command == RUN_SHOW) return show_execute(run, sink);
    if (nothing && command != RUN_DOCS) return true;
    if (command == RUN_CLONE && !clone_is_possible(run, sink)) return false;
    bool good;
    if (!open_and_check(run, anything_writes(run), &good, sink)) return false;
    bool ok = true;
    if (!good) refuse(run);
    switch (command) {
    case RUN_OPERATION: ok = operation_execute(run, sink); break;
    case RUN_SHOW: ok = show_execute(run, sink); break;
    case RUN_DOCS: give_compiled(run), catalog_read(run); break;
    case RUN_COMPILE:
        if (run->own_node)
            ok = compile_inline(run);
        else
            give_compiled(run);
        break;
    default:
        if (atomic_load(&run->cancelled))
            finish_stopped(run);
        else if (good)
            ok = run_nodes(run, sink);
        break;
    }
    return ok;
}

bool run_execute(Run *run, DiagSink *sink)
{
    run->began = clock_monotonic_ns();
    run_emit(run, &(RunEvent){.kind = RUN_EVENT_PLANNED, .count = run->total, .threads = run->threads});
    if (run->total && !only_reads(run)) results_open(run);
    bool ok = execute_all(run, sink);
    /* Contexts hold on to connections; they go first. */
    for (unsigned i = 0; i < run->worker_count; i++) worker_turn(&run->workers[i], NULL);
    run_close_database(run);
    run_unlock(run);
    if (run->options.atomic) results_log_all(run);
    results_close(run);
    run->seconds = (double)(clock_monotonic_ns() - run->began) / 1e9;
    return ok;
}

/* ---- asking ---- */

Value run_planned(const Run *run)
{
    return run->selected_resources;
}

const RunResult *run_results(const Run *run, size_t *count)
{
    *count = run->results.n;
    return run->results.at;
}

double run_seconds(const Run *run)
{
    return run->seconds;
}
bool run_failed(const Run *run)
{
    return run->failed;
}
bool run_was_cancelled(const Run *run)
{
    return atomic_load(&run->cancelled);
}
bool run_impossible(const Run *run)
{
    return run->impossible;
}
bool run_refused(const Run *run)
{
    return run->refused;
}
bool run_rolled_back(const Run *run)
{
    return run->rolled_back;
}

const AdapterColumns *run_columns(const Run *run, const Node *node)
{
    return node == run->own_node ? NULL : run->columns[node->index];
}

bool run_wrote(const Run *run, const Node *node)
{
    return node != run->own_node && run->wrote[node->index];
}

Str run_compiled(const Run *run, const Node *node)
{
    const Compiled *compiled = *compiled_slot(run, node);
    return compiled && compiled->ok && compiled->sql.kind == V_STR ? value_text(compiled->sql) : (Str){NULL, 0};
}

const RunCte *run_ctes(const Run *run, const Node *node, size_t *count)
{
    const Compiled *compiled = *compiled_slot(run, node);
    *count = compiled && compiled->ok ? compiled->cte_count : 0;
    return *count ? compiled->ctes : NULL;
}

Str run_cte_name(Arena *arena, const Node *node)
{
    return cte_name(arena, node);
}

const RunTable *run_shown(const Run *run)
{
    return run->shown;
}

const RunRelation *run_catalog(const Run *run, size_t *count)
{
    *count = run->catalog.n;
    return run->catalog.at;
}
