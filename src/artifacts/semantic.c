/* target/semantic_manifest.json: what MetricFlow reads, in the form of dbt-semantic-interfaces. Written if there are metrics,
 * semantic models or saved queries; one of an earlier project is taken away otherwise. */
#include "artifacts/internal.h"

#include <unistd.h>

static Value at(Value dict, const char *key)
{
    return dict.kind == V_DICT ? dict_get_str(dict.u.dict, str_from(key)) : VALUE_NONE;
}

static void drop(Value dict, const char *key)
{
    if (dict.kind == V_DICT) dict_remove(dict.u.dict, value_str(str_from(key)), NULL);
}

static void put(Value dict, const char *key, Value v)
{
    dict_set_str(dict.u.dict, str_from(key), v.kind == V_UNDEFINED ? VALUE_NONE : v);
}

static Value text(Str s)
{
    return s.len ? value_str(s) : VALUE_NONE;
}

static Value meta_config(Arena *arena, const Node *node)
{
    Value config = value_dict(arena);
    put(config, "meta", node->meta.kind == V_DICT ? node->meta : value_dict(arena));
    return config;
}

/* The elements of a semantic model: they have their (empty) place in a file, too. */
static Value elements(Arena *arena, Value list)
{
    if (list.kind != V_LIST) return value_list(arena);
    Value copy = value_copy(arena, list);
    for (uint32_t i = 0; i < copy.u.list->n; i++) put(copy.u.list->at[i], "metadata", VALUE_NONE);
    return copy;
}

static Value semantic_model(Arena *arena, const Node *node)
{
    static const char *const lists[] = {"entities", "measures", "dimensions"};
    Value out = value_dict(arena);
    put(out, "name", value_str(node->name));
    put(out, "defaults", at(node->extra, "defaults"));
    put(out, "description", text(node->description));
    put(out, "node_relation", at(node->extra, "node_relation"));
    put(out, "primary_entity", at(node->extra, "primary_entity"));
    for (size_t i = 0; i < 3; i++) put(out, lists[i], elements(arena, at(node->extra, lists[i])));
    put(out, "label", at(node->extra, "label"));
    put(out, "metadata", VALUE_NONE);
    put(out, "config", meta_config(arena, node));
    return out;
}

static Value metric(Arena *arena, const Node *node)
{
    Value out = value_dict(arena), params = value_copy(arena, at(node->extra, "type_params"));
    drop(params, "metric_aggregation_params");
    drop(at(params, "cumulative_type_params"), "metric");
    put(out, "name", value_str(node->name));
    put(out, "description", value_str(node->description));
    put(out, "type", at(node->extra, "type"));
    put(out, "type_params", params);
    put(out, "filter", at(node->extra, "filter"));
    put(out, "metadata", VALUE_NONE);
    put(out, "label", at(node->extra, "label"));
    put(out, "config", meta_config(arena, node));
    put(out, "time_granularity", at(node->extra, "time_granularity"));
    return out;
}

static Value saved_query(Arena *arena, const Node *node)
{
    Value out = value_dict(arena), exports = value_copy(arena, at(node->extra, "exports")), tags = value_list(arena);
    for (uint32_t i = 0; exports.kind == V_LIST && i < exports.u.list->n; i++) {
        drop(exports.u.list->at[i], "unrendered_config");
        drop(at(exports.u.list->at[i], "config"), "database");
    }
    for (size_t i = 0; i < node->tag_count; i++) list_push(tags.u.list, value_str(node->tags[i]));
    put(out, "name", value_str(node->name));
    put(out, "query_params", at(node->extra, "query_params"));
    put(out, "description", text(node->description));
    put(out, "metadata", VALUE_NONE);
    put(out, "label", at(node->extra, "label"));
    put(out, "exports", exports);
    put(out, "tags", tags);
    return out;
}

static Value relation_of(Arena *arena, const Node *node)
{
    Value relation = value_dict(arena);
    put(relation, "alias", value_str(node->alias));
    put(relation, "schema_name", value_str(node->schema));
    put(relation, "database", text(node->database));
    put(relation, "relation_name", text(node->relation_name));
    return relation;
}

static Value time_spine(Arena *arena, const Node *node)
{
    Value out = value_dict(arena), primary = value_dict(arena), spine = node->rare->time_spine;
    Value column = at(spine, "standard_granularity_column"), granularity = VALUE_NONE;
    for (size_t i = 0; i < node->column_count; i++)
        if (value_is_str(column, node->columns[i].name)) granularity = text(node->columns[i].granularity);
    put(primary, "name", column);
    put(primary, "time_granularity", granularity);
    put(out, "node_relation", relation_of(arena, node));
    put(out, "primary_column", primary);
    put(out, "custom_granularities", at(spine, "custom_granularities"));
    return out;
}

/* A model that is called metricflow_time_spine needs no description, as it used to be. */
static Value legacy_spine(Arena *arena, const Node *node)
{
    Value out = value_dict(arena);
    put(out, "location", text(node->relation_name));
    put(out, "column_name", value_str(STR("date_day")));
    put(out, "grain", value_str(STR("day")));
    return out;
}

static Value configuration(Arena *arena, const Manifest *manifest)
{
    Value out = value_dict(arena), legacy = value_list(arena), spines = value_list(arena), version = value_dict(arena);
    for (size_t i = 0; i < manifest->node_count; i++) {
        const Node *node = manifest->nodes[i];
        if (node->type != RESOURCE_MODEL) continue;
        if (node->rare && node->rare->time_spine.kind == V_DICT)
            list_push(spines.u.list, time_spine(arena, node));
        else if (str_eq(node->name, STR("metricflow_time_spine")))
            list_push(legacy.u.list, legacy_spine(arena, node));
    }
    put(version, "major_version", value_str(STR("0")));
    put(version, "minor_version", value_str(STR("9")));
    put(version, "patch_version", value_str(STR("0")));
    put(out, "time_spine_table_configurations", legacy);
    put(out, "metadata", VALUE_NONE);
    put(out, "dsi_package_version", version);
    put(out, "time_spines", spines);
    return out;
}

static void write_list(JsonWriter *json, Arena *arena, const Manifest *manifest, const char *key, ResourceType type,
                       Value (*form)(Arena *, const Node *))
{
    jw_key_array(json, key);
    for (size_t i = 0; i < manifest->node_count; i++)
        if (manifest->nodes[i]->type == type) artifact_value(json, form(arena, manifest->nodes[i]));
    jw_array_end(json);
}

bool artifacts_write_semantic_manifest(const Manifest *manifest, DiagSink *sink)
{
    const char *name = "semantic_manifest.json";
    bool any = false;
    for (size_t i = 0; i < manifest->node_count && !any; i++)
        any = manifest->nodes[i]->type == RESOURCE_METRIC || manifest->nodes[i]->type == RESOURCE_SEMANTIC_MODEL ||
              manifest->nodes[i]->type == RESOURCE_SAVED_QUERY;
    if (!any) {
        Arena *scratch = arena_new();
        unlink(str_c(scratch, path_join(scratch, manifest->paths.target, str_from(name))));
        arena_free(scratch);
        return true;
    }
    ArtifactFile file;
    if (!artifact_open_bare(&file, manifest, name, sink)) return false;
    write_list(&file.json, file.arena, manifest, "semantic_models", RESOURCE_SEMANTIC_MODEL, semantic_model);
    write_list(&file.json, file.arena, manifest, "metrics", RESOURCE_METRIC, metric);
    artifact_key_value(&file.json, "project_configuration", configuration(file.arena, manifest));
    write_list(&file.json, file.arena, manifest, "saved_queries", RESOURCE_SAVED_QUERY, saved_query);
    return artifact_close(&file, sink);
}
