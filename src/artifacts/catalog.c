/* target/catalog.json, schema v1 (dbt/artifacts/schemas/catalog/v1). */
#include "artifacts/internal.h"

static void write_text(JsonWriter *json, const char *key, Str text)
{
    if (text.len)
        jw_key_str(json, key, text);
    else
        jw_key_null(json, key);
}

static void begin_stat(JsonWriter *json, const char *id, const char *label)
{
    jw_key_object(json, id);
    jw_key_str(json, "id", str_from(id));
    jw_key_str(json, "label", str_from(label));
}

static void end_stat(JsonWriter *json, bool include, const char *description)
{
    jw_key_bool(json, "include", include);
    jw_key_str(json, "description", str_from(description));
    jw_object_end(json);
}

static void write_stats(JsonWriter *json, const AdapterDetails *details)
{
    jw_key_object(json, "stats");
    if (details->rows >= 0) {
        begin_stat(json, "row_count", "Approximate row count");
        jw_key_int(json, "value", details->rows);
        end_stat(json, true, "The number of rows, as the database estimated it last");
    }
    if (details->bytes >= 0) {
        begin_stat(json, "bytes", "Size");
        jw_key_int(json, "value", details->bytes);
        end_stat(json, true, "Bytes on disk, with indexes and what is stored aside");
    }
    begin_stat(json, "has_stats", "Has Stats?");
    jw_key_bool(json, "value", details->rows >= 0 || details->bytes >= 0);
    end_stat(json, false, "Indicates whether there are statistics for this table");
    jw_object_end(json);
}

static void write_entry(JsonWriter *json, const RunRelation *entry)
{
    const Node *node = entry->node;
    jw_key(json, node->unique_id);
    jw_object(json);
    jw_key_object(json, "metadata");
    const AdapterDetails *details = &entry->details;
    jw_key_str(json, "type", details->type.len ? details->type : entry->type);
    jw_key_str(json, "schema", node->schema);
    jw_key_str(json, "name", node->source_info ? node->source_info->identifier : node->alias);
    jw_key_str_or_null(json, "database", node->database);
    write_text(json, "comment", details->comment);
    write_text(json, "owner", details->owner);
    jw_object_end(json);
    jw_key_object(json, "columns");
    for (size_t i = 0; i < entry->columns.n; i++) {
        const AdapterColumn *column = &entry->columns.at[i];
        jw_key(json, column->name);
        jw_object(json);
        jw_key_str(json, "type", column->type);
        jw_key_int(json, "index", (int64_t)(i + details->first_index));
        jw_key_str(json, "name", column->name);
        write_text(json, "comment", i < details->column_count ? details->column_comments[i] : STR_EMPTY);
        jw_object_end(json);
    }
    jw_object_end(json);
    write_stats(json, details);
    jw_key_str(json, "unique_id", node->unique_id);
    jw_object_end(json);
}

bool artifacts_write_catalog(const Manifest *manifest, const Run *run, DiagSink *sink)
{
    ArtifactFile file;
    if (!artifact_open(&file, manifest, "catalog.json", STR_EMPTY, "https://schemas.getdbt.com/dbt/catalog/v1.json",
                       sink))
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
