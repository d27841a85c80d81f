/* target/catalog.json, schema v1 (dbt/artifacts/schemas/catalog/v1). */
#include "artifacts/internal.h"

static void write_entry(JsonWriter *json, const RunRelation *entry)
{
    const Node *node = entry->node;
    jw_key(json, node->unique_id);
    jw_object(json);
    jw_key_object(json, "metadata");
    jw_key_str(json, "type", entry->is_view ? STR("view") : STR("table"));
    jw_key_str(json, "schema", node->schema);
    jw_key_str(json, "name", node->source_info ? node->source_info->identifier : node->alias);
    jw_key_str_or_null(json, "database", node->database);
    jw_key_null(json, "comment");
    jw_key_null(json, "owner");
    jw_object_end(json);
    jw_key_object(json, "columns");
    for (size_t i = 0; i < entry->columns.n; i++) {
        const AdapterColumn *column = &entry->columns.at[i];
        jw_key(json, column->name);
        jw_object(json);
        jw_key_str(json, "type", column->type);
        jw_key_int(json, "index", (int64_t)i);
        jw_key_str(json, "name", column->name);
        jw_key_null(json, "comment");
        jw_object_end(json);
    }
    jw_object_end(json);
    jw_key_object(json, "stats");
    jw_key_object(json, "has_stats");
    jw_key_str(json, "id", STR("has_stats"));
    jw_key_str(json, "label", STR("Has Stats?"));
    jw_key_bool(json, "value", false);
    jw_key_bool(json, "include", false);
    jw_key_str(json, "description", STR("Indicates whether there are statistics for this table"));
    jw_object_end(json);
    jw_object_end(json);
    jw_key_str(json, "unique_id", node->unique_id);
    jw_object_end(json);
}

bool artifacts_write_catalog(const Manifest *manifest, const Run *run, DiagSink *sink)
{
    ArtifactFile file;
    if (!artifact_open(&file, manifest, "catalog.json", "https://schemas.getdbt.com/dbt/catalog/v1.json", sink))
        return false;
    JsonWriter *json = &file.json;
    jw_object_end(json);
    size_t count;
    const RunRelation *entries = run_catalog(run, &count);
    for (int sources = 0; sources < 2; sources++) {
        jw_key_object(json, sources ? "sources" : "nodes");
        for (size_t i = 0; i < count; i++)
            if ((entries[i].node->type == RESOURCE_SOURCE) == (sources == 1)) write_entry(json, &entries[i]);
        jw_object_end(json);
    }
    jw_key_null(json, "errors");
    return artifact_close(&file, sink);
}
