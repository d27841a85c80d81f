/* --atomic: one transaction around the whole run, on one connection that does everything: all of it is kept, or nothing.
 *
 * Each node runs in a savepoint of it, so that a failed one leaves nothing behind for its siblings. Results are logged
 * when the end is known, so that nothing is ever recorded as done that was undone. */
#include "run/internal.h"

uint32_t run_base_depth(const Run *run)
{
    return run->in_one ? 1 : 0;
}

bool atomic_begin(Run *run, DiagSink *sink)
{
    RunWorker *worker = &run->workers[0];
    worker_turn(worker, NULL);
    Span place = run->manifest->target.span;
    if (!run->capabilities.transactional_ddl) {
        diag_add(sink, DIAG_unsupported, place, "--atomic needs a database whose tables can be made in a transaction");
        diag_hint(sink, "run without --atomic; each model is a transaction of its own then");
        return false;
    }
    AdapterConnection *writer = worker_writer(worker);
    AdapterError error;
    adapter_error_init(&error, run->arena);
    if (!writer || !adapter_begin(writer, &error)) {
        if (writer) report_target_error(run, &worker->sink, &error);
        diag_sink_append(sink, &worker->sink);
        return false;
    }
    if (!run->shared_writer) { /* where many may write, this one is the run's from now on */
        run->shared_writer = writer;
        worker->writer = NULL;
    }
    run->in_one = true;
    return true;
}

static void say(Run *run, Str text)
{
    run_emit(run, &(RunEvent){.kind = RUN_EVENT_MESSAGE, .to_person = true, .text = text});
}

/* What was built is gone again: its result says so, and so `retry` does it anew. */
static void take_back(Run *run, Str why)
{
    run->rolled_back = true;
    size_t undone = 0;
    for (size_t i = 0; i < run->results.n; i++) {
        RunResult *result = &run->results.at[i];
        if (result->status != RUN_SUCCESS) continue;
        result->status = RUN_SKIPPED;
        result->message = str_fmt(run->arena, "rolled back: %.*s", STR_ARG(why));
        undone++;
    }
    say(run, str_fmt(run->arena, "Rolled back (--atomic): %.*s. The database is as it was before; %zu node%s undone.",
                     STR_ARG(why), undone, undone == 1 ? " was" : "s were"));
}

static Str first_failure(const Run *run)
{
    for (size_t i = 0; i < run->results.n; i++) {
        const RunResult *result = &run->results.at[i];
        if (run_status_bad(result->status)) return str_fmt(run->arena, "%.*s failed", STR_ARG(result->node->name));
    }
    return STR("something failed");
}

bool atomic_end(Run *run, DiagSink *sink)
{
    if (!run->in_one) return true;
    AdapterConnection *writer = run->shared_writer;
    bool cancelled = atomic_load(&run->cancelled), ok = true;
    AdapterError error;
    adapter_error_init(&error, run->arena);
    run->in_one = false;
    if (run->failed || cancelled) {
        rollback_all(&run->workers[0], writer);
        take_back(run, cancelled ? STR("the run was stopped") : first_failure(run));
    } else if (!adapter_commit(writer, &error)) {
        rollback_all(&run->workers[0], writer);
        report_target_error(run, sink, &error);
        take_back(run, STR("the database refused the commit"));
        ok = false;
    }
    return ok;
}
