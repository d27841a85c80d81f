/* Microbatch models: the strategy `microbatch` of an incremental model builds it one span of time after another.
 *
 * Which spans there are follows from batch_size, begin, lookback and the options (dbt: MicrobatchBuilder). Each is compiled for
 * itself, with its inputs cut to it (context/event_time.c), and written in a transaction of its own: a batch that failed leaves the
 * others, and `retry` runs it alone. The batch that makes the table stands for all: if it fails, the others are not tried. */
#include "base/clock.h"
#include "run/internal.h"

typedef VEC(ClockWindow) Windows;

/* A mistake in `begin` could ask for millions. */
enum { MOST_BATCHES = 100000 };

bool is_microbatch(const Node *node)
{
    return node->type == RESOURCE_MODEL && str_eq(node->materialized, STR("incremental")) &&
           value_is_str(node_config(node, STR("incremental_strategy")), STR("microbatch"));
}

/* Configs were looked at when the project was read (project/microbatch.c). */
static ClockGrain grain_of(const Node *node)
{
    ClockGrain grain = CLOCK_DAY;
    Value size = node_config(node, STR("batch_size"));
    if (size.kind == V_STR) clock_grain(value_text(size), &grain);
    return grain;
}

static int64_t begin_of(const Node *node, ClockGrain grain)
{
    int64_t begin = 0;
    Value text = node_config(node, STR("begin"));
    if (text.kind == V_STR) clock_parse(value_text(text), &begin);
    return clock_truncate(begin, grain);
}

/* As dbt writes the beginning of a batch into the names of its files. */
static Str label_of(Arena *arena, int64_t start, ClockGrain grain)
{
    ClockParts at = clock_parts(start);
    switch (grain) {
    case CLOCK_YEAR: return str_fmt(arena, "%04d", at.year);
    case CLOCK_MONTH: return str_fmt(arena, "%04d-%02d", at.year, at.month);
    case CLOCK_DAY: return str_fmt(arena, "%04d-%02d-%02d", at.year, at.month, at.day);
    case CLOCK_HOUR: break;
    }
    return str_fmt(arena, "%04d-%02d-%02dT%02d", at.year, at.month, at.day, at.hour);
}

static void turn(RunWorker *worker, const Node *node, const ClockWindow *batch)
{
    bool lane = worker->lane;
    worker_turn(worker, node);
    worker->lane = lane;
    worker->batch = *batch;
    worker->batch.on = true;
    worker->batch_label = label_of(worker->render, batch->start, grain_of(node));
    worker->batch_id = str_replace(worker->render, worker->batch_label, STR("-"), STR_EMPTY);
}

void microbatch_example(RunWorker *worker, const Node *node)
{
    ClockGrain grain = grain_of(node);
    int64_t begin = begin_of(node, grain);
    turn(worker, node, &(ClockWindow){true, begin, clock_step(begin, grain, 1)});
}

/* ---- which batches ---- */

static bool full_refresh(const Run *run, const Node *node)
{
    Value wanted = node_config(node, STR("full_refresh"));
    return wanted.kind == V_BOOL ? wanted.u.boolean : run->options.full_refresh;
}

static bool find_table(RunWorker *worker, const Node *node, bool *there)
{
    AdapterConnection *writer = worker_writer(worker);
    AdapterRelation relation;
    AdapterError error;
    adapter_error_init(&error, worker->render);
    if (!writer) return false;
    if (!adapter_find_relation(writer, node->database, node->schema, node->alias, worker->render, there, &relation,
                               &error)) {
        report_target_error(worker->run, &worker->sink, &error);
        return false;
    }
    *there = *there && !relation.is_view;
    return true;
}

static bool list_windows(RunWorker *worker, const Node *node, bool adds, Windows *windows)
{
    const RunOptions *options = &worker->run->options;
    ClockGrain grain = grain_of(node);
    ClockWindow limits = options->sample.on ? options->sample : options->event_time;
    int64_t end = clock_ceiling(limits.on ? limits.end : options->now ? options->now : clock_wall_us(), grain), start;
    if (limits.on) {
        start = clock_truncate(limits.start, grain);
    } else if (!adds) {
        start = begin_of(node, grain);
    } else {
        /* `end` begins a batch: the one that is going on lies before it. */
        Value back = node_config(node, STR("lookback"));
        start = clock_step(end, grain, -((back.kind == V_INT ? back.u.integer : 1) + 1));
    }
    for (int64_t next; windows->n < MOST_BATCHES; start = next) {
        next = clock_step(start, grain, 1);
        vec_push(worker->keep, windows, (ClockWindow){true, start, next});
        if (next >= end) {
            windows->at[windows->n - 1].end = end;
            return true;
        }
    }
    diag_add(&worker->sink, DIAG_config_invalid, node_span(node), "%.*s would have more than %d batches",
             STR_ARG(node->name), MOST_BATCHES);
    diag_hint(&worker->sink,
              "correct `begin`, choose a larger batch_size, or limit the run with --event-time-start and "
              "--event-time-end");
    return false;
}

/* ---- one batch ---- */

static bool build(RunWorker *worker, const Node *node, bool adds, bool first, bool last, RunResult *result)
{
    Context *context = materialize_begin(worker, node);
    if (!context) return false;
    Value none = value_list(worker->render);
    Compiled compiled;
    bool ok = compile_in(worker, context, node, &compiled);
    if (!ok) {
        rollback_all(worker, worker_writer(worker));
        return false;
    }
    write_target_part(worker->run, node, "compiled", worker->batch_label, value_text(compiled.sql));
    result->compile = compiled.timing;
    result->compiled_code = value_text(compiled.sql);
    if (adds) context_set_incremental(context);
    if (!first) context_set_name(context, STR("pre_hooks"), none);
    if (!last) context_set_name(context, STR("post_hooks"), none);
    return materialize_and_commit(worker, context, node, compiled.sql, result);
}

static void tell(RunWorker *worker, const Node *node, size_t number, size_t count, bool ok, const RunResult *result)
{
    Str text = str_fmt(worker->render, "  batch %.*s of %.*s (%zu of %zu): %.*s", STR_ARG(worker->batch_label),
                       STR_ARG(node->name), number, count, ok ? (int)result->message.len : 5,
                       ok ? result->message.ptr : "ERROR");
    run_emit(worker->run, &(RunEvent){.kind = RUN_EVENT_MESSAGE, .node = node, .text = text, .to_person = true});
}

/* ---- all ---- */

typedef struct Outcome {
    RunBatches *batches;
    VEC(Diag) diags;
    int64_t rows;
} Outcome;

/* What a batch had to say is kept once: a thousand batches with one mistake are told of one. */
static void keep_diags(RunWorker *worker, Outcome *outcome, bool ok)
{
    Diag *copies = diags_copy(worker->keep, worker->sink.items, worker->sink.count);
    for (size_t i = 0; i < worker->sink.count; i++) {
        bool known = false;
        for (size_t k = 0; k < outcome->diags.n && !known; k++)
            known =
                outcome->diags.at[k].code == copies[i].code && str_eq(outcome->diags.at[k].message, copies[i].message);
        if (known) continue;
        if (!ok && copies[i].severity == DIAG_ERROR) {
            copies[i].notes = arena_grow(worker->keep, copies[i].notes, copies[i].note_count * sizeof *copies[i].notes,
                                         (copies[i].note_count + 1) * sizeof *copies[i].notes);
            copies[i].notes[copies[i].note_count++] = (DiagNote){
                node_span(worker->node), str_fmt(worker->keep, "in the batch %.*s", STR_ARG(worker->batch_label))};
        }
        vec_push(worker->keep, &outcome->diags, copies[i]);
    }
}

static void run_windows(RunWorker *worker, const Node *node, bool adds, const ClockWindow *at, size_t count,
                        Outcome *outcome, RunResult *result)
{
    RunBatches *batches = outcome->batches;
    bool skip = false;
    for (size_t i = 0; i < count; i++) {
        bool ok = false;
        skip = skip || atomic_load(&worker->run->cancelled);
        if (!skip) {
            turn(worker, node, &at[i]);
            ok = build(worker, node, adds || i, !i, i + 1 == count, result);
            keep_diags(worker, outcome, ok);
            if (ok && result->rows >= 0) outcome->rows = (outcome->rows < 0 ? 0 : outcome->rows) + result->rows;
            tell(worker, node, i + 1, count, ok, result);
            results_log_batch(worker->run, node, &at[i], ok ? RUN_SUCCESS : RUN_ERROR);
        }
        if (ok)
            batches->successful[batches->successful_count++] = at[i];
        else
            batches->failed[batches->failed_count++] = at[i];
        if (!ok && !i) skip = true;
    }
}

static void conclude(RunWorker *worker, Outcome *outcome, RunResult *result)
{
    RunBatches *batches = outcome->batches;
    size_t good = batches->successful_count, bad = batches->failed_count;
    result->batches = batches;
    result->rows = outcome->rows;
    result->adapter_code = result->adapter_message = STR_EMPTY;
    result->message = !bad    ? STR("SUCCESS")
                      : !good ? STR_EMPTY
                              : str_fmt(worker->keep, "PARTIAL SUCCESS (%zu/%zu)", good, good + bad);
    if (bad && good) result->status = RUN_PARTIAL;
    for (size_t i = 0; i < outcome->diags.n; i++) diag_copy(&worker->sink, &outcome->diags.at[i]);
}

bool microbatch_execute(RunWorker *worker, const Node *node, RunResult *result)
{
    const Run *run = worker->run;
    Windows windows = {0};
    bool there;
    if (!find_table(worker, node, &there)) return false;
    const RunBatches *before = run->options.retry_batches ? map_get(run->options.retry_batches, node->unique_id) : NULL;
    /* What a full refresh has built already is not thrown away when the rest of it is tried again. */
    bool adds = there && (before || !full_refresh(run, node));
    if (before)
        for (size_t i = 0; i < before->failed_count; i++) vec_push(worker->keep, &windows, before->failed[i]);
    else if (!list_windows(worker, node, adds, &windows))
        return false;
    size_t most = windows.n + (before ? before->successful_count : 0) + 1;
    Outcome outcome = {.batches = ARENA_NEW(worker->keep, RunBatches), .rows = -1};
    outcome.batches->successful = ARENA_ARRAY(worker->keep, ClockWindow, most);
    outcome.batches->failed = ARENA_ARRAY(worker->keep, ClockWindow, windows.n + 1);
    results_log_batches(worker->run, node, windows.at, windows.n);
    run_windows(worker, node, adds, windows.at, windows.n, &outcome, result);
    bool lane = worker->lane;
    worker_turn(worker, node);
    worker->lane = lane;
    conclude(worker, &outcome, result); /* by the batches of this run alone, as dbt does */
    for (size_t i = 0; before && i < before->successful_count; i++)
        outcome.batches->successful[outcome.batches->successful_count++] = before->successful[i];
    return !outcome.batches->failed_count;
}
