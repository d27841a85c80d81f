/* target/run_results.json, schema v6 (dbt/artifacts/schemas/run/v5/run.py). */
#include "artifacts/internal.h"
#include "base/clock.h"

#include <stdio.h>

static void write_timing(JsonWriter *json, const char *name, RunTiming timing)
{
    if (!timing.started_at.len) return;
    jw_object(json);
    jw_key_str(json, "name", str_from(name));
    jw_key_str(json, "started_at", timing.started_at);
    jw_key_str_or_null(json, "completed_at", timing.completed_at);
    jw_object_end(json);
}

/* The node of run-operation. */
static bool is_macro(const Node *node)
{
    return str_starts(node->unique_id, STR("macro."));
}

void artifact_times(JsonWriter *json, const RunResult *result)
{
    jw_key_array(json, "timing");
    RunTiming compile = result->compile, execute = result->execute;
    /* Seeds and operations are not compiled, and `compile` executes nothing; dbt gives those steps a time all the same. */
    if (!compile.started_at.len) compile = (RunTiming){execute.started_at, execute.started_at};
    if (!execute.started_at.len && result->status == RUN_SUCCESS)
        execute = (RunTiming){compile.completed_at, compile.completed_at};
    write_timing(json, "compile", compile);
    write_timing(json, "execute", execute);
    jw_array_end(json);
    Buf name;
    buf_init(&name, NULL);
    if (is_macro(result->node))
        buf_addz(&name, "MainThread");
    else if (result->node->type == RESOURCE_OPERATION && !result->thread)
        buf_addz(&name, "main");
    else
        buf_addf(&name, "Thread-%u", result->thread ? result->thread : 1);
    jw_key_str(json, "thread_id", buf_str(&name));
    buf_release(&name);
    jw_key_double(json, "execution_time", result->seconds);
}

static void write_response(JsonWriter *json, const RunResult *result)
{
    jw_key_object(json, "adapter_response");
    if (result->adapter_code.len) {
        jw_key_str(json, "_message", result->adapter_message);
        jw_key_str(json, "code", result->adapter_code);
        if (result->rows >= 0) jw_key_int(json, "rows_affected", result->rows);
    }
    jw_object_end(json);
}

/* dbt's form: seconds, and microseconds only where there are some. */
static void write_moment(JsonWriter *json, int64_t us)
{
    ClockParts at = clock_parts(us);
    char text[64];
    int n = snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d", at.year, at.month, at.day, at.hour, at.minute,
                     at.second);
    if (at.microsecond) n += snprintf(text + n, sizeof text - (size_t)n, ".%06d", at.microsecond);
    n += snprintf(text + n, sizeof text - (size_t)n, "+00:00");
    jw_str(json, str_n(text, (size_t)n));
}

static void write_windows(JsonWriter *json, const char *key, const ClockWindow *at, size_t count)
{
    jw_key_array(json, key);
    for (size_t i = 0; i < count; i++) {
        jw_array(json);
        write_moment(json, at[i].start);
        write_moment(json, at[i].end);
        jw_array_end(json);
    }
    jw_array_end(json);
}

static void write_batches(JsonWriter *json, const RunBatches *batches)
{
    if (!batches) {
        jw_key_null(json, "batch_results");
        return;
    }
    jw_key_object(json, "batch_results");
    write_windows(json, "successful", batches->successful, batches->successful_count);
    write_windows(json, "failed", batches->failed, batches->failed_count);
    jw_object_end(json);
}

static void write_result(JsonWriter *json, const RunResult *result)
{
    const Node *node = result->node;
    bool compiles = node->type != RESOURCE_SEED && node->type != RESOURCE_EXPOSURE;
    jw_object(json);
    jw_key_str(json, "status", str_from(run_status_word(result->status)));
    artifact_times(json, result);
    write_response(json, result);
    jw_key_str_or_null(json, "message", result->message);
    bool no_op = node->type == RESOURCE_EXPOSURE && result->status != RUN_SKIPPED;
    bool none =
        (is_macro(node) && result->status == RUN_SUCCESS) || (result->batches && !result->batches->failed_count);
    if (result->failures >= 0 || no_op || none) /* dbt: NO-OP results have none */
        jw_key_int(json, "failures", result->failures > 0 ? result->failures : 0);
    else
        jw_key_null(json, "failures");
    jw_key_str(json, "unique_id", node->unique_id);
    jw_key(json, STR("compiled"));
    if (compiles && !(node->type == RESOURCE_UNIT_TEST && result->status == RUN_SKIPPED))
        jw_bool(json, result->compiled_code.ptr != NULL && result->compiled_code.len > 0);
    else
        jw_null(json);
    jw_key(json, STR("compiled_code"));
    if (compiles && result->compiled_code.len)
        jw_str(json, result->compiled_code);
    else
        jw_null(json);
    jw_key(json, STR("relation_name"));
    if (compiles && result->relation_name.len)
        jw_str(json, result->relation_name);
    else
        jw_null(json);
    write_batches(json, result->batches);
    jw_object_end(json);
}

bool artifacts_write_results(const Manifest *manifest, const Run *run, const RunOptions *options, DiagSink *sink)
{
    ArtifactFile file;
    if (!artifact_open(&file, manifest, "run_results.json", STR_EMPTY,
                       "https://schemas.getdbt.com/dbt/run-results/v6.json", sink))
        return false;
    JsonWriter *json = &file.json;
    jw_object_end(json);
    size_t count;
    const RunResult *results = run_results(run, &count);
    jw_key_array(json, "results");
    for (size_t i = 0; i < count; i++) write_result(json, &results[i]);
    jw_array_end(json);
    jw_key_double(json, "elapsed_time", run_seconds(run));
    artifact_key_dict(json, "args", options->invocation);
    file.durable = true;
    return artifact_close(&file, sink);
}
