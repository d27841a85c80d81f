/* dbt's artifacts: manifest.json (v12), run_results.json (v6), catalog.json (v1), written to the target folder aside and
 * renamed, streaming; and reading back what later commands need of them.
 *
 * Thread rule: any thread; the manifest is read-only. */
#ifndef CDBT_ARTIFACTS_ARTIFACTS_H
#define CDBT_ARTIFACTS_ARTIFACTS_H

#include "graph/graph.h"
#include "run/run.h"

/* Each writes one file into manifest->paths.target; false after a file-write error in the sink. */
bool artifacts_write_manifest(const Manifest *manifest, const Graph *graph, DiagSink *sink);
bool artifacts_write_results(const Manifest *manifest, const Run *run, const RunOptions *options, DiagSink *sink);

/* The last known result of each node, from the results that runs append to the target folder. None if there was no run. */
typedef struct ArtifactResult {
    Str unique_id, status, message, completed_at;
    int64_t failures; /* -1: not counted */
    double seconds;
} ArtifactResult;
bool artifacts_read_results(Arena *arena, const Manifest *manifest, ArtifactResult **results, size_t *count);

#endif
