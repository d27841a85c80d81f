/* dbt's artifacts: what other tools read of a project and its runs; and reading back what later commands need of them.
 *
 *   target/manifest.json      schema v12: everything that the project holds, compiled code where there is some
 *   target/run_results.json   schema v6: what became of each node
 *   target/graph_summary.json nodes and edges by number
 *   target/sources.json       schema v3: how old the sources are
 *   target/catalog.json       schema v1: what the database itself says of the relations
 *
 * Each is streamed into a file beside its place and renamed: readers see the old one or the new one, never a part. The
 * results of all runs, one line a node as it finishes, are in target/run_results.jsonl (src/run/results.c).
 *
 * Ownership: what goes in is borrowed and not changed. Thread rule: any thread; the manifest is read-only. */
#ifndef CDBT_ARTIFACTS_ARTIFACTS_H
#define CDBT_ARTIFACTS_ARTIFACTS_H

#include "base/json.h"
#include "graph/state.h"
#include "run/run.h"

/* Each writes one file into manifest->paths.target; false after a file-write error in the sink. */
bool artifacts_write_manifest(const Manifest *manifest, const Graph *graph, DiagSink *sink);
/* The same with the code that a run compiled; `run` may be NULL. */
bool artifacts_write_compiled_manifest(const Manifest *manifest, const Graph *graph, const Run *run, DiagSink *sink);
/* Goes with manifest.json: semantic_manifest.json, if there is something to put into it. */
bool artifacts_write_semantic_manifest(const Manifest *manifest, DiagSink *sink);
bool artifacts_write_results(const Manifest *manifest, const Run *run, const RunOptions *options, DiagSink *sink);
bool artifacts_write_graph_summary(const Manifest *manifest, const Graph *graph, DiagSink *sink);
/* What a run with RUN_FRESHNESS found, into `path`; target/sources.json if it is empty. */
bool artifacts_write_sources(const Manifest *manifest, const Run *run, Str path, DiagSink *sink);
/* The results as a JUnit report, which CI systems read: a test suite for each kind of node. */
bool artifacts_write_junit(const Manifest *manifest, const Run *run, const RunOptions *options, SpanText path,
                           DiagSink *sink);
/* What a run with RUN_DOCS read of the database. */
bool artifacts_write_catalog(const Manifest *manifest, const Run *run, DiagSink *sink);

/* One node as `ls --output json` prints it: the keys named (also nested ones, config.materialized), or dbt's usual ones. */
void artifacts_list_node(Buf *out, const Manifest *manifest, const Graph *graph, const Node *node, const Str *keys,
                         size_t count);

/* Any plain value as JSON; what JSON has no form for (functions, objects) is written as the text that printing it gives. */
void artifact_value(JsonWriter *json, Value v);

/* The artifacts of an earlier run, in a folder that is relative to the project's; what is missing there is told by the
 * state's has_... NULL after an error in the sink. */
PreviousState *artifacts_read_state(Arena *arena, const Manifest *manifest, SpanText folder, DiagSink *sink);

/* What a run is about to do, into target/run_planned.json: from it and the lines of run_results.jsonl, `retry` knows what
 * was left when a run was killed. */
bool artifacts_write_plan(const Manifest *manifest, const Run *run, const RunOptions *options, DiagSink *sink);

typedef struct LastRun {
    Str which; /* the command, as flags.WHICH names it */
    Value args; /* its arguments, by name */
    Str *ids; /* nodes that failed, were skipped, or were not reached */
    size_t count, cap;
    bool killed; /* it did not come to its end */
    Map batches; /* unique id -> RunBatches *, of microbatch models that are done in part */
    int64_t started_at; /* microseconds; 0: not known */
} LastRun;
typedef enum LastRunFound { LAST_RUN_NONE, LAST_RUN_BROKEN, LAST_RUN_FOUND } LastRunFound;
/* `warnings`: tests that warned count as failed. */
LastRunFound artifacts_read_last_run(Arena *arena, Str folder, bool warnings, LastRun *last);

/* The last known result of each node, from the results that runs append to the target folder. None if there was no run. */
typedef struct ArtifactResult {
    Str unique_id, status, message, completed_at;
    int64_t failures; /* -1: not counted */
    double seconds;
} ArtifactResult;
bool artifacts_read_results(Arena *arena, const Manifest *manifest, ArtifactResult **results, size_t *count);

#endif
