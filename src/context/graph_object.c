/* graph and model: nodes as the dicts that dbt's to_dict gives them, made when they are asked for.
 *
 * graph.nodes and its neighbours look like dicts of all nodes by unique id. Each node's dict is made once per context, in
 * ctx->own, and frozen: templates may read the project, not change it. */
#include "context/internal.h"

/* ---- one node as a dict ---- */

static Value text_or_none(Str text)
{
    return text.len ? value_str(text) : VALUE_NONE;
}

static Value or_empty_dict(Arena *arena, Value v)
{
    return v.kind == V_DICT ? v : value_dict(arena);
}
static Value or_empty_list(Arena *arena, Value v)
{
    return v.kind == V_LIST ? v : value_list(arena);
}
static Value or_none(Value v)
{
    return v.kind == V_UNDEFINED ? VALUE_NONE : v;
}

static Value strings(Arena *arena, const Str *items, size_t count)
{
    Value list = value_list(arena);
    for (size_t i = 0; i < count; i++) list_push(list.u.list, value_str(items[i]));
    return list;
}

static void put(Value dict, Str key, Value v)
{
    dict_set_str(dict.u.dict, key, v);
}

static Value columns_dict(Arena *arena, const Node *node)
{
    Value columns = value_dict(arena);
    for (size_t i = 0; i < node->column_count; i++) {
        const Column *column = &node->columns[i];
        Value dict = value_dict(arena);
        put(dict, STR("name"), value_str(column->name));
        put(dict, STR("description"), value_str(column->description));
        put(dict, STR("meta"), or_empty_dict(arena, column->meta));
        put(dict, STR("data_type"), column->data_type.ptr ? value_str(column->data_type) : VALUE_NONE);
        put(dict, STR("constraints"), or_empty_list(arena, column->constraints));
        put(dict, STR("quote"), or_none(column->quote));
        Value meta = or_empty_dict(arena, column->meta), tags = or_empty_list(arena, column->tags);
        Value config = value_dict(arena);
        put(config, STR("meta"), meta);
        put(config, STR("tags"), tags);
        if (column->config.kind == V_DICT)
            for (uint32_t c = 0; c < column->config.u.dict->used; c++) {
                const DictEntry *entry = &column->config.u.dict->entries[c];
                if (entry->key.kind != V_UNDEFINED) dict_set(config.u.dict, entry->key, entry->value);
            }
        put(dict, STR("config"), config);
        put(dict, STR("tags"), tags);
        put(dict, STR("granularity"), VALUE_NONE);
        put(columns, column->name, dict);
    }
    return columns;
}

static Value depends_dict(Arena *arena, const Node *node)
{
    Value nodes = value_list(arena);
    for (size_t i = 0; i < node->depends_on_count; i++)
        list_push(nodes.u.list, value_str(node->depends_on[i]->unique_id));
    Value dict = value_dict(arena);
    put(dict, STR("macros"), strings(arena, node->depends_on_macros, node->depends_on_macro_count));
    put(dict, STR("nodes"), nodes);
    return dict;
}

static Value refs_list(Arena *arena, const Node *node)
{
    Value refs = value_list(arena);
    for (size_t i = 0; i < node->ref_count; i++) {
        Value ref = value_dict(arena);
        put(ref, STR("name"), value_str(node->refs[i].name));
        put(ref, STR("package"), text_or_none(node->refs[i].package));
        put(ref, STR("version"), or_none(node->refs[i].version));
        list_push(refs.u.list, ref);
    }
    return refs;
}

static Value sources_list(Arena *arena, const Node *node)
{
    Value sources = value_list(arena);
    for (size_t i = 0; i < node->source_call_count; i++) {
        Str pair[2] = {node->source_calls[i].source, node->source_calls[i].table};
        list_push(sources.u.list, strings(arena, pair, 2));
    }
    return sources;
}

static Value calls_list(Arena *arena, const NameCall *calls, size_t count)
{
    Value list = value_list(arena);
    for (size_t i = 0; i < count; i++) {
        Str parts[2] = {calls[i].package, calls[i].name};
        bool packaged = calls[i].package.len > 0;
        list_push(list.u.list, strings(arena, packaged ? parts : parts + 1, packaged ? 2 : 1));
    }
    return list;
}

static Value contract_of(Arena *arena, const Node *node)
{
    Value given = node_config(node, STR("contract"));
    Value dict = value_dict(arena);
    Value enforced = given.kind == V_DICT ? dict_get_str(given.u.dict, STR("enforced")) : VALUE_FALSE;
    Value alias = given.kind == V_DICT ? dict_get_str(given.u.dict, STR("alias_types")) : VALUE_TRUE;
    put(dict, STR("enforced"), value_bool(value_truthy(enforced)));
    put(dict, STR("alias_types"), value_bool(alias.kind == V_UNDEFINED || value_truthy(alias)));
    put(dict, STR("checksum"), text_or_none(node->rare ? node->rare->contract_checksum : STR_EMPTY));
    return dict;
}

static Value freshness_time(Arena *arena, const FreshnessTime *time)
{
    if (time->count < 0) return VALUE_NONE;
    Value dict = value_dict(arena);
    put(dict, STR("count"), value_int(time->count));
    put(dict, STR("period"), value_str(time->period));
    return dict;
}

static void put_source(Arena *arena, Value dict, const Node *node)
{
    const SourceInfo *info = node->source_info;
    if (!info) return;
    put(dict, STR("source_name"), value_str(info->source_name));
    put(dict, STR("source_description"), value_str(info->source_description));
    put(dict, STR("source_meta"), or_empty_dict(arena, info->source_meta));
    put(dict, STR("loader"), value_str(info->loader));
    put(dict, STR("identifier"), value_str(info->identifier.len ? info->identifier : node->name));
    put(dict, STR("quoting"), or_empty_dict(arena, info->quoting));
    put(dict, STR("external"), or_none(info->external));
    put(dict, STR("loaded_at_field"), text_or_none(info->loaded_at_field));
    put(dict, STR("loaded_at_query"), text_or_none(info->loaded_at_query));
    Value freshness = VALUE_NONE;
    if (info->has_freshness) {
        freshness = value_dict(arena);
        put(freshness, STR("warn_after"), freshness_time(arena, &info->warn_after));
        put(freshness, STR("error_after"), freshness_time(arena, &info->error_after));
        put(freshness, STR("filter"), text_or_none(info->freshness_filter));
    }
    put(dict, STR("freshness"), freshness);
}

static void put_test(Arena *arena, Value dict, const TestInfo *test)
{
    if (!test || !test->generic) return;
    Value metadata = value_dict(arena);
    put(metadata, STR("name"), value_str(test->test_name));
    put(metadata, STR("kwargs"), or_empty_dict(arena, test->kwargs));
    put(metadata, STR("namespace"), text_or_none(test->namespace));
    put(dict, STR("test_metadata"), metadata);
    put(dict, STR("column_name"), text_or_none(test->column_name));
    put(dict, STR("file_key_name"), text_or_none(test->file_key_name));
    put(dict, STR("attached_node"), test->attached ? value_str(test->attached->unique_id) : VALUE_NONE);
}

static void put_exposure(Arena *arena, Value dict, const ExposureInfo *info)
{
    if (!info) return;
    put(dict, STR("type"), value_str(info->exposure_type));
    put(dict, STR("owner"), or_empty_dict(arena, info->owner));
    put(dict, STR("label"), text_or_none(info->label));
    put(dict, STR("maturity"), text_or_none(info->maturity));
    put(dict, STR("url"), text_or_none(info->url));
}

static void put_checksum(Arena *arena, Value dict, const Node *node)
{
    Value checksum = value_dict(arena);
    put(checksum, STR("name"),
        value_str(!node->checksum.len           ? STR("none")
                  : node_checksum_is_path(node) ? STR("path")
                                                : STR("sha256")));
    put(checksum, STR("checksum"), value_str(node->checksum));
    put(dict, STR("checksum"), checksum);
}

/* Seconds since 1970: when this run began. */
static Value created_at(Context *ctx)
{
    int64_t us = 0;
    if (ctx->manifest->generated_at.len) us = time_of_iso(ctx->manifest->generated_at);
    return value_float((double)us / 1e6);
}

Value node_as_dict(Context *ctx, Arena *arena, const Node *node)
{
    Value dict = value_dict(arena);
    put(dict, STR("database"), text_or_none(node->database));
    put(dict, STR("schema"), text_or_none(node->schema));
    put(dict, STR("name"), value_str(node->name));
    put(dict, STR("resource_type"), value_str(resource_type_word(node->type)));
    put(dict, STR("package_name"), value_str(node->package->name));
    put(dict, STR("path"), value_str(node->path));
    put(dict, STR("original_file_path"), value_str(node->original_file_path));
    put(dict, STR("unique_id"), value_str(node->unique_id));
    put(dict, STR("fqn"), strings(arena, node->fqn, node->fqn_count));
    put(dict, STR("config"), or_empty_dict(arena, node->config));
    put(dict, STR("tags"), strings(arena, node->tags, node->tag_count));
    put(dict, STR("description"), value_str(node->description));
    put(dict, STR("meta"), or_empty_dict(arena, node->meta));
    put(dict, STR("unrendered_config"), or_empty_dict(arena, node->unrendered_config));
    put(dict, STR("patch_path"), text_or_none(node->patch_path));
    put(dict, STR("created_at"), created_at(ctx));
    if (node->type == RESOURCE_EXPOSURE) {
        put_exposure(arena, dict, node->exposure);
    } else {
        put(dict, STR("columns"), columns_dict(arena, node));
        put(dict, STR("relation_name"), text_or_none(node->relation_name));
    }
    if (node->type == RESOURCE_SOURCE) {
        put_source(arena, dict, node);
        return dict;
    }
    if (node->type != RESOURCE_EXPOSURE) {
        put(dict, STR("alias"), value_str(node->alias.len ? node->alias : node->name));
        put_checksum(arena, dict, node);
        put(dict, STR("group"), text_or_none(node->group));
        put(dict, STR("docs"), or_empty_dict(arena, node->docs));
        put(dict, STR("raw_code"), value_str(node->raw_code));
        put(dict, STR("build_path"), VALUE_NONE);
        put(dict, STR("compiled_path"), VALUE_NONE);
    }
    put(dict, STR("depends_on"), depends_dict(arena, node));
    put(dict, STR("refs"), refs_list(arena, node));
    put(dict, STR("sources"), sources_list(arena, node));
    const NodeRare *rare = node->rare;
    put(dict, STR("metrics"), calls_list(arena, rare ? rare->metrics : NULL, rare ? rare->metric_count : 0));
    put(dict, STR("functions"), calls_list(arena, rare ? rare->functions : NULL, rare ? rare->function_count : 0));
    if (node->type != RESOURCE_OPERATION && node->extra.kind == V_DICT)
        for (uint32_t i = 0; i < node->extra.u.dict->used; i++)
            if (node->extra.u.dict->entries[i].key.kind == V_STR)
                put(dict, value_text(node->extra.u.dict->entries[i].key), node->extra.u.dict->entries[i].value);
    put(dict, STR("language"), value_str(node->language.len ? node->language : STR("sql")));
    put(dict, STR("contract"), contract_of(arena, node));
    if (node->type == RESOURCE_MODEL) {
        put(dict, STR("access"), value_str(node->access.len ? node->access : STR("protected")));
        put(dict, STR("constraints"), or_empty_list(arena, node->constraints));
        put(dict, STR("version"), or_none(node->version));
        put(dict, STR("latest_version"), or_none(node->latest_version));
        put(dict, STR("deprecation_date"), text_or_none(node->deprecation_date));
        put(dict, STR("time_spine"), rare ? or_none(rare->time_spine) : VALUE_NONE);
    }
    if (node->type == RESOURCE_TEST) put_test(arena, dict, node->test);
    return dict;
}

/* A dict without what is none, as deep as the node's own parts go; meta is the person's and stays. */
static Value without_none(Arena *arena, Value dict, unsigned depth)
{
    Value kept = value_dict(arena);
    for (uint32_t i = 0; i < dict.u.dict->used; i++) {
        const DictEntry *entry = &dict.u.dict->entries[i];
        if (entry->key.kind == V_UNDEFINED || entry->value.kind == V_NONE) continue;
        Value v = entry->value;
        bool inside = depth > 0 || value_is_str(entry->key, STR("columns")) ||
                      value_is_str(entry->key, STR("contract")) || value_is_str(entry->key, STR("config"));
        if (depth < 2 && inside && v.kind == V_DICT && !value_is_str(entry->key, STR("meta"))) {
            v = without_none(arena, v, depth + 1);
        } else if (depth == 0 && value_is_str(entry->key, STR("refs"))) {
            Value refs = value_list(arena);
            for (uint32_t r = 0; r < v.u.list->n; r++) list_push(refs.u.list, without_none(arena, v.u.list->at[r], 2));
            v = refs;
        }
        dict_set(kept.u.dict, entry->key, v);
    }
    return kept;
}

/* As dbt's `model`, what is none is left out; SQL that is compiled already is there. */
Value model_value(Context *ctx)
{
    if (!ctx->node) return VALUE_NONE;
    Value model = without_none(ctx->arena, node_as_dict(ctx, ctx->arena, ctx->node), 0);
    for (size_t i = 0; i < ctx->extra.n; i++)
        if (str_eq(ctx->extra.at[i].name, STR("compiled_code"))) {
            put(model, STR("compiled_code"), ctx->extra.at[i].value);
            put(model, STR("compiled_sql"), ctx->extra.at[i].value);
        }
    Value batch = batch_of(ctx);
    if (batch.kind == V_DICT) put(model, STR("batch"), batch);
    return model;
}

/* ---- all nodes of some kinds ---- */

typedef struct NodeDicts {
    Object head;
    Context *ctx;
    unsigned kinds; /* bit set of ResourceType */
    struct NodeCache *cache;
} NodeDicts;

typedef struct NodeCache {
    Value *dicts; /* by Node.index; undefined: not made yet */
} NodeCache;

static const NodeDicts *dicts_of(const Object *self)
{
    return (const NodeDicts *)(const void *)self;
}

static bool holds(const NodeDicts *dicts, const Node *node)
{
    return (dicts->kinds >> node->type) & 1;
}

static Value dict_of(const NodeDicts *dicts, const Node *node)
{
    Value *slot = &dicts->cache->dicts[node->index];
    if (slot->kind == V_UNDEFINED) {
        *slot = node_as_dict(dicts->ctx, dicts->ctx->own, node);
        slot->u.dict->frozen = true; /* what it holds is the project's own and frozen already */
    }
    return *slot;
}

typedef enum ListWhat { KEYS, VALUES, ITEMS } ListWhat;

static Value list_nodes(Arena *arena, const NodeDicts *dicts, ListWhat what)
{
    const Manifest *manifest = dicts->ctx->manifest;
    Value list = value_list(arena);
    for (size_t i = 0; i < manifest->node_count; i++) {
        const Node *node = manifest->nodes[i];
        if (!holds(dicts, node)) continue;
        Value pair[2] = {value_str(node->unique_id), VALUE_NONE};
        if (what != KEYS) pair[1] = dict_of(dicts, node);
        list_push(list.u.list, what == KEYS ? pair[0] : what == VALUES ? pair[1] : value_tuple(arena, pair, 2));
    }
    return list;
}

static bool nodes_list(TplCall *call, ListWhat what, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    *result = list_nodes(call->arena, dicts_of(call->func->self.u.object), what);
    return true;
}
static bool nodes_keys(TplCall *call, Value *result)
{
    return nodes_list(call, KEYS, result);
}
static bool nodes_values(TplCall *call, Value *result)
{
    return nodes_list(call, VALUES, result);
}
static bool nodes_items(TplCall *call, Value *result)
{
    return nodes_list(call, ITEMS, result);
}

static bool nodes_item(TplCall *call, Object *self, Value key, Value *result)
{
    (void)call;
    const NodeDicts *dicts = dicts_of(self);
    const Node *node = key.kind == V_STR ? manifest_node(dicts->ctx->manifest, value_text(key)) : NULL;
    *result = node && holds(dicts, node) ? dict_of(dicts, node)
                                         : value_undefined(key.kind == V_STR ? value_text(key) : STR_EMPTY);
    return true;
}

static bool nodes_get(TplCall *call, Value *result)
{
    Value args[2];
    if (!tpl_args(call, "key, default=?", args)) return false;
    nodes_item(call, call->func->self.u.object, args[0], result);
    if (result->kind == V_UNDEFINED) *result = tpl_arg_given(args[1]) ? args[1] : VALUE_NONE;
    return true;
}

static bool nodes_attr(TplCall *call, Object *self, Str name, Value *result)
{
    static const NativeEntry methods[] = {
        {"values", nodes_values}, {"items", nodes_items}, {"keys", nodes_keys}, {"get", nodes_get}, {NULL, NULL}};
    if (find_method(call, methods, self, name, result)) return true;
    return nodes_item(call, self, value_str(name), result);
}

static bool nodes_iterate(TplCall *call, Object *self, Value *list)
{
    *list = list_nodes(call->arena, dicts_of(self), KEYS);
    return true;
}

static bool nodes_length(TplCall *call, Object *self, int64_t *length)
{
    (void)call;
    const NodeDicts *dicts = dicts_of(self);
    *length = 0;
    for (size_t i = 0; i < dicts->ctx->manifest->node_count; i++)
        *length += holds(dicts, dicts->ctx->manifest->nodes[i]);
    return true;
}

static bool nodes_contains(TplCall *call, Object *self, Value item, bool *yes)
{
    Value found;
    nodes_item(call, self, item, &found);
    *yes = found.kind != V_UNDEFINED;
    return true;
}

static bool nodes_truthy(const Object *self)
{
    const NodeDicts *dicts = dicts_of(self);
    for (size_t i = 0; i < dicts->ctx->manifest->node_count; i++)
        if (holds(dicts, dicts->ctx->manifest->nodes[i])) return true;
    return false;
}

static bool nodes_plain(TplCall *call, Object *self, Value *result)
{
    const NodeDicts *dicts = dicts_of(self);
    const Manifest *manifest = dicts->ctx->manifest;
    *result = value_dict(call->arena);
    for (size_t i = 0; i < manifest->node_count; i++)
        if (holds(dicts, manifest->nodes[i]))
            put(*result, manifest->nodes[i]->unique_id, dict_of(dicts, manifest->nodes[i]));
    return true;
}

static void nodes_str(const Object *self, Buf *out)
{
    int64_t count;
    union {
        const Object *in;
        Object *out;
    } u = {.in = self};
    nodes_length(NULL, u.out, &count);
    buf_addf(out, "<%lld nodes>", (long long)count);
}

static const ObjectClass nodes_class = {
    .name = "dict",
    .attr = nodes_attr,
    .item = nodes_item,
    .iterate = nodes_iterate,
    .length = nodes_length,
    .contains = nodes_contains,
    .truthy = nodes_truthy,
    .plain = nodes_plain,
    .str = nodes_str,
};

static Value nodes_value(Context *ctx, NodeCache *cache, unsigned kinds)
{
    NodeDicts *dicts = ARENA_NEW(ctx->own, NodeDicts);
    *dicts = (NodeDicts){{&nodes_class}, ctx, kinds, cache};
    return value_object(&dicts->head);
}

/* While the project is being read there are no nodes to show: an empty graph, as in dbt's first evaluation. */
static Value groups_value(Context *ctx)
{
    Value groups = value_dict(ctx->own);
    for (size_t i = 0; i < ctx->manifest->group_count; i++) {
        const Group *group = ctx->manifest->groups[i];
        Value dict = value_dict(ctx->own);
        put(dict, STR("name"), value_str(group->name));
        put(dict, STR("resource_type"), value_str(STR("group")));
        put(dict, STR("package_name"), value_str(group->package->name));
        put(dict, STR("path"), value_str(group->path));
        put(dict, STR("original_file_path"), value_str(group->original_file_path));
        put(dict, STR("unique_id"), value_str(group->unique_id));
        put(dict, STR("owner"), group->owner);
        put(dict, STR("description"), text_or_none(group->description));
        put(dict, STR("config"), group->config);
        put(groups, group->unique_id, dict);
    }
    return groups;
}

Value graph_value(Context *ctx)
{
    static const struct {
        const char *name;
        unsigned kinds;
    } parts[] = {
        {"exposures", 1u << RESOURCE_EXPOSURE},
        {"groups", 0},
        {"metrics", 1u << RESOURCE_METRIC},
        {"nodes", 1u << RESOURCE_MODEL | 1u << RESOURCE_SEED | 1u << RESOURCE_SNAPSHOT | 1u << RESOURCE_TEST |
                      1u << RESOURCE_ANALYSIS | 1u << RESOURCE_OPERATION},
        {"sources", 1u << RESOURCE_SOURCE},
        {"semantic_models", 1u << RESOURCE_SEMANTIC_MODEL},
        {"saved_queries", 1u << RESOURCE_SAVED_QUERY},
    };
    if (ctx->graph.kind != V_UNDEFINED) return ctx->graph;
    bool ready = context_executes(ctx);
    Value graph = value_dict(ctx->own);
    NodeCache *cache = ARENA_NEW(ctx->own, NodeCache);
    if (ready) cache->dicts = ARENA_ARRAY(ctx->own, Value, ctx->manifest->node_count + 1);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        put(graph, str_from(parts[i].name), ready ? nodes_value(ctx, cache, parts[i].kinds) : value_dict(ctx->own));
    if (!ready) return graph;
    put(graph, STR("groups"), groups_value(ctx));
    value_freeze(graph);
    ctx->graph = graph;
    return graph;
}
