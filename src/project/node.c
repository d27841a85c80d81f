/* What all kinds of nodes share: ids, fqns, configuration, names in the database. */
#include "base/file.h"
#include "project/config.h"
#include "project/loader.h"

Node *node_new(Arena *arena, ResourceType type, const Package *package, Str name, Str path, Str original_path)
{
    Node *node = ARENA_NEW(arena, Node);
    node->type = type;
    node->package = package;
    node->name = name;
    node->path = path;
    node->original_file_path = original_path;
    node->unique_id =
        str_fmt(arena, "%.*s.%.*s.%.*s", STR_ARG(resource_type_word(type)), STR_ARG(package->name), STR_ARG(name));
    node->raw_code = node->checksum = node->database = node->schema = node->relation_name = node->materialized =
        node->group = node->access = node->description = node->patch_path = STR_EMPTY;
    node->alias = name;
    node->deprecation_date = STR_EMPTY;
    node->language = STR("sql");
    node->enabled = true;
    node->config = node->unrendered_config = node->meta = node->docs = node->constraints = node->version =
        node->latest_version = node->extra = value_undefined(STR_EMPTY);
    return node;
}

/* dbt: the package, the folders of `path` (its last part, the file, is left out), then what the kind adds. */
Str node_path_below_first(Arena *arena, Str path)
{
    Str normal = path_normal(arena, path);
    size_t slash = str_find_char(normal, '/', 0);
    return slash == STR_NPOS ? normal : str_from_index(normal, slash + 1);
}

void node_set_fqn(Arena *arena, Node *node, Str path, const Str *more, size_t more_count)
{
    size_t parts = 1;
    for (size_t i = 0; i < path.len; i++) parts += path.ptr[i] == '/';
    node->fqn = ARENA_ARRAY(arena, Str, 1 + parts + more_count);
    node->fqn[node->fqn_count++] = node->package->name;
    Str rest = path, part;
    for (size_t i = 0; i + 1 < parts && str_split_next(&rest, '/', &part); i++) node->fqn[node->fqn_count++] = part;
    for (size_t i = 0; i < more_count; i++) node->fqn[node->fqn_count++] = more[i];
}

/* Configs are put together in the worker's scratch arena; what stays is kept once for all nodes that are configured alike.
 * Kinds whose readers go on changing theirs get a copy of their own. */
static Value keep(Worker *worker, const Node *node, Value dict, Value base)
{
    switch (node->type) {
    case RESOURCE_MODEL:
    case RESOURCE_SEED:
    case RESOURCE_SNAPSHOT:
    case RESOURCE_TEST:
    case RESOURCE_ANALYSIS: return value_pool_keep(&worker->configs, dict, base);
    default: return value_copy(worker->arena, dict);
    }
}

/* dbt: UnrenderedConfigGenerator. Every later level replaces whole keys. */
static Value unrendered_config(const Loader *loader, Worker *worker, Node *node, const Patch *patch,
                               const Captured *captured)
{
    const Manifest *m = loader->manifest;
    Arena *scratch = worker->scratch;
    Value config = value_dict(scratch), calls;
    config_apply_unrendered(scratch, config, node->package->unrendered_trees[node->type], node->fqn, node->fqn_count);
    if (str_eq(node->language, STR("python")))
        dict_set_str(config.u.dict, STR("materialized"), value_str(STR("table")));
    if (patch && patch->written.kind == V_DICT && patch->config.kind == V_DICT && patch->config.u.dict->live) {
        Value both = value_copy(scratch, patch->config);
        config_merge_deep(scratch, both, patch->written);
        config_replace(config, both);
    } else if (patch) {
        config_replace(config, patch->config);
    }
    size_t given = node->test && node->test->generic ? 1 : 0; /* the entry's config, which is no call */
    if (worker->keeps_written && captured && captured->config_count > given &&
        config_written(loader, worker, node, &calls)) {
        config_replace(config, calls);
    } else if (captured && captured->config_count) {
        calls = captured->configs[0];
        if (captured->config_count > 1) calls = value_copy(scratch, calls);
        for (size_t i = 1; i < captured->config_count; i++)
            config_merge_call(scratch, node->type, calls, captured->configs[i]);
        config_replace(config, calls);
    }
    if (node->package != m->root)
        config_apply_unrendered(scratch, config, m->root->unrendered_trees[node->type], node->fqn, node->fqn_count);
    return config;
}

/* dbt collects a node's tags twice, before it knows the YAML and after: those of YAML alone stand last. */
static void order_tags(Loader *loader, Worker *worker, Node *node, const Patch *patch, const Captured *captured)
{
    if (!patch || patch->config.kind != V_DICT || !dict_find_str(patch->config.u.dict, STR("tags"))) return;
    Arena *scratch = worker->scratch;
    Value config = value_dict(scratch);
    config_apply_own(scratch, config, node->package, node->type, node->fqn, node->fqn_count);
    for (size_t i = 0; captured && i < captured->config_count; i++)
        config_apply(scratch, node->type, config, captured->configs[i], false);
    config_apply_root(scratch, config, loader->manifest, node->package, node->type, node->fqn, node->fqn_count);
    const Str *first;
    size_t count, n = 0;
    if (!config_string_list(scratch, dict_get_str(config.u.dict, STR("tags")), &first, &count)) return;
    Str *tags = ARENA_ARRAY(worker->arena, Str, node->tag_count + 1);
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < node->tag_count; i++) {
            bool early = false;
            for (size_t k = 0; k < count && !early; k++) early = str_eq(first[k], node->tags[i]);
            if (early == (pass == 0)) tags[n++] = node->tags[i];
        }
    node->tags = tags;
}

static bool has_null(Value level)
{
    for (uint32_t i = 0; level.kind == V_DICT && i < level.u.dict->used; i++)
        if (level.u.dict->entries[i].key.kind != V_UNDEFINED && level.u.dict->entries[i].value.kind == V_NONE)
            return true;
    return false;
}

/* A null in YAML or in a file takes nothing back of what dbt_project.yml says: dbt lays the values that are none over those
 * that a node had before its file was read. A materialization that is none is refused, as in config_complete. */
static void ignore_nulls(const Loader *loader, Arena *scratch, const Node *node, const Patch *patch,
                         const Captured *captured, Value config)
{
    bool of_file = node_refable(node) || node->type == RESOURCE_TEST || node->type == RESOURCE_ANALYSIS;
    bool nulls = patch && has_null(patch->config);
    for (size_t i = 0; captured && i < captured->config_count; i++) nulls |= has_null(captured->configs[i]);
    if (!of_file || !nulls) return;
    Value trees = value_dict(scratch);
    config_apply_own(scratch, trees, node->package, node->type, node->fqn, node->fqn_count);
    config_apply_root(scratch, trees, loader->manifest, node->package, node->type, node->fqn, node->fqn_count);
    for (uint32_t i = 0; i < trees.u.dict->used; i++) {
        const DictEntry *entry = &trees.u.dict->entries[i];
        /* config(materialized=table), without quotes, is refused; keys of the project's own are no fields of dbt's class: their
         * nulls stay. */
        if (entry->key.kind != V_STR || str_eq(value_text(entry->key), STR("materialized"))) continue;
        if (dict_find_str(loader->defaults[node->type].u.dict, value_text(entry->key)) &&
            dict_get_str(config.u.dict, value_text(entry->key)).kind == V_NONE)
            dict_set(config.u.dict, entry->key, entry->value);
    }
}

/* All levels, one over the other, in the scratch arena. */
static Value merged_config(const Loader *loader, Worker *worker, const Node *node, const Patch *patch,
                           const Captured *captured)
{
    Arena *scratch = worker->scratch;
    enum { USUAL_KEYS = 3 }; /* that no default has: partition_by, indexes, ... */
    Value config = value_dict_clone(scratch, loader->defaults[node->type], USUAL_KEYS);
    config_apply_own(scratch, config, node->package, node->type, node->fqn, node->fqn_count);
    /* dbt: a Python model is a table whatever dbt_project.yml says, unless its YAML or itself says otherwise. */
    if (str_eq(node->language, STR("python")))
        dict_set_str(config.u.dict, STR("materialized"), value_str(STR("table")));
    if (patch) config_apply(scratch, node->type, config, patch->config, false);
    for (size_t i = 0; captured && i < captured->config_count; i++)
        config_apply(scratch, node->type, config, captured->configs[i], false);
    config_apply_root(scratch, config, loader->manifest, node->package, node->type, node->fqn, node->fqn_count);
    ignore_nulls(loader, scratch, node, patch, captured, config);
    config_complete(scratch, node->type, config, loader->defaults[node->type]);
    return config;
}

static Span patch_place(const Node *node, const Patch *patch)
{
    bool says = patch && patch->config.kind == V_DICT && patch->config.u.dict->live && patch->name_span.source;
    return says ? patch->name_span : node->span;
}

bool node_configure_draft(Loader *loader, Worker *worker, Node *node, const Patch *patch, const Captured *captured)
{
    node->config = merged_config(loader, worker, node, patch, captured);
    return config_finish(worker->scratch, node, patch_place(node, patch), &worker->sink);
}

void node_keep_draft(Worker *worker, Node *node, const Loader *loader)
{
    node->config = keep(worker, node, node->config, loader->defaults[node->type]);
    node->meta = node->docs = value_undefined(STR_EMPTY);
    node->group = node->access = node->materialized = STR_EMPTY;
    node->tags = NULL;
    node->tag_count = 0;
}

bool node_configure(Loader *loader, Worker *worker, Node *node, const Patch *patch, const Captured *captured)
{
    Value config = merged_config(loader, worker, node, patch, captured);
    node->config = keep(worker, node, config, loader->defaults[node->type]);
    Span span = patch_place(node, patch);
    for (size_t i = 0; captured && i < captured->config_count; i++) {
        Value level = captured->configs[i];
        span = captured->config_spans[i];
        for (uint32_t k = 0; node->package->is_root && level.kind == V_DICT && k < level.u.dict->used; k++)
            if (level.u.dict->entries[k].key.kind == V_STR)
                config_check_key(value_text(level.u.dict->entries[k].key), span, &worker->sink);
    }
    Value unrendered = unrendered_config(loader, worker, node, patch, captured);
    node->unrendered_config = keep(worker, node, unrendered, value_undefined(STR_EMPTY));
    if (!config_finish(worker->arena, node, span, &worker->sink)) return false;
    if (node->type != RESOURCE_SOURCE) order_tags(loader, worker, node, patch, captured);
    return true;
}

/* What the node's config asks a generate_*_name macro for. */
static Value custom_name(const Node *node, const char *key)
{
    Value v = node_config(node, str_from(key));
    return v.kind == V_STR && !(v.flags & VALUE_RESTORED) ? v : VALUE_NONE;
}

/* Most names are there already: the node's own, the target's, those of the node before. */
static Str kept_name(Worker *worker, Str before, Str fallback, Str *last, Str name)
{
    if (str_eq(name, before)) return before;
    if (str_eq(name, fallback)) return fallback;
    if (!str_eq(name, *last)) *last = str_dup(worker->arena, name);
    return *last;
}

/* A test that keeps what it finds has a relation, as in dbt. */
static bool stores_failures(const Loader *loader, const Node *node)
{
    if (node->type != RESOURCE_TEST) return false;
    Value wanted = node_config(node, STR("store_failures"));
    if (wanted.kind == V_BOOL) return wanted.u.boolean;
    return loader->run.flags.kind == V_DICT &&
           value_truthy(dict_get_str(loader->run.flags.u.dict, STR("STORE_FAILURES")));
}

bool node_name_relation(Loader *loader, Worker *worker, Node *node)
{
    const Manifest *m = loader->manifest;
    struct {
        const char *macro, *key;
        Str *into;
        Str fallback;
    } names[] = {
        {"generate_database_name", "database", &node->database, m->target.database},
        {"generate_schema_name", "schema", &node->schema, m->target.schema},
        {"generate_alias_name", "alias", &node->alias, node->name},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        Str name = STR_EMPTY;
        if (!context_custom_name(worker->parse, str_from(names[i].macro), node, custom_name(node, names[i].key), &name))
            return false;
        *names[i].into = name.len ? kept_name(worker, *names[i].into, names[i].fallback, &worker->last_names[i], name)
                                  : names[i].fallback;
    }
    if (node->type == RESOURCE_SNAPSHOT) { /* older projects name these two; they go before the macros */
        Value database = node_config(node, STR("target_database")), schema = node_config(node, STR("target_schema"));
        if (database.kind == V_STR && database.len) node->database = value_text(database);
        if (schema.kind == V_STR && schema.len) node->schema = value_text(schema);
    }
    if (node_has_relation(node) || stores_failures(loader, node))
        node->relation_name =
            relation_name(worker->arena, m->dialect, m->target.database, node->database, node->schema, node->alias);
    return true;
}

void node_apply_patch(Worker *worker, Node *node, Patch *patch)
{
    patch->used = true;
    patch->target = node;
    node->description = patch->description;
    node->description_span = patch->description_span;
    node->doc_blocks = patch->doc_blocks;
    node->columns = patch->columns;
    node->column_count = patch->column_count;
    node->constraints = patch->constraints;
    node->patch_span = patch->name_span;
    node->version = patch->version;
    node->latest_version = patch->latest_version;
    node->deprecation_date = patch->deprecation_date;
    if (patch->time_spine.kind == V_DICT) node_rare(worker->arena, node)->time_spine = patch->time_spine;
    if (patch->file_name.len) { /* a version is known by its model's name, and its id and fqn end with v<version> */
        Arena *arena = worker->arena;
        Str v = str_fmt(arena, "v%.*s", STR_ARG(value_to_str(arena, patch->version)));
        node->name = patch->name;
        node->unique_id = str_fmt(arena, "%.*s.%.*s.%.*s.%.*s", STR_ARG(resource_type_word(node->type)),
                                  STR_ARG(node->package->name), STR_ARG(node->name), STR_ARG(v));
        node->fqn = arena_grow(arena, node->fqn, node->fqn_count * sizeof *node->fqn,
                               (node->fqn_count + 1) * sizeof *node->fqn);
        node->fqn[node->fqn_count - 1] = node->name;
        node->fqn[node->fqn_count++] = v;
    }
    node->patch_path =
        str_fmt(worker->arena, "%.*s://%.*s", STR_ARG(patch->file->package->name), STR_ARG(patch->file->path));
}

static const NameCall *kept_calls(Arena *arena, const NameCall *calls, size_t count)
{
    NameCall *kept = ARENA_ARRAY(arena, NameCall, count + 1);
    for (size_t i = 0; i < count; i++) {
        kept[i] = calls[i];
        kept[i].name = str_dup(arena, calls[i].name);
        if (calls[i].package.len) kept[i].package = str_dup(arena, calls[i].package);
    }
    return kept;
}

void node_take_captured(Arena *arena, Node *node, const Captured *captured)
{
    node->refs = arena_copy(arena, captured->refs, captured->ref_count * sizeof *captured->refs);
    node->ref_count = captured->ref_count;
    for (size_t i = 0; i < node->ref_count; i++) {
        RefCall *ref = &node->refs[i];
        ref->name = str_dup(arena, ref->name);
        if (ref->package.len) ref->package = str_dup(arena, ref->package);
        ref->version = value_copy(arena, ref->version);
    }
    node->source_calls = arena_copy(arena, captured->sources, captured->source_count * sizeof *captured->sources);
    node->source_call_count = captured->source_count;
    for (size_t i = 0; i < node->source_call_count; i++) {
        node->source_calls[i].source = str_dup(arena, node->source_calls[i].source);
        node->source_calls[i].table = str_dup(arena, node->source_calls[i].table);
    }
    /* The ids are the macros' own. */
    node->depends_on_macros = arena_copy(arena, captured->macros, captured->macro_count * sizeof *captured->macros);
    node->depends_on_macro_count = captured->macro_count;
    if (captured->metric_count || captured->function_count) {
        NodeRare *rare = node_rare(arena, node);
        rare->metrics = kept_calls(arena, captured->metrics, captured->metric_count);
        rare->metric_count = captured->metric_count;
        rare->functions = kept_calls(arena, captured->functions, captured->function_count);
        rare->function_count = captured->function_count;
    }
}

bool node_has_unit(const Node *node)
{
    return node->unit || node->templated || str_eq(node->language, STR("python"));
}

const TplUnit *node_unit(Arena *arena, const Manifest *manifest, const Node *node)
{
    if (node->unit || !node->templated) return node->unit;
    Span region = {node->source, node->span.start, node->span.start + (uint32_t)node->raw_code.len};
    TplOptions options = loader_tpl_options(node->package);
    DiagSink sink; /* whatever there was to say about it was said when the project was read */
    diag_sink_init(&sink);
    const TplUnit *unit = tpl_parse(arena, manifest->sources, region, &options, &sink);
    diag_sink_release(&sink);
    return unit;
}
