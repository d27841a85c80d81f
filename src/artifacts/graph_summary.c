/* target/graph_summary.json: nodes by number, with their types and who depends on them (dbt: Linker.get_graph_summary). */
#include "artifacts/internal.h"

#include <stdio.h>

bool artifacts_write_graph_summary(const Manifest *manifest, const Graph *graph, DiagSink *sink)
{
    ArtifactFile file;
    if (!artifact_open_bare(&file, manifest, "graph_summary.json", sink)) return false;
    JsonWriter *json = &file.json;
    jw_key_str(json, "_invocation_id", manifest->invocation_id);
    jw_key_object(json, "linked");
    for (uint32_t i = 0; i < graph->node_count; i++) {
        char number[16];
        jw_key(json, str_n(number, (size_t)snprintf(number, sizeof number, "%u", i)));
        jw_object(json);
        jw_key_str(json, "name", manifest->nodes[i]->unique_id);
        jw_key_str(json, "type", resource_type_word(manifest->nodes[i]->type));
        if (graph->child_start[i] < graph->child_start[i + 1]) {
            jw_key_array(json, "succ");
            for (uint32_t e = graph->child_start[i]; e < graph->child_start[i + 1]; e++)
                jw_int(json, graph->children[e]);
            jw_array_end(json);
        }
        jw_object_end(json);
    }
    jw_object_end(json);
    return artifact_close(&file, sink);
}
