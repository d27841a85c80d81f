/* What all kinds of nodes share: ids, fqns, configuration, names in the database. */
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
    node->language = STR("sql");
    node->enabled = true;
    node->config = node->unrendered_config = node->meta = node->docs = node->constraints = node->version =
        node->latest_version = node->extra = value_undefined(STR_EMPTY);
    return node;
}

/* dbt: the package, the folders of `path` (its last part, the file, is left out), then what the kind adds. */
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

bool node_configure(Loader *loader, Worker *worker, Node *node, const Patch *patch, const Captured *captured)
{
    Arena *arena = worker->arena;
    node->config = config_defaults(arena, node->type);
    config_apply_own(arena, node->config, node->package, node->type, node->fqn, node->fqn_count);
    if (patch) config_apply(arena, node->config, patch->config, false);
    Span span = node->span;
    for (size_t i = 0; captured && i < captured->config_count; i++) {
        Value level = value_copy(arena, captured->configs[i]);
        config_apply(arena, node->config, level, false);
        span = captured->config_spans[i];
    }
    config_apply_root(arena, node->config, loader->manifest, node->package, node->type, node->fqn, node->fqn_count);
    return config_finish(arena, node, span, &worker->sink);
}

/* What the node's config asks a generate_*_name macro for. */
static Value custom_name(const Node *node, const char *key)
{
    Value v = node_config(node, str_from(key));
    return v.kind == V_STR ? v : VALUE_NONE;
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
        *names[i].into = name.len ? str_dup(worker->arena, name) : names[i].fallback;
    }
    if (node->type == RESOURCE_SNAPSHOT) { /* older projects name these two; they go before the macros */
        Value database = node_config(node, STR("target_database")), schema = node_config(node, STR("target_schema"));
        if (database.kind == V_STR && database.len) node->database = value_text(database);
        if (schema.kind == V_STR && schema.len) node->schema = value_text(schema);
    }
    if (node_has_relation(node))
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
    node->columns = patch->columns;
    node->column_count = patch->column_count;
    node->constraints = patch->constraints;
    node->patch_span = patch->name_span;
    node->patch_path =
        str_fmt(worker->arena, "%.*s://%.*s", STR_ARG(patch->file->package->name), STR_ARG(patch->file->path));
}

void node_take_captured(Arena *arena, Node *node, const Captured *captured)
{
    node->refs = arena_copy(arena, captured->refs, captured->ref_count * sizeof *captured->refs);
    node->ref_count = captured->ref_count;
    node->source_calls = arena_copy(arena, captured->sources, captured->source_count * sizeof *captured->sources);
    node->source_call_count = captured->source_count;
    node->depends_on_macros = arena_copy(arena, captured->macros, captured->macro_count * sizeof *captured->macros);
    node->depends_on_macro_count = captured->macro_count;
}
