/* target/manifest.json, schema v12 (dbt/artifacts/schemas/manifest/v12). */
#include "artifacts/internal.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/thread.h"

#include <pthread.h>
#include <stdlib.h>

static void write_metadata(ArtifactFile *file, const Manifest *manifest)
{
    JsonWriter *json = &file->json;
    Str project = manifest->root ? manifest->root->name : STR_EMPTY;
    jw_key_str(json, "project_name", project);
    jw_key_str(json, "project_id", md5_hex(file->arena, project));
    jw_key_null(json, "user_id");
    jw_key_bool(json, "send_anonymous_usage_stats", false);
    jw_key_str(json, "adapter_type", manifest->target.type);
    /* What the project says, over what the dialect writes by itself. */
    const Dialect *dialect = manifest->dialect;
    bool usual[] = {!dialect || !dialect->database_omitted, !dialect || !dialect->schema_separator.len, true};
    static const char *const parts[] = {"database", "schema", "identifier"};
    jw_key_object(json, "quoting");
    for (size_t i = 0; i < 3; i++) {
        const Value *said = manifest->root && manifest->root->quoting.kind == V_DICT
                                ? dict_find_str(manifest->root->quoting.u.dict, str_from(parts[i]))
                                : NULL;
        jw_key_bool(json, parts[i], said && said->kind == V_BOOL ? said->u.boolean : usual[i]);
    }
    jw_key_null(json, "column");
    jw_object_end(json);
}

/* Kinds that stand under "nodes"; sources, exposures and the rest have a key each. */
static bool is_node_kind(ResourceType type)
{
    return type == RESOURCE_MODEL || type == RESOURCE_SEED || type == RESOURCE_SNAPSHOT || type == RESOURCE_TEST ||
           type == RESOURCE_ANALYSIS || type == RESOURCE_OPERATION;
}

typedef struct NodeWriter {
    JsonWriter *json;
    const Manifest *manifest;
    const Graph *graph;
    const Run *run;
    double created_at;
} NodeWriter;

static void write_kind(NodeWriter *w, const char *key, bool (*wanted)(ResourceType))
{
    jw_key_object(w->json, key);
    for (size_t i = 0; i < w->manifest->node_count; i++) {
        const Node *node = w->manifest->nodes[i];
        if (!wanted(node->type)) continue;
        jw_key(w->json, node->unique_id);
        artifact_node(w->json, w->manifest, w->graph, w->run, node, w->created_at);
    }
    jw_object_end(w->json);
}

/* Nearly all of a manifest is its nodes. They are turned to text in parts, by all cores, and written in order: no more
 * parts are held in memory than there are workers. */
enum { NODE_PARTS = 48, PART_LEAST = 64 };

typedef struct NodeParts {
    NodeWriter *writer; /* its json belongs to whose turn it is */
    size_t size; /* nodes of a part */
    pthread_mutex_t lock;
    pthread_cond_t turn_over;
    size_t turn;
} NodeParts;

static void write_part(void *context, unsigned worker, size_t part)
{
    (void)worker;
    NodeParts *parts = context;
    const NodeWriter *w = parts->writer;
    Arena *arena = arena_new();
    Buf text;
    buf_init(&text, NULL);
    JsonWriter json;
    jw_to_buf(&json, &text);
    json.memo = json_memo_new(arena);
    jw_object(&json);
    size_t end = (part + 1) * parts->size;
    for (size_t i = part * parts->size; i < w->manifest->node_count && i < end; i++) {
        const Node *node = w->manifest->nodes[i];
        if (!is_node_kind(node->type)) continue;
        jw_key(&json, node->unique_id);
        artifact_node(&json, w->manifest, w->graph, w->run, node, w->created_at);
    }
    jw_object_end(&json);
    jw_end(&json);

    pthread_mutex_lock(&parts->lock);
    while (parts->turn != part) pthread_cond_wait(&parts->turn_over, &parts->lock);
    jw_raw_entries(w->json, str_slice(buf_str(&text), 1, text.len - 1));
    parts->turn++;
    pthread_cond_broadcast(&parts->turn_over);
    pthread_mutex_unlock(&parts->lock);
    buf_release(&text);
    arena_free(arena);
}

static void write_nodes(NodeWriter *w)
{
    NodeParts parts = {.writer = w, .size = w->manifest->node_count / NODE_PARTS + 1};
    if (parts.size < PART_LEAST) parts.size = PART_LEAST;
    pthread_mutex_init(&parts.lock, NULL);
    pthread_cond_init(&parts.turn_over, NULL);
    jw_key_object(w->json, "nodes");
    parallel_for((w->manifest->node_count + parts.size - 1) / parts.size, 0, write_part, &parts);
    for (size_t i = 0; i < w->manifest->off_test_count; i++) {
        const Node *test = w->manifest->off_tests[i];
        jw_key(w->json, test->unique_id);
        artifact_node(w->json, w->manifest, w->graph, w->run, test, w->created_at);
    }
    jw_object_end(w->json);
    pthread_cond_destroy(&parts.turn_over);
    pthread_mutex_destroy(&parts.lock);
}

static bool is_source(ResourceType type)
{
    return type == RESOURCE_SOURCE;
}
static bool is_exposure(ResourceType type)
{
    return type == RESOURCE_EXPOSURE;
}

static bool is_unit_test(ResourceType type)
{
    return type == RESOURCE_UNIT_TEST;
}
static bool is_metric(ResourceType type)
{
    return type == RESOURCE_METRIC;
}
static bool is_semantic_model(ResourceType type)
{
    return type == RESOURCE_SEMANTIC_MODEL;
}
static bool is_saved_query(ResourceType type)
{
    return type == RESOURCE_SAVED_QUERY;
}
static bool is_function(ResourceType type)
{
    return type == RESOURCE_FUNCTION;
}

static void write_groups(NodeWriter *w)
{
    JsonWriter *json = w->json;
    jw_key_object(json, "groups");
    for (size_t i = 0; i < w->manifest->group_count; i++) {
        const Group *group = w->manifest->groups[i];
        jw_key(json, group->unique_id);
        jw_object(json);
        jw_key_str(json, "name", group->name);
        jw_key_str(json, "resource_type", STR("group"));
        jw_key_str(json, "package_name", group->package->name);
        jw_key_str(json, "path", group->path);
        jw_key_str(json, "original_file_path", group->original_file_path);
        jw_key_str(json, "unique_id", group->unique_id);
        artifact_key_dict(json, "owner", group->owner);
        jw_key_str_or_null(json, "description", group->description);
        artifact_key_dict(json, "config", group->config);
        jw_object_end(json);
    }
    jw_object_end(json);
}

static bool is_grouped_kind(ResourceType type)
{
    return is_node_kind(type) || is_metric(type) || is_semantic_model(type) || is_saved_query(type);
}

/* The members of each group, by its name. */
static void write_group_map(NodeWriter *w, Arena *arena)
{
    Map members;
    map_init(&members, arena);
    for (size_t i = 0; i < w->manifest->group_count; i++) {
        void **slot = map_slot(&members, w->manifest->groups[i]->name);
        if (!*slot) *slot = ARENA_NEW(arena, NodeList);
    }
    size_t on = w->manifest->node_count;
    for (size_t i = 0; i < on + w->manifest->off_test_count; i++) {
        Node *node = i < on ? w->manifest->nodes[i] : w->manifest->off_tests[i - on];
        NodeList *list = node->group.len && is_grouped_kind(node->type) ? map_get(&members, node->group) : NULL;
        if (list) vec_push(arena, list, node);
    }
    jw_key_object(w->json, "group_map");
    for (size_t i = 0; i < members.count; i++) {
        const NodeList *list = members.entries[i].value;
        jw_key(w->json, members.entries[i].key);
        jw_array(w->json);
        for (size_t k = 0; k < list->n; k++) jw_str(w->json, list->at[k]->unique_id);
        jw_array_end(w->json);
    }
    jw_object_end(w->json);
}

static void write_macro_docs(JsonWriter *json, const Macro *macro)
{
    jw_key_object(json, "docs");
    const Value *show = macro->docs.kind == V_DICT ? dict_find_str(macro->docs.u.dict, STR("show")) : NULL;
    jw_key_bool(json, "show", !show || value_truthy(*show));
    jw_key(json, STR("node_color"));
    artifact_value(json, macro->docs.kind == V_DICT ? dict_get_str(macro->docs.u.dict, STR("node_color")) : VALUE_NONE);
    jw_object_end(json);
}

static void write_macro(JsonWriter *json, const Macro *macro, double created_at)
{
    jw_object(json);
    jw_key_str(json, "name", macro->name);
    jw_key_str(json, "resource_type", STR("macro"));
    jw_key_str(json, "package_name", macro->package->name);
    jw_key_str(json, "path", macro->original_file_path);
    jw_key_str(json, "original_file_path", macro->original_file_path);
    jw_key_str(json, "unique_id", macro->unique_id);
    jw_key_str(json, "macro_sql", macro->macro_sql);
    jw_key_object(json, "depends_on");
    artifact_key_strs(json, "macros", macro->depends_on, macro->depends_on_count);
    jw_object_end(json);
    jw_key_str(json, "description", macro->description);
    artifact_key_dict(json, "meta", macro->meta);
    write_macro_docs(json, macro);
    jw_key_object(json, "config");
    artifact_key_dict(json, "meta", macro->meta);
    write_macro_docs(json, macro);
    jw_object_end(json);
    jw_key_str_or_null(json, "patch_path", macro->patch_path);
    jw_key_array(json, "arguments");
    for (size_t i = 0; i < macro->argument_count; i++) {
        jw_object(json);
        jw_key_str(json, "name", macro->arguments[i].name);
        jw_key_str_or_null(json, "type", macro->arguments[i].type);
        jw_key_str(json, "description", macro->arguments[i].description);
        jw_object_end(json);
    }
    jw_array_end(json);
    jw_key_double(json, "created_at", created_at);
    if (str_eq(macro->tag, STR("materialization"))) {
        Value languages = macro->options.kind == V_DICT
                              ? dict_get_str(macro->options.u.dict, STR("supported_languages"))
                              : VALUE_NONE;
        const Str sql = STR("sql");
        if (languages.kind == V_LIST)
            artifact_key_value(json, "supported_languages", languages);
        else
            artifact_key_strs(json, "supported_languages", &sql, 1);
    } else {
        jw_key_null(json, "supported_languages");
    }
    jw_object_end(json);
}

static void write_macros(NodeWriter *w)
{
    jw_key_object(w->json, "macros");
    for (size_t i = 0; i < w->manifest->macro_count; i++) {
        jw_key(w->json, w->manifest->macros[i]->unique_id);
        write_macro(w->json, w->manifest->macros[i], w->created_at);
    }
    jw_object_end(w->json);
}

static void write_docs(NodeWriter *w)
{
    jw_key_object(w->json, "docs");
    for (size_t i = 0; i < w->manifest->doc_count; i++) {
        const DocBlock *doc = w->manifest->docs[i];
        jw_key(w->json, doc->unique_id);
        jw_object(w->json);
        jw_key_str(w->json, "name", doc->name);
        jw_key_str(w->json, "resource_type", STR("doc"));
        jw_key_str(w->json, "package_name", doc->package->name);
        jw_key_str(w->json, "path", doc->path);
        jw_key_str(w->json, "original_file_path", doc->original_file_path);
        jw_key_str(w->json, "unique_id", doc->unique_id);
        jw_key_str(w->json, "block_contents", doc->contents);
        jw_object_end(w->json);
    }
    jw_object_end(w->json);
}

/* Disabled nodes by id; several may have one id. */
static void write_disabled(NodeWriter *w, Arena *arena)
{
    Map lists;
    map_init(&lists, arena);
    for (size_t i = 0; i < w->manifest->disabled_count; i++) {
        void **slot = map_slot(&lists, w->manifest->disabled[i]->unique_id);
        if (!*slot) *slot = ARENA_NEW(arena, NodeList);
        NodeList *list = *slot;
        vec_push(arena, list, w->manifest->disabled[i]);
    }
    jw_key_object(w->json, "disabled");
    for (size_t i = 0; i < lists.count; i++) {
        const NodeList *list = lists.entries[i].value;
        jw_key(w->json, lists.entries[i].key);
        jw_array(w->json);
        for (size_t k = 0; k < list->n; k++)
            artifact_node(w->json, w->manifest, w->graph, w->run, list->at[k], w->created_at);
        jw_array_end(w->json);
    }
    jw_object_end(w->json);
}

static int compare_ids(const void *a, const void *b)
{
    return str_cmp((*(const Node *const *)a)->unique_id, (*(const Node *const *)b)->unique_id);
}

static void write_edge_list(NodeWriter *w, const Node *node, const Node **ends, size_t count)
{
    if (count > 1) qsort(ends, count, sizeof *ends, compare_ids);
    jw_key(w->json, node->unique_id);
    jw_array(w->json);
    for (size_t k = 0; k < count; k++) jw_str(w->json, ends[k]->unique_id);
    jw_array_end(w->json);
}

static bool depends_on(const Node *node, const Node *parent)
{
    for (size_t i = 0; i < node->depends_on_count; i++)
        if (node->depends_on[i] == parent) return true;
    return false;
}

/* By the index of a node: does a test that is switched off depend on it? */
static bool *have_off_tests(const NodeWriter *w, Arena *arena)
{
    const Manifest *m = w->manifest;
    bool *have = ARENA_ARRAY(arena, bool, w->graph->node_count + 1);
    for (size_t i = 0; i < m->off_test_count; i++)
        for (size_t k = 0; k < m->off_tests[i]->depends_on_count; k++)
            have[m->off_tests[i]->depends_on[k]->index] = true;
    return have;
}

/* The edges of the graph and those of tests that are switched off, each list in the order of ids. */
static void write_edges(NodeWriter *w, Arena *arena, const char *key, const uint32_t *start, const uint32_t *ends)
{
    const Manifest *m = w->manifest;
    bool of_parents = start == w->graph->parent_start;
    const bool *more = of_parents ? NULL : have_off_tests(w, arena);
    jw_key_object(w->json, key);
    const Node **sorted = NULL;
    size_t room = 0;
    for (uint32_t i = 0; i < w->graph->node_count; i++) {
        size_t count = start[i + 1] - start[i];
        if (!sorted || count + m->off_test_count > room) {
            room = count + m->off_test_count;
            sorted = ARENA_ARRAY(arena, const Node *, room + 1);
        }
        for (size_t k = 0; k < count; k++) sorted[k] = m->nodes[ends[start[i] + k]];
        for (size_t k = 0; more && more[i] && k < m->off_test_count; k++)
            if (depends_on(m->off_tests[k], m->nodes[i])) sorted[count++] = m->off_tests[k];
        write_edge_list(w, m->nodes[i], sorted, count);
    }
    for (size_t i = 0; i < m->off_test_count; i++) {
        const Node *test = m->off_tests[i];
        size_t count = of_parents ? test->depends_on_count : 0;
        sorted = ARENA_ARRAY(arena, const Node *, count + 1);
        for (size_t k = 0; k < count; k++) sorted[k] = test->depends_on[k];
        write_edge_list(w, test, sorted, count);
    }
    jw_object_end(w->json);
}

static void write_selectors(JsonWriter *json, const Manifest *manifest)
{
    jw_key_object(json, "selectors");
    for (size_t i = 0; i < manifest->selector_count; i++) {
        jw_key(json, manifest->selectors[i].name);
        artifact_value(json, manifest->selectors[i].entry);
    }
    jw_object_end(json);
}

bool artifacts_write_manifest(const Manifest *manifest, const Graph *graph, DiagSink *sink)
{
    return artifacts_write_compiled_manifest(manifest, graph, NULL, sink);
}

bool artifacts_write_compiled_manifest(const Manifest *manifest, const Graph *graph, const Run *run, DiagSink *sink)
{
    ArtifactFile file;
    if (!artifact_open(&file, manifest, "manifest.json", STR_EMPTY, "https://schemas.getdbt.com/dbt/manifest/v12.json",
                       sink))
        return false;
    JsonWriter *json = &file.json;
    write_metadata(&file, manifest);
    jw_object_end(json);
    NodeWriter w = {json, manifest, graph, run, (double)clock_wall_us() / 1e6};
    write_nodes(&w);
    write_kind(&w, "sources", is_source);
    write_macros(&w);
    write_docs(&w);
    write_kind(&w, "exposures", is_exposure);
    write_kind(&w, "metrics", is_metric);
    write_groups(&w);
    write_selectors(json, manifest);
    write_disabled(&w, file.arena);
    write_edges(&w, file.arena, "parent_map", graph->parent_start, graph->parents);
    write_edges(&w, file.arena, "child_map", graph->child_start, graph->children);
    write_group_map(&w, file.arena);
    write_kind(&w, "saved_queries", is_saved_query);
    write_kind(&w, "semantic_models", is_semantic_model);
    write_kind(&w, "unit_tests", is_unit_test);
    write_kind(&w, "functions", is_function);
    return artifact_close(&file, sink) && artifacts_write_semantic_manifest(manifest, sink);
}
