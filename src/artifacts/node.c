/* One node as dbt's manifest holds it: keys and nulls as its dataclasses serialise them (dbt/artifacts/resources/v1). */
#include "artifacts/internal.h"

#include <stdlib.h>

static void write_docs(JsonWriter *json, Value docs)
{
    if (docs.kind == V_DICT) {
        artifact_key_dict(json, "docs", docs);
        return;
    }
    jw_key_object(json, "docs");
    jw_key_bool(json, "show", true);
    jw_key_null(json, "node_color");
    jw_object_end(json);
}

static void write_checksum(JsonWriter *json, const Node *node)
{
    bool path = node_checksum_is_path(node);
    jw_key_object(json, "checksum");
    jw_key_str(json, "name", node->checksum.len == 0 ? STR("none") : path ? STR("path") : STR("sha256"));
    jw_key_str(json, "checksum", node->checksum);
    jw_object_end(json);
}

static void write_columns(JsonWriter *json, const Node *node)
{
    jw_key_object(json, "columns");
    for (size_t i = 0; i < node->column_count; i++) {
        const Column *column = &node->columns[i];
        jw_key(json, column->name);
        jw_object(json);
        jw_key_str(json, "name", column->name);
        jw_key_str(json, "description", column->description);
        artifact_key_dict(json, "meta", column->meta);
        if (column->data_type.ptr)
            jw_key_str(json, "data_type", column->data_type);
        else
            jw_key_null(json, "data_type");
        artifact_key_list(json, "constraints", column->constraints);
        artifact_key_value(json, "quote", column->quote);
        jw_key_object(json, "config");
        artifact_key_dict(json, "meta", column->meta);
        artifact_key_list(json, "tags", column->tags);
        jw_object_end(json);
        artifact_key_list(json, "tags", column->tags);
        jw_key_str_or_null(json, "granularity", column->granularity);
        artifact_key_strs(json, "doc_blocks", column->doc_blocks.at, column->doc_blocks.n);
        artifact_entries(json, column->extra);
        jw_object_end(json);
    }
    jw_object_end(json);
}

static void write_calls(JsonWriter *json, const char *key, const NameCall *calls, size_t count)
{
    jw_key_array(json, key);
    for (size_t i = 0; i < count; i++) {
        jw_array(json);
        if (calls[i].package.len) jw_str(json, calls[i].package);
        jw_str(json, calls[i].name);
        jw_array_end(json);
    }
    jw_array_end(json);
}

static void write_ref_list(JsonWriter *json, const Node *node)
{
    jw_key_array(json, "refs");
    for (size_t i = 0; i < node->ref_count; i++) {
        jw_object(json);
        jw_key_str(json, "name", node->refs[i].name);
        jw_key_str_or_null(json, "package", node->refs[i].package);
        artifact_key_value(json, "version", node->refs[i].version);
        jw_object_end(json);
    }
    jw_array_end(json);
}

static void write_source_calls(JsonWriter *json, const Node *node)
{
    jw_key_array(json, "sources");
    for (size_t i = 0; i < node->source_call_count; i++) {
        jw_array(json);
        jw_str(json, node->source_calls[i].source);
        jw_str(json, node->source_calls[i].table);
        jw_array_end(json);
    }
    jw_array_end(json);
}

static void write_refs(JsonWriter *json, const Node *node)
{
    write_ref_list(json, node);
    write_source_calls(json, node);
    const NodeRare *rare = node->rare;
    write_calls(json, "metrics", rare ? rare->metrics : NULL, rare ? rare->metric_count : 0);
    if (node->type != RESOURCE_EXPOSURE)
        write_calls(json, "functions", rare ? rare->functions : NULL, rare ? rare->function_count : 0);
}

static void write_depends_on(JsonWriter *json, const Node *node, bool with_nodes)
{
    jw_key_object(json, "depends_on");
    artifact_key_strs(json, "macros", node->depends_on_macros, node->depends_on_macro_count);
    if (with_nodes) {
        jw_key_array(json, "nodes");
        for (size_t i = 0; i < node->depends_on_count; i++) jw_str(json, node->depends_on[i]->unique_id);
        jw_array_end(json);
    }
    jw_object_end(json);
}

static void write_contract(JsonWriter *json, const Node *node)
{
    Value contract = node_config(node, STR("contract"));
    const Value *enforced = contract.kind == V_DICT ? dict_find_str(contract.u.dict, STR("enforced")) : NULL;
    const Value *alias = contract.kind == V_DICT ? dict_find_str(contract.u.dict, STR("alias_types")) : NULL;
    jw_key_object(json, "contract");
    jw_key_bool(json, "enforced", enforced && value_truthy(*enforced));
    jw_key_bool(json, "alias_types", !alias || value_truthy(*alias));
    jw_key_str_or_null(json, "checksum", node->rare ? node->rare->contract_checksum : STR_EMPTY);
    jw_object_end(json);
}

/* ---- the primary key that tests imply (dbt: ModelNode.infer_primary_key) ---- */

enum { KEY_UNIQUE = 1, KEY_NOT_NULL = 2, KEY_UNIQUE_OFF = 4, KEY_COLUMNS = 64 };

typedef struct KeyColumns {
    struct {
        Str name;
        unsigned tests;
    } at[KEY_COLUMNS];
    size_t n;
} KeyColumns;

static void key_column(KeyColumns *columns, Value name, unsigned test)
{
    if (name.kind != V_STR) return;
    size_t i = 0;
    while (i < columns->n && !str_eq(columns->at[i].name, value_text(name))) i++;
    if (i == KEY_COLUMNS) return;
    if (i == columns->n) {
        columns->at[i].name = value_text(name);
        columns->at[i].tests = 0;
        columns->n++;
    }
    columns->at[i].tests |= test;
}

static bool primary_constraint(KeyColumns *columns, Value constraints, Str column)
{
    for (uint32_t i = 0; constraints.kind == V_LIST && i < constraints.u.list->n; i++) {
        Value constraint = constraints.u.list->at[i];
        if (constraint.kind != V_DICT ||
            !value_is_str(dict_get_str(constraint.u.dict, STR("type")), STR("primary_key")))
            continue;
        Value names = dict_get_str(constraint.u.dict, STR("columns"));
        if (column.len) key_column(columns, value_str(column), KEY_UNIQUE);
        for (uint32_t k = 0; !column.len && names.kind == V_LIST && k < names.u.list->n; k++)
            key_column(columns, names.u.list->at[k], KEY_UNIQUE);
        return true;
    }
    return false;
}

static void key_test(KeyColumns *columns, const Node *node)
{
    const TestInfo *test = node->test;
    bool unique =
        str_eq(test->test_name, STR("unique")) || str_eq(test->test_name, STR("unique_combination_of_columns"));
    unsigned kind = unique                                     ? (node->enabled ? KEY_UNIQUE : KEY_UNIQUE_OFF)
                    : str_eq(test->test_name, STR("not_null")) ? KEY_NOT_NULL
                                                               : 0;
    if (!kind || test->kwargs.kind != V_DICT) return;
    Value column = dict_get_str(test->kwargs.u.dict, STR("column_name"));
    Value combination = dict_get_str(test->kwargs.u.dict, STR("combination_of_columns"));
    if (column.kind == V_STR) {
        key_column(columns, column, kind);
    } else if (combination.kind == V_LIST) {
        for (uint32_t i = 0; i < combination.u.list->n; i++) key_column(columns, combination.u.list->at[i], kind);
    }
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

/* Which of the columns make the key: constraints, else unique and not null, else unique, else unique but switched off. */
static bool key_of(unsigned tests, unsigned level)
{
    switch (level) {
    case 0: return (tests & KEY_NOT_NULL) && (tests & (KEY_UNIQUE | KEY_UNIQUE_OFF));
    case 1: return tests & KEY_UNIQUE;
    default: return tests & KEY_UNIQUE_OFF;
    }
}

static void write_primary_key(JsonWriter *json, const Manifest *manifest, const Graph *graph, const Node *node)
{
    KeyColumns columns = {.n = 0};
    bool said =
        !node->enabled || primary_constraint(&columns, node->constraints, STR_EMPTY); /* off: dbt does not look */
    for (size_t i = 0; !said && i < node->column_count; i++)
        said = primary_constraint(&columns, node->columns[i].constraints, node->columns[i].name);
    for (uint32_t e = node->enabled ? graph->child_start[node->index] : 0;
         !said && e < graph->child_start[node->index + 1]; e++) {
        const Node *child = manifest->nodes[graph->children[e]];
        if (child->type == RESOURCE_TEST && child->test && child->test->generic && child->test->attached == node)
            key_test(&columns, child);
    }
    for (size_t i = 0; !said && node->rare && i < node->rare->disabled_test_count; i++)
        key_test(&columns, node->rare->disabled_tests[i]);
    Str names[KEY_COLUMNS];
    size_t n = 0;
    for (unsigned level = 0; level < 3 && !n; level++)
        for (size_t i = 0; i < columns.n; i++)
            if (key_of(columns.at[i].tests, level)) names[n++] = columns.at[i].name;
    if (n) qsort(names, n, sizeof *names, by_text);
    artifact_key_strs(json, "primary_key", names, n);
}

/* ---- the kinds ---- */

static void write_head(JsonWriter *json, const Node *node)
{
    jw_key_str(json, "name", node->name);
    jw_key_str(json, "resource_type", resource_type_word(node->type));
    jw_key_str(json, "package_name", node->package->name);
    jw_key_str(json, "path", node->type == RESOURCE_SOURCE ? node->original_file_path : node->path);
    jw_key_str(json, "original_file_path", node->original_file_path);
    jw_key_str(json, "unique_id", node->unique_id);
    artifact_key_strs(json, "fqn", node->fqn, node->fqn_count);
}

static void write_source(JsonWriter *json, const Node *node, double created_at)
{
    const SourceInfo *info = node->source_info;
    jw_key_str(json, "database", node->database);
    jw_key_str(json, "schema", node->schema);
    write_head(json, node);
    jw_key_str(json, "source_name", info->source_name);
    jw_key_str(json, "source_description", info->source_description);
    jw_key_str(json, "loader", info->loader);
    jw_key_str(json, "identifier", info->identifier);
    jw_key_object(json, "quoting");
    static const char *const parts[] = {"database", "schema", "identifier", "column"};
    for (size_t i = 0; i < 4; i++)
        artifact_key_value(json, parts[i],
                           info->quoting.kind == V_DICT ? dict_get_str(info->quoting.u.dict, str_from(parts[i]))
                                                        : VALUE_NONE);
    jw_object_end(json);
    jw_key_str_or_null(json, "loaded_at_field", info->loaded_at_field);
    jw_key_str_or_null(json, "loaded_at_query", info->loaded_at_query);
    artifact_key_value(json, "freshness", node_config(node, STR("freshness")));
    artifact_key_value(json, "external", info->external);
    jw_key_str(json, "description", node->description);
    write_columns(json, node);
    artifact_key_dict(json, "meta", node->meta);
    artifact_key_dict(json, "source_meta", info->source_meta);
    artifact_key_strs(json, "tags", node->tags, node->tag_count);
    artifact_key_dict(json, "config", node->config);
    jw_key_str_or_null(json, "patch_path", node->patch_path);
    artifact_key_dict(json, "unrendered_config", node->unrendered_config);
    jw_key_str_or_null(json, "relation_name", node->relation_name);
    jw_key_double(json, "created_at", created_at);
    jw_key_str_or_null(json, "unrendered_database", info->unrendered_database);
    jw_key_str_or_null(json, "unrendered_schema", info->unrendered_schema);
    artifact_key_strs(json, "doc_blocks", node->doc_blocks.at, node->doc_blocks.n);
}

static void write_given(JsonWriter *json, const char *key, Str text)
{
    if (text.ptr)
        jw_key_str(json, key, text);
    else
        jw_key_null(json, key);
}

static void write_exposure(JsonWriter *json, const Node *node, double created_at)
{
    const ExposureInfo *info = node->exposure;
    write_head(json, node);
    jw_key_str(json, "type", info->exposure_type);
    jw_key_object(json, "owner");
    artifact_key_value(json, "email",
                       info->owner.kind == V_DICT ? dict_get_str(info->owner.u.dict, STR("email")) : VALUE_NONE);
    jw_key_str_or_null(json, "name", info->owner_name);
    if (info->owner.kind == V_DICT) {
        const Dict *owner = info->owner.u.dict;
        for (uint32_t i = 0; i < owner->used; i++) {
            Value key = owner->entries[i].key;
            if (key.kind != V_STR || str_eq(value_text(key), STR("email")) || str_eq(value_text(key), STR("name")))
                continue;
            jw_key(json, value_text(key));
            artifact_value(json, owner->entries[i].value);
        }
    }
    jw_object_end(json);
    jw_key_str(json, "description", node->description);
    write_given(json, "label", info->label);
    jw_key_str_or_null(json, "maturity", info->maturity);
    artifact_key_dict(json, "meta", node->meta);
    artifact_key_strs(json, "tags", node->tags, node->tag_count);
    artifact_key_dict(json, "config", node->config);
    artifact_key_dict(json, "unrendered_config", node->unrendered_config);
    write_given(json, "url", info->url);
    write_depends_on(json, node, true);
    write_refs(json, node);
    jw_key_double(json, "created_at", created_at);
}

/* What is theirs alone stands in Node.extra as it is written; the order of keys is dbt's. */
static void write_extra(JsonWriter *json, const Node *node, const char *const *keys)
{
    for (; *keys; keys++) {
        const Value *value = dict_find_str(node->extra.u.dict, str_from(*keys));
        if (value) artifact_key_value(json, *keys, *value);
    }
}

static void write_configs(JsonWriter *json, const Node *node)
{
    artifact_key_dict(json, "config", node->config);
    artifact_key_dict(json, "unrendered_config", node->unrendered_config);
}

static void write_metric(JsonWriter *json, const Node *node, double created_at)
{
    static const char *const own[] = {"label", "type", "type_params", "filter", "metadata", "time_granularity", NULL};
    write_head(json, node);
    jw_key_str(json, "description", node->description);
    write_extra(json, node, own);
    artifact_key_dict(json, "meta", node->meta);
    artifact_key_strs(json, "tags", node->tags, node->tag_count);
    write_configs(json, node);
    write_source_calls(json, node);
    write_depends_on(json, node, true);
    write_ref_list(json, node);
    write_calls(json, "metrics", node->rare ? node->rare->metrics : NULL, node->rare ? node->rare->metric_count : 0);
    jw_key_double(json, "created_at", created_at);
    jw_key_str_or_null(json, "group", node->group);
}

static void write_semantic_model(JsonWriter *json, const Node *node, double created_at)
{
    static const char *const first[] = {"model", "node_relation", NULL};
    static const char *const own[] = {"label", "defaults", "entities", "measures", "dimensions", "metadata", NULL};
    static const char *const last[] = {"primary_entity", NULL};
    write_head(json, node);
    write_extra(json, node, first);
    jw_key_str_or_null(json, "description", node->description);
    write_extra(json, node, own);
    write_depends_on(json, node, true);
    write_ref_list(json, node);
    jw_key_double(json, "created_at", created_at);
    write_configs(json, node);
    write_extra(json, node, last);
    jw_key_str_or_null(json, "group", node->group);
}

static void write_saved_query(JsonWriter *json, const Node *node, double created_at)
{
    static const char *const first[] = {"query_params", "exports", NULL}, *const own[] = {"label", "metadata", NULL};
    write_head(json, node);
    write_extra(json, node, first);
    jw_key_str_or_null(json, "description", node->description);
    write_extra(json, node, own);
    write_configs(json, node);
    jw_key_str_or_null(json, "group", node->group);
    write_depends_on(json, node, true);
    jw_key_double(json, "created_at", created_at);
    write_ref_list(json, node);
    artifact_key_strs(json, "tags", node->tags, node->tag_count);
}

static void write_test(JsonWriter *json, const Node *node)
{
    const TestInfo *test = node->test;
    jw_key_str_or_null(json, "column_name", test->column_name);
    jw_key_str_or_null(json, "file_key_name", test->file_key_name);
    bool there = test->attached && !test->attached->broken; /* else it is only described */
    jw_key_str_or_null(json, "attached_node", there ? test->attached->unique_id : STR_EMPTY);
    jw_key_object(json, "test_metadata");
    jw_key_str(json, "name", test->test_name);
    artifact_key_dict(json, "kwargs", test->kwargs);
    jw_key_str_or_null(json, "namespace", test->namespace);
    jw_object_end(json);
}

static void write_fixture(JsonWriter *json, const UnitFixture *fixture)
{
    jw_object(json);
    if (fixture->input.len) jw_key_str(json, "input", fixture->input);
    jw_key(json, STR("rows"));
    artifact_value(json, fixture->rows);
    jw_key_str(json, "format", fixture->format);
    jw_key_str_or_null(json, "fixture", fixture->fixture);
    jw_object_end(json);
}

static void write_unit_test(JsonWriter *json, const Node *node, double created_at)
{
    const UnitTestInfo *info = node->unit_test;
    jw_key_str(json, "model", info->model);
    jw_key_array(json, "given");
    for (size_t i = 0; i < info->given_count; i++) write_fixture(json, &info->given[i]);
    jw_array_end(json);
    jw_key(json, STR("expect"));
    write_fixture(json, &info->expect);
    write_head(json, node);
    jw_key_str(json, "description", node->description);
    if (info->has_overrides) {
        jw_key_object(json, "overrides");
        artifact_key_dict(json, "macros", info->macros);
        artifact_key_dict(json, "vars", info->vars);
        artifact_key_dict(json, "env_vars", info->env_vars);
        jw_object_end(json);
    } else {
        jw_key_null(json, "overrides");
    }
    write_depends_on(json, node, true);
    artifact_key_dict(json, "config", node->config);
    jw_key_str(json, "checksum", node->checksum);
    jw_key_str_or_null(json, "schema", node->enabled ? node->schema : STR_EMPTY);
    jw_key_double(json, "created_at", created_at);
    if (info->has_versions) {
        jw_key_object(json, "versions");
        artifact_key_value(json, "include", info->include);
        artifact_key_value(json, "exclude", info->exclude);
        jw_object_end(json);
    } else {
        jw_key_null(json, "versions");
    }
    artifact_key_value(json, "version", node->version);
}

static void write_path(JsonWriter *json, const char *key, const Manifest *manifest, const Node *node, Str folder)
{
    Arena *scratch = arena_new();
    jw_key_str(json, key, run_target_path(scratch, manifest, node, folder));
    arena_free(scratch);
}

/* As dbt has them: the text of each CTE, its name before it. */
static void write_ctes(JsonWriter *json, const Run *run, const Node *node)
{
    size_t count;
    const RunCte *ctes = run_ctes(run, node, &count);
    jw_key_array(json, "extra_ctes");
    Arena *scratch = count ? arena_new() : NULL;
    for (size_t i = 0; i < count; i++) {
        jw_object(json);
        jw_key_str(json, "id", ctes[i].node->unique_id);
        jw_key_str(json, "sql",
                   str_fmt(scratch, " %.*s as (\n%.*s\n)", STR_ARG(run_cte_name(scratch, ctes[i].node)),
                           STR_ARG(ctes[i].sql)));
        jw_object_end(json);
    }
    if (scratch) arena_free(scratch);
    jw_array_end(json);
}

static void write_compiled(JsonWriter *json, const Manifest *manifest, const Run *run, const Node *node)
{
    Str compiled = run && node->enabled ? run_compiled(run, node) : (Str){NULL, 0};
    jw_key_str(json, "language", node->language.len ? node->language : STR("sql"));
    write_refs(json, node);
    write_depends_on(json, node, true);
    if (compiled.ptr) {
        write_path(json, "compiled_path", manifest, node, STR("compiled"));
        jw_key_bool(json, "compiled", true);
        jw_key_str(json, "compiled_code", compiled);
        jw_key_bool(json, "extra_ctes_injected", true);
        write_ctes(json, run, node);
    } else {
        jw_key_null(json, "compiled_path");
    }
    write_contract(json, node);
}

/* Kinds that share little with those that are SQL. */
static bool write_other(JsonWriter *json, const Node *node, double created_at)
{
    switch (node->type) {
    case RESOURCE_SOURCE: write_source(json, node, created_at); return true;
    case RESOURCE_EXPOSURE: write_exposure(json, node, created_at); return true;
    case RESOURCE_UNIT_TEST: write_unit_test(json, node, created_at); return true;
    case RESOURCE_METRIC: write_metric(json, node, created_at); return true;
    case RESOURCE_SEMANTIC_MODEL: write_semantic_model(json, node, created_at); return true;
    case RESOURCE_SAVED_QUERY: write_saved_query(json, node, created_at); return true;
    default: return false;
    }
}

void artifact_node(JsonWriter *json, const Manifest *manifest, const Graph *graph, const Run *run, const Node *node,
                   double created_at)
{
    jw_object(json);
    if (write_other(json, node, created_at)) {
        jw_object_end(json);
        return;
    }
    static const char *const returns[] = {"returns", NULL}, *const arguments[] = {"arguments", NULL};
    if (node->type == RESOURCE_FUNCTION) write_extra(json, node, returns);
    jw_key_str_or_null(json, "database", node->database);
    jw_key_str(json, "schema", node->schema);
    write_head(json, node);
    jw_key_str(json, "alias", node->alias);
    write_checksum(json, node);
    artifact_key_dict(json, "config", node->config);
    artifact_key_strs(json, "tags", node->tags, node->tag_count);
    jw_key_str(json, "description", node->description);
    write_columns(json, node);
    artifact_key_dict(json, "meta", node->meta);
    jw_key_str_or_null(json, "group", node->group);
    write_docs(json, node->docs);
    jw_key_str_or_null(json, "patch_path", node->patch_path);
    if (run && node->enabled && run_wrote(run, node))
        write_path(json, "build_path", manifest, node, STR("run"));
    else
        jw_key_null(json, "build_path");
    artifact_key_dict(json, "unrendered_config", node->unrendered_config);
    jw_key_double(json, "created_at", created_at);
    jw_key_str_or_null(json, "relation_name", node->relation_name);
    jw_key_str(json, "raw_code", node->raw_code);
    artifact_key_strs(json, "doc_blocks", node->doc_blocks.at, node->doc_blocks.n);
    if (node->type == RESOURCE_SEED) {
        jw_key_str(json, "root_path", node->package->root);
        write_depends_on(json, node, false);
        jw_object_end(json);
        return;
    }
    write_compiled(json, manifest, run, node);
    if (node->type == RESOURCE_MODEL) {
        jw_key_str(json, "access", node->access.len ? node->access : STR("protected"));
        artifact_key_list(json, "constraints", node->constraints);
        artifact_key_value(json, "version", node->version);
        artifact_key_value(json, "latest_version", node->latest_version);
        jw_key_str_or_null(json, "deprecation_date", node->deprecation_date);
        write_primary_key(json, manifest, graph, node);
        artifact_key_value(json, "time_spine", node->rare ? node->rare->time_spine : VALUE_NONE);
    } else if (node->type == RESOURCE_TEST && node->test && node->test->generic) {
        write_test(json, node);
    } else if (node->type == RESOURCE_OPERATION) {
        artifact_key_value(json, "index", node->extra);
    } else if (node->type == RESOURCE_FUNCTION) {
        write_extra(json, node, arguments);
    }
    jw_object_end(json);
}
