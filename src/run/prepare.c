/* Reader lanes: where the database takes one writer, the select of a table is evaluated on a worker's reader while another
 * node is being written. What the reader keeps is bounded; if anything is wrong with it, the writer evaluates the select in the
 * node's turn, and reports what there is to report. */
#include "base/clock.h"
#include "run/internal.h"

static bool given(const Node *node, const char *key)
{
    return value_truthy(node_config(node, str_from(key)));
}

/* Only what cannot depend on anything that happens in its own transaction before: no hooks, no questions to the database. */
bool node_prepares(const Run *run, const Node *node)
{
    if (run->in_one || !run->capabilities.concurrent_readers || !adapter_evaluates(run->database)) return false;
    if (node->type != RESOURCE_MODEL || !str_eq(node->materialized, STR("table"))) return false;
    const Compiled *compiled = run->compiled[node->index];
    if (!compiled || !compiled->ok || compiled->asked) return false;
    return !node_enforces_contract(node) && !given(node, "pre-hook") && !given(node, "sql_header");
}

void node_prepare(RunWorker *worker, const Node *node)
{
    worker_turn(worker, node);
    worker->prepared_since = clock_wall_us();
    AdapterConnection *reader = worker_reader(worker);
    AdapterError error;
    adapter_error_init(&error, worker->render);
    Str sql = value_text(worker->run->compiled[node->index]->sql);
    worker->prepared = reader && adapter_evaluate(reader, node->relation_name, sql, &error);
}

void prepared_begin(RunWorker *worker, RunResult *result)
{
    if (!worker->prepared) return;
    adapter_offer(worker_writer(worker), worker->reader);
    result->seconds -=
        (double)(clock_wall_us() - worker->prepared_since) / 1e6; /* until it ends: when the node began */
}

void prepared_end(RunWorker *worker, RunResult *result)
{
    if (!worker->prepared) return;
    adapter_offer(worker_writer(worker), NULL);
    adapter_forget(worker->reader);
    worker->prepared = false;
    result->execute.started_at = clock_iso(worker->keep, worker->prepared_since);
}
