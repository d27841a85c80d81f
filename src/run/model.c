/* Models and snapshots. */
#include "run/internal.h"

/* What asked the database is compiled again, inside of the transaction that builds it: its parents exist by now. */
static bool current_sql(RunWorker *worker, Context *context, const Node *node, RunResult *result, Value *sql)
{
    Compiled **slot = compiled_slot(worker->run, node);
    const Compiled *compiled = *slot;
    if (!compiled || !compiled->ok || compiled->asked) {
        Compiled *fresh = ARENA_NEW(worker->keep, Compiled);
        bool ok = compile_in(worker, context, node, fresh);
        result->compile = fresh->timing;
        if (!ok) return false;
        write_target(worker->run, node, "compiled", value_text(fresh->sql));
        *slot = fresh;
        compiled = fresh;
    } else {
        for (size_t i = 0; i < compiled->diag_count; i++) diag_copy(&worker->sink, &compiled->diags[i]);
        result->compile = compiled->timing;
    }
    *sql = compiled->sql;
    result->compiled_code = value_text(compiled->sql);
    return true;
}

bool model_execute(RunWorker *worker, const Node *node, RunResult *result)
{
    if (!event_times_usable(worker, node)) return false;
    if (is_microbatch(node)) return microbatch_execute(worker, node, result);
    Context *context = materialize_begin(worker, node);
    if (!context) return false;
    Value sql;
    if (current_sql(worker, context, node, result, &sql))
        return materialize_and_commit(worker, context, node, sql, result);
    rollback_all(worker, worker_writer(worker));
    return false;
}
