/* on-run-start and on-run-end: operations around the whole run, each in a transaction of its own.
 *
 * dbt: RunTask.safe_run_hooks. After a hook that failed the others of its kind are skipped. */
#include "run/internal.h"

/* What a hook at the end sees of a result: `results` of on-run-end. */
static Value result_value(RunWorker *worker, Context *context, const RunResult *result)
{
    Value v = value_dict(worker->render);
    Dict *dict = v.u.dict;
    dict_set_str(dict, STR("status"), value_str(str_from(run_status_word(result->status))));
    dict_set_str(dict, STR("node"), context_node(context, result->node));
    dict_set_str(dict, STR("unique_id"), value_str(result->node->unique_id));
    dict_set_str(dict, STR("message"), result->message.len ? value_str(result->message) : VALUE_NONE);
    dict_set_str(dict, STR("failures"), result->failures >= 0 ? value_int(result->failures) : VALUE_NONE);
    dict_set_str(dict, STR("execution_time"), value_float(result->seconds));
    dict_set_str(dict, STR("thread_id"), value_str(str_fmt(worker->render, "Thread-%u", result->thread)));
    Value response = value_dict(worker->render);
    if (result->adapter_code.len) {
        dict_set_str(response.u.dict, STR("_message"), value_str(result->adapter_message));
        dict_set_str(response.u.dict, STR("code"), value_str(result->adapter_code));
        if (result->rows >= 0) dict_set_str(response.u.dict, STR("rows_affected"), value_int(result->rows));
    }
    dict_set_str(dict, STR("adapter_response"), response);
    Value timing = value_list(worker->render);
    const RunTiming *timings[] = {&result->compile, &result->execute};
    for (size_t i = 0; i < 2; i++) {
        if (!timings[i]->started_at.len) continue;
        Value one = value_dict(worker->render);
        dict_set_str(one.u.dict, STR("name"), value_str(i ? STR("execute") : STR("compile")));
        dict_set_str(one.u.dict, STR("started_at"), value_str(timings[i]->started_at));
        dict_set_str(one.u.dict, STR("completed_at"), value_str(timings[i]->completed_at));
        list_push(timing.u.list, one);
    }
    dict_set_str(dict, STR("timing"), timing);
    return v;
}

static bool new_schema(Map *seen, Arena *arena, const Node *node, Str *key)
{
    if (!node_has_relation(node) || node->type == RESOURCE_SOURCE) return false;
    *key = str_fmt(arena, "%.*s.%.*s", STR_ARG(node->database), STR_ARG(node->schema));
    if (map_has(seen, *key)) return false;
    map_put(seen, *key, seen);
    return true;
}

static void end_values(RunWorker *worker, Context *context, ContextRun *context_run)
{
    Run *run = worker->run;
    context_run->results = value_list(worker->render);
    for (size_t i = 0; i < run->results.n; i++)
        list_push(context_run->results.u.list, result_value(worker, context, &run->results.at[i]));
    context_run->schemas = value_list(worker->render);
    context_run->database_schemas = value_list(worker->render);
    Map seen;
    map_init(&seen, worker->render);
    for (uint32_t i = 0; i < run->plan->node_count; i++) {
        const Node *node = run->manifest->nodes[run->plan->nodes[i]];
        Str key;
        if (!new_schema(&seen, worker->render, node, &key)) continue;
        Value pair[2] = {value_str(node->database), value_str(node->schema)};
        list_push(context_run->schemas.u.list, pair[1]);
        list_push(context_run->database_schemas.u.list, value_tuple(worker->render, pair, 2));
    }
}

static bool run_hook(RunWorker *worker, const Node *hook, bool end, RunResult *result)
{
    Context *context = materialize_begin(worker, hook);
    if (!context) return false;
    AdapterConnection *writer = worker_writer(worker);
    if (end) {
        ContextRun context_run = worker_context_run(worker, writer);
        end_values(worker, context, &context_run);
        context_set_run(context, &context_run);
        context_set_node(context, hook, hook->package);
    }
    Value text;
    AdapterError error;
    adapter_error_init(&error, worker->render);
    timing_begin(worker->keep, &result->compile);
    bool ok = hook->unit && context_render(context, hook->unit, &text);
    timing_end(worker->keep, &result->compile);
    if (ok) {
        text = rewrite_sql(worker->render, worker->run->manifest, hook, text);
        Str sql = value_text(text);
        result->compiled_code = str_dup(worker->keep, sql);
        write_target(worker->run, hook, "compiled", sql);
        AdapterResult answer = {.status = STR_EMPTY, .rows_affected = -1};
        timing_begin(worker->keep, &result->execute);
        if (!sql_is_empty(worker->run->manifest->dialect->syntax, sql) &&
            !adapter_execute(writer, sql, worker->render, &answer, &error)) {
            report_sql_error(worker->run, &worker->sink, database_code(error.kind), hook, text, &error);
            ok = false;
        }
        timing_end(worker->keep, &result->execute);
        result->adapter_message = str_dup(worker->keep, answer.status);
        result->rows = answer.rows_affected;
    }
    if (ok && adapter_depth(writer) > run_base_depth(worker->run) && !adapter_commit(writer, &error)) {
        report_target_error(worker->run, &worker->sink, &error);
        ok = false;
    }
    rollback_all(worker, writer);
    return ok;
}

/* dbt's words: "shop.on-run-start.0 passed", by the hook's place in its package. */
static Str passed(RunWorker *worker, const Node *hook, bool end)
{
    Str place = str_from_index(hook->name, str_rfind_char(hook->name, '-') + 1);
    return str_fmt(worker->keep, "%.*s.on-run-%s.%.*s passed", STR_ARG(hook->package->name), end ? "end" : "start",
                   STR_ARG(place));
}

bool hooks_execute(Run *run, bool end)
{
    const Node **hooks = end ? run->plan->end_hooks : run->plan->start_hooks;
    size_t count = end ? run->plan->end_hook_count : run->plan->start_hook_count;
    RunWorker *worker = &run->workers[0];
    const Node *failed = NULL;
    for (size_t i = 0; i < count && !atomic_load(&run->cancelled); i++) {
        worker_turn(worker, hooks[i]);
        worker->hook = i + 1;
        worker->hooks = count;
        if (failed) {
            result_skip_hook(worker, hooks[i], failed);
            continue;
        }
        RunResult result;
        result_begin(worker, hooks[i], &result);
        result.thread = 0; /* dbt runs them in its own */
        if (run_hook(worker, hooks[i], end, &result)) {
            result.failures = 0;
            result.message = passed(worker, hooks[i], end);
        } else {
            result.status = RUN_ERROR;
            failed = hooks[i];
        }
        result_end(worker, &result);
    }
    return !failed;
}
