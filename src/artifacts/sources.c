/* target/sources.json, schema v3 (dbt/artifacts/schemas/freshness/v3). */
#include "artifacts/internal.h"
#include "base/clock.h"

#include <stdio.h>

/* As Python's isoformat() of a moment in UTC: parts of a second only if there are any. */
static void write_time(JsonWriter *json, const char *key, int64_t us)
{
    enum { PARTS_AT = 19 }; /* "2026-01-31T12:00:00" */
    char text[CLOCK_ISO_SIZE], whole[CLOCK_ISO_SIZE + 8];
    Str iso = str_n(text, clock_iso_text(us, text));
    Str parts = str_slice(iso, PARTS_AT, iso.len - 1);
    if (str_eq(parts, STR(".000000"))) parts = STR_EMPTY;
    int n = snprintf(whole, sizeof whole, "%.*s%.*s+00:00", PARTS_AT, text, STR_ARG(parts));
    jw_key_str(json, key, str_n(whole, (size_t)n));
}

static void write_limit(JsonWriter *json, const char *key, const FreshnessTime *time)
{
    if (time->off) { /* switched off by null */
        jw_key_null(json, key);
        return;
    }
    jw_key_object(json, key);
    if (time->count >= 0)
        jw_key_int(json, "count", time->count);
    else
        jw_key_null(json, "count");
    jw_key_str_or_null(json, "period", time->period);
    jw_object_end(json);
}

static void write_source(JsonWriter *json, const RunResult *result)
{
    const SourceInfo *info = result->node->source_info;
    const RunFreshness *freshness = result->freshness;
    if (!freshness) return; /* dbt leaves out what it could not find out */
    jw_object(json);
    jw_key_str(json, "unique_id", result->node->unique_id);
    write_time(json, "max_loaded_at", freshness->loaded_at);
    write_time(json, "snapshotted_at", freshness->asked_at);
    jw_key_double(json, "max_loaded_at_time_ago_in_s", freshness->age);
    jw_key_str(json, "status", str_from(result->status == RUN_FAIL ? "error" : run_status_word(result->status)));
    jw_key_object(json, "criteria");
    write_limit(json, "warn_after", &info->warn_after);
    write_limit(json, "error_after", &info->error_after);
    jw_key_str_or_null(json, "filter", info->freshness_filter);
    jw_object_end(json);
    if (freshness->response.kind == V_DICT) {
        artifact_key_value(json, "adapter_response", freshness->response);
    } else {
        jw_key_object(json, "adapter_response");
        jw_key_str(json, "_message", STR("OK"));
        jw_object_end(json);
    }
    artifact_times(json, result);
    jw_object_end(json);
}

bool artifacts_write_sources(const Manifest *manifest, const Run *run, Str path, DiagSink *sink)
{
    ArtifactFile file;
    if (!artifact_open(&file, manifest, "sources.json", path, "https://schemas.getdbt.com/dbt/sources/v3.json", sink))
        return false;
    JsonWriter *json = &file.json;
    jw_object_end(json);
    size_t count;
    const RunResult *results = run_results(run, &count);
    jw_key_array(json, "results");
    for (size_t i = 0; i < count; i++)
        if (results[i].node->type == RESOURCE_SOURCE) write_source(json, &results[i]);
    jw_array_end(json);
    jw_key_double(json, "elapsed_time", run_seconds(run));
    file.durable = true;
    return artifact_close(&file, sink);
}
