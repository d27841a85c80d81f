/* clone: each node as it is in an earlier state, by the clone materialization: nothing is compiled. */
#include "run/internal.h"

bool clone_execute(RunWorker *worker, const Node *node, RunResult *result)
{
    Context *context = materialize_begin(worker, node);
    if (!context) return false;
    const RelationParts *parts = run_state_relation(worker->run, node);
    Value relation = VALUE_NONE, sql = VALUE_NONE;
    if (parts) {
        relation = context_relation_at(context, node, parts);
        sql = value_str(str_fmt(worker->keep, "select * from %.*s", STR_ARG(value_to_str(worker->render, relation))));
    }
    context_set_name(context, STR("defer_relation"), relation);
    result->message = STR("No-op"); /* unless the macro runs something */
    return materialize_as(worker, context, node, STR("clone"), sql, result);
}
