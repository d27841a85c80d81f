/* clone: each node as it is in an earlier state, by the clone materialization: nothing is compiled. */
#include "run/internal.h"

bool clone_is_possible(const Run *run, DiagSink *sink)
{
    size_t own = 0, other = 0;
    for (uint32_t i = 0; i < run->plan->node_count; i++) {
        const Node *node = run->manifest->nodes[run->plan->nodes[i]];
        const RelationParts *parts = run_state_relation(run, node);
        if (!parts) continue;
        bool same = str_eq(parts->database, node->database) && str_eq(parts->schema, node->schema) &&
                    str_eq(parts->identifier, node->alias);
        own += same;
        other += !same;
    }
    if (!own || other) return true;
    diag_add(sink, DIAG_clone_of_itself, run->options.defer_state->span,
             "the state in '%.*s' names the very relations of this target: there is nothing to clone",
             STR_ARG(run->options.defer_state->folder));
    diag_hint(sink, "name another target with --target, or the state of another one with --state");
    return false;
}

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
