/* Results: kept, told, and logged as they come (log.c). */
#include "base/clock.h"
#include "run/internal.h"

const char *run_status_word(RunStatus status)
{
    switch (status) {
    case RUN_SUCCESS: return "success";
    case RUN_PASS: return "pass";
    case RUN_WARN: return "warn";
    case RUN_FAIL: return "fail";
    case RUN_ERROR: return "error";
    case RUN_SKIPPED:
    case RUN_CANCELLED: return "skipped";
    case RUN_PARTIAL: return "partial success";
    case RUN_NO_OP: return "no-op";
    }
    return "error";
}

bool run_status_bad(RunStatus status)
{
    return status == RUN_ERROR || status == RUN_FAIL || status == RUN_PARTIAL;
}

void timing_begin(Arena *arena, RunTiming *timing)
{
    timing->started_at = clock_iso(arena, clock_wall_us());
    timing->completed_at = STR_EMPTY;
}

void timing_end(Arena *arena, RunTiming *timing)
{
    timing->completed_at = clock_iso(arena, clock_wall_us());
}

/* ---- events ---- */

static void emit_locked(Run *run, const RunEvent *event)
{
    if (run->options.event) run->options.event(run->options.event_data, event);
}

int run_warning(const Run *run, DiagCode code)
{
    return run->options.warnings ? run->options.warnings[code] : RUN_WARNING_STAYS;
}

bool run_weigh(const Run *run, DiagSink *sink)
{
    size_t kept = 0, raised = 0;
    for (size_t i = 0; i < sink->count && run->options.warnings; i++) {
        Diag *diag = &sink->items[i];
        int fate = diag->severity == DIAG_WARNING ? run_warning(run, diag->code) : RUN_WARNING_STAYS;
        if (fate != RUN_WARNING_STAYS) sink->warnings--;
        if (fate == RUN_WARNING_SILENT) continue;
        if (fate == RUN_WARNING_IS_ERROR) {
            diag->severity = DIAG_ERROR;
            sink->errors++;
            raised++;
        }
        sink->items[kept++] = *diag;
    }
    if (run->options.warnings) sink->count = kept;
    return !raised;
}

void run_emit(Run *run, const RunEvent *event)
{
    pthread_mutex_lock(&run->lock);
    emit_locked(run, event);
    pthread_mutex_unlock(&run->lock);
}

void run_emit_diags(Run *run, const DiagSink *sink)
{
    for (size_t i = 0; i < sink->count; i++)
        run_emit(run, &(RunEvent){.kind = RUN_EVENT_DIAG, .diag = &sink->items[i]});
}

/* ---- results ---- */

static void keep_locked(Run *run, const RunResult *result, size_t total, bool event)
{
    const Node *node = result->node;
    vec_push(run->arena, &run->results, *result);
    if (node != run->own_node) run->has_result[node->index] = true;
    if (run_status_bad(result->status)) run->failed = true;
    if (!run->options.atomic) results_log(run, result);
    if (event)
        emit_locked(run, &(RunEvent){.kind = RUN_EVENT_FINISHED,
                                     .node = node,
                                     .index = result->index,
                                     .total = total,
                                     .result = &run->results.at[run->results.n - 1]});
}

void result_begin(RunWorker *worker, const Node *node, RunResult *result)
{
    Run *run = worker->run;
    *result = (RunResult){.node = node,
                          .status = RUN_SUCCESS,
                          .thread = worker->number + 1,
                          .failures = -1,
                          .rows = -1,
                          .stored = -1,
                          .message = STR_EMPTY,
                          .adapter_code = STR_EMPTY,
                          .adapter_message = STR_EMPTY,
                          .compiled_code = STR_EMPTY,
                          .compiled_path = STR_EMPTY,
                          .relation_name = node->relation_name};
    pthread_mutex_lock(&run->lock);
    if (node == run->own_node) worker->hook = worker->hooks = 1;
    result->index = worker->hook ? worker->hook : ++run->started;
    emit_locked(run, &(RunEvent){.kind = RUN_EVENT_STARTED,
                                 .node = node,
                                 .index = result->index,
                                 .total = worker->hook ? worker->hooks : run->total});
    pthread_mutex_unlock(&run->lock);
    result->seconds = (double)clock_monotonic_ns() / 1e9;
}

static bool in_library(const SourceTable *sources, Span span)
{
    return !span.source || str_starts(source_path(sources, span.source), STR("cdbt:"));
}

/* An error that has no better place than the embedded library is shown where the project called it, or at the node; the
 * library's place becomes a note. */
static void place_at_node(RunWorker *worker, const Node *node)
{
    const SourceTable *sources = worker->run->manifest->sources;
    for (size_t i = 0; i < worker->sink.count; i++) {
        Diag *diag = &worker->sink.items[i];
        if (!in_library(sources, diag->span)) continue;
        Span span = node_span(node);
        for (size_t n = diag->note_count; n-- > 0;)
            if (!in_library(sources, diag->notes[n].span)) span = diag->notes[n].span; /* the innermost one */
        if (!span.source) continue;
        DiagNote *notes = ARENA_ARRAY(worker->sink.arena, DiagNote, diag->note_count + 1);
        notes[0] = (DiagNote){diag->span, STR("raised here")};
        for (size_t n = 0; n < diag->note_count; n++) notes[n + 1] = diag->notes[n];
        diag->notes = notes;
        diag->note_count++;
        diag->span = span;
    }
}

void result_end(RunWorker *worker, RunResult *result)
{
    Run *run = worker->run;
    result->seconds = (double)clock_monotonic_ns() / 1e9 - result->seconds;
    place_at_node(worker, result->node);
    if (!run_weigh(run, &worker->sink) && !run_status_bad(result->status)) {
        result->status = RUN_ERROR;
        result->message = STR_EMPTY;
    }
    for (size_t i = 0; i < worker->sink.count; i++) worker->sink.items[i].node = result->node->unique_id;
    result->diag_count = worker->sink.count;
    result->diags = diags_copy(worker->keep, worker->sink.items, worker->sink.count);
    bool cancelled = false;
    for (size_t i = 0; i < result->diag_count; i++) {
        const Diag *diag = &result->diags[i];
        cancelled = cancelled || diag->code == DIAG_cancelled;
        if (diag->severity == DIAG_ERROR && result->status == RUN_ERROR && !result->message.len)
            result->message = diag->message;
    }
    bool stopping = atomic_load(&run->cancelled) || atomic_load(&run->fail_fast_hit);
    if (result->status == RUN_ERROR && cancelled && stopping) result->status = RUN_CANCELLED;
    pthread_mutex_lock(&run->lock);
    for (size_t i = 0; i < result->diag_count; i++)
        if (result->diags[i].severity != DIAG_ERROR && !run_status_bad(result->status) && result->status != RUN_WARN)
            emit_locked(run, &(RunEvent){.kind = RUN_EVENT_DIAG, .node = result->node, .diag = &result->diags[i]});
    keep_locked(run, result, worker->hook ? worker->hooks : run->total, true);
    pthread_mutex_unlock(&run->lock);
}

static void skip_node(Run *run, const Node *node, const Node *because, RunStatus status, Str message, bool event,
                      const RunWorker *hook)
{
    RunResult result = {.node = node,
                        .status = status,
                        .failures = -1,
                        .rows = -1,
                        .stored = -1,
                        .message = message,
                        .adapter_code = STR_EMPTY,
                        .adapter_message = STR_EMPTY,
                        .compiled_code = STR_EMPTY,
                        .compiled_path = STR_EMPTY,
                        .relation_name = node->relation_name,
                        .skipped_because = because};
    pthread_mutex_lock(&run->lock);
    result.index = hook ? hook->hook : ++run->started;
    if (!result.message.len && because)
        result.message = str_fmt(run->arena, "skipped because %.*s failed", STR_ARG(because->name));
    keep_locked(run, &result, hook ? hook->hooks : run->total, event);
    pthread_mutex_unlock(&run->lock);
}

void result_skip(Run *run, const Node *node, const Node *because, RunStatus status, Str message, bool event)
{
    skip_node(run, node, because, status, message, event, NULL);
}

void result_skip_hook(RunWorker *worker, const Node *hook, const Node *because)
{
    skip_node(worker->run, hook, because, RUN_SKIPPED, STR_EMPTY, true, worker);
}
