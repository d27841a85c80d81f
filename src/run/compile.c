/* From a node's template to its SQL. */
#include "base/clock.h"
#include "base/file.h"
#include "base/thread.h"
#include "project/project.h"
#include "run/internal.h"
#include "sql/scan.h"
#include "template/srcmap.h"

Compiled **compiled_slot(const Run *run, const Node *node)
{
    return node == run->own_node ? run->own_compiled : &run->compiled[node->index];
}

Str run_target_path(Arena *arena, const Manifest *manifest, const Node *node, Str folder)
{
    /* Several nodes of one file (tests in YAML, hooks) get a place each below a folder named like the file. */
    Str path = str_eq(path_base(node->path), path_base(node->original_file_path))
                   ? node->original_file_path
                   : path_join(arena, node->original_file_path, node->path);
    Str full = path_join(arena, path_join(arena, manifest->paths.target_relative, folder), node->package->name);
    return path_normal(arena, path_join(arena, full, path));
}

/* What is there already stays: replacing a file costs more than reading it, and most do not change from run to run. */
static bool same_there(Arena *scratch, const char *path, Str text)
{
    Str there, error;
    return file_read(scratch, path, &there, &error) && str_eq(there, text);
}

/* dbt: models/events.sql and 2026-01 give models/events/events_2026-01.sql. */
static Str part_path(Arena *arena, Str path, Str label)
{
    Str base = path_base(path);
    size_t stem = base.len;
    while (stem && base.ptr[stem - 1] != '.') stem--;
    stem = stem ? stem - 1 : base.len;
    Str folder = str_n(path.ptr, path.len - base.len);
    return str_fmt(arena, "%.*s%.*s/%.*s_%.*s%.*s", STR_ARG(folder), (int)stem, base.ptr, (int)stem, base.ptr,
                   STR_ARG(label), (int)(base.len - stem), base.ptr + stem);
}

bool write_target(const Run *run, const Node *node, const char *folder, Str text)
{
    return write_target_part(run, node, folder, STR_EMPTY, text);
}

bool write_target_part(const Run *run, const Node *node, const char *folder, Str label, Str text)
{
    Arena *scratch = arena_new();
    Str error, path = run_target_path(scratch, run->manifest, node, str_from(folder));
    if (label.len) path = part_path(scratch, path, label);
    const char *full = str_c(scratch, path_join(scratch, run->manifest->paths.root, path));
    bool ok = same_there(scratch, full, text) || file_write_aside(scratch, full, text, 0, &error);
    arena_free(scratch);
    return ok;
}

/* The ephemeral models of this run that are compiled already, whatever the database holds. */
static const Compiled *find_shared(void *data, const Node *ephemeral)
{
    const Run *run = data;
    return *compiled_slot(run, ephemeral);
}

typedef struct Fresh {
    RunWorker *worker;
    Context *context;
    unsigned asked;
} Fresh;

/* The same, but what asked the database is rendered again: it may answer otherwise by now. */
static const Compiled *find_fresh(void *data, const Node *ephemeral)
{
    Fresh *fresh = data;
    const Compiled *shared = find_shared(fresh->worker->run, ephemeral);
    if (shared && shared->ok && !shared->asked) return shared;
    Compiled *own = ARENA_NEW(fresh->worker->keep, Compiled);
    context_set_node(fresh->context, ephemeral, ephemeral->package);
    fresh->worker->ephemerals = (NodePointers){0};
    bool ok = compile_body(fresh->worker, fresh->context, ephemeral, own);
    fresh->asked |= own->asked;
    return ok ? own : NULL;
}

bool compile_body(RunWorker *worker, Context *context, const Node *node, Compiled *compiled)
{
    Value text;
    *compiled = (Compiled){.body = value_undefined(STR_EMPTY), .sql = value_undefined(STR_EMPTY)};
    timing_begin(worker->keep, &compiled->timing);
    if (str_eq(node->language, STR("python"))) {
        diag_add(&worker->sink, DIAG_unsupported, node->span, "'%.*s' is a Python model: it cannot be run here",
                 STR_ARG(node->name));
        diag_hint(&worker->sink, "leave it out with `--exclude %.*s`, or write it in SQL", STR_ARG(node->name));
        return false;
    }
    if (node->test && node->test->missing) {
        const TestInfo *test = node->test;
        diag_add(&worker->sink, DIAG_test_unknown, test->span, "there is no generic test '%.*s%s%.*s'",
                 STR_ARG(test->namespace), test->namespace.len ? "." : "", STR_ARG(test->test_name));
        diag_hint(&worker->sink, "correct the name, or name the package that has it in packages.yml and run cdbt deps");
        return false;
    }
    const TplUnit *unit = node_unit(worker->render, worker->run->manifest, node);
    bool rendered = unit && context_render(context, unit, &text);
    compiled->asked = context_asked(context);
    return rendered && compile_text(worker, node, text, compiled);
}

bool compile_text(RunWorker *worker, const Node *node, Value text, Compiled *compiled)
{
    const Dialect *dialect = worker->run->manifest->dialect;
    text = rewrite_sql(worker->render, worker->run->manifest, node, text);
    Str trimmed = sql_trim_end(dialect->syntax, value_text(text));
    Value copy = value_copy_mapped(worker->keep, text);
    compiled->body =
        trimmed.len == value_text(text).len ? copy : value_slice_mapped(worker->keep, copy, 0, trimmed.len);
    compiled->ephemeral_count = worker->ephemerals.n;
    if (worker->ephemerals.n)
        compiled->ephemerals = arena_copy(worker->keep, (const void *)worker->ephemerals.at,
                                          worker->ephemerals.n * sizeof *worker->ephemerals.at);
    return compiled->ok = true;
}

bool compile_in(RunWorker *worker, Context *context, const Node *node, Compiled *compiled)
{
    size_t before = worker->sink.count;
    bool ok = compile_body(worker, context, node, compiled);
    if (ok && compiled->ephemeral_count) {
        Fresh fresh = {worker, context, 0};
        ok = inject_ctes(worker->keep, worker->run->manifest->dialect->syntax, node, compiled, find_fresh, &fresh,
                         &compiled->sql);
        compiled->asked |= fresh.asked;
        context_set_node(context, node, node->package);
    } else if (ok) {
        compiled->sql = compiled->body;
    }
    for (size_t i = before; i < worker->sink.count; i++)
        if (!worker->sink.items[i].node.len) worker->sink.items[i].node = node->unique_id;
    if (!run_weigh(worker->run, &worker->sink)) ok = false;
    if (before > worker->sink.count) before = worker->sink.count;
    compiled->ok = ok;
    timing_end(worker->keep, &compiled->timing);
    compiled->diag_count = worker->sink.count - before;
    compiled->diags = diags_copy(worker->keep, worker->sink.items + before, compiled->diag_count);
    return ok;
}

/* ---- all at once ---- */

typedef struct CompileJob {
    Run *run;
    const uint32_t *nodes;
    bool ephemeral, everything;
} CompileJob;

static bool wanted(const Node *node, bool everything)
{
    if (node->type == RESOURCE_SEED || node->type == RESOURCE_EXPOSURE || !node_has_unit(node)) return false;
    return everything || node->type == RESOURCE_MODEL || node->type == RESOURCE_SNAPSHOT;
}

static void compile_one(void *context, unsigned worker_number, size_t item)
{
    CompileJob *job = context;
    const Node *node = job->run->manifest->nodes[job->nodes[item]];
    if (atomic_load(&job->run->cancelled) || !wanted(node, job->everything)) return;
    RunWorker *worker = &job->run->workers[worker_number];
    worker_turn(worker, node);
    if (is_microbatch(node) && (job->run->options.command == RUN_RUN || job->run->options.command == RUN_BUILD))
        microbatch_example(worker, node);
    AdapterConnection *reader = job->run->database ? worker_reader(worker) : NULL;
    Compiled *compiled = ARENA_NEW(worker->keep, Compiled);
    Context *ctx = worker_context(worker, CONTEXT_COMPILE, node, reader);
    if (job->ephemeral) {
        compile_body(worker, ctx, node, compiled);
        compiled->diag_count = worker->sink.count;
        compiled->diags = diags_copy(worker->keep, worker->sink.items, worker->sink.count);
    } else if (compile_in(worker, ctx, node, compiled)) {
        write_target(job->run, node, "compiled", value_text(compiled->sql));
    }
    *compiled_slot(job->run, node) = compiled;
}

/* The SQL of an ephemeral model by itself: nobody runs it, people read it. */
static void finish_ephemeral(Run *run, const Node *node)
{
    Compiled *compiled = *compiled_slot(run, node);
    if (!compiled || !compiled->ok) return;
    if (inject_ctes(run->arena, run->manifest->dialect->syntax, node, compiled, find_shared, run, &compiled->sql))
        write_target(run, node, "compiled", value_text(compiled->sql));
}

void compile_all(Run *run, bool everything)
{
    const Plan *plan = run->plan;
    CompileJob job = {run, plan->ephemerals, true, true};
    parallel_for(plan->ephemeral_count, run->worker_count, compile_one, &job);
    for (uint32_t i = 0; i < plan->ephemeral_count; i++)
        finish_ephemeral(run, run->manifest->nodes[plan->ephemerals[i]]);
    job = (CompileJob){run, plan->nodes, false, everything};
    parallel_for(plan->node_count, run->worker_count, compile_one, &job);
}
