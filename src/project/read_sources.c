/* Sources and exposures: nodes that only YAML defines. */
#include "base/vec.h"
#include "project/config.h"
#include "project/read_schema.h"

#define KEYS(name) name, sizeof name / sizeof *name

static const Str source_keys[] = {
    STR_INIT("name"),
    STR_INIT("description"),
    STR_INIT("database"),
    STR_INIT("schema"),
    STR_INIT("tables"),
    STR_INIT("loader"),
    STR_INIT("quoting"),
    STR_INIT("freshness"),
    STR_INIT("loaded_at_field"),
    STR_INIT("loaded_at_query"),
    STR_INIT("meta"),
    STR_INIT("tags"),
    STR_INIT("config"),
    STR_INIT("overrides"),
    STR_INIT("catalog"),
};

static const Str table_keys[] = {
    STR_INIT("name"),       STR_INIT("description"),     STR_INIT("columns"),         STR_INIT("tests"),
    STR_INIT("data_tests"), STR_INIT("identifier"),      STR_INIT("loader"),          STR_INIT("quoting"),
    STR_INIT("freshness"),  STR_INIT("loaded_at_field"), STR_INIT("loaded_at_query"), STR_INIT("meta"),
    STR_INIT("tags"),       STR_INIT("config"),          STR_INIT("external"),
};

static const Str exposure_keys[] = {
    STR_INIT("name"),        STR_INIT("type"),     STR_INIT("owner"),  STR_INIT("depends_on"),
    STR_INIT("description"), STR_INIT("maturity"), STR_INIT("url"),    STR_INIT("label"),
    STR_INIT("tags"),        STR_INIT("meta"),     STR_INIT("config"), STR_INIT("enabled"),
};

/* dbt: freshness of a table is merged with that of its source key by key; null switches it off. */
static void read_time(Value freshness, const char *key, FreshnessTime *time)
{
    Value v = dict_get_str(freshness.u.dict, str_from(key));
    if (v.kind != V_DICT) return;
    Value count = dict_get_str(v.u.dict, STR("count")), period = dict_get_str(v.u.dict, STR("period"));
    if (count.kind == V_INT) time->count = count.u.integer;
    if (period.kind == V_STR) time->period = value_text(period);
}

static void read_freshness(SourceInfo *info, Value freshness)
{
    if (freshness.kind == V_NONE) {
        info->has_freshness = false;
        return;
    }
    if (freshness.kind != V_DICT) return;
    read_time(freshness, "warn_after", &info->warn_after);
    read_time(freshness, "error_after", &info->error_after);
    Value filter = dict_get_str(freshness.u.dict, STR("filter"));
    if (filter.kind == V_STR) info->freshness_filter = value_text(filter);
    info->has_freshness = info->warn_after.count >= 0 || info->error_after.count >= 0;
}

static void freshness_of(Worker *worker, ProjectFile *file, SourceInfo *info, const YamlNode *map)
{
    const YamlNode *nodes[] = {yaml_get(map, STR("freshness")),
                               yaml_get(yaml_get(map, STR("config")), STR("freshness"))};
    for (size_t i = 0; i < 2; i++) {
        Value v;
        if (nodes[i] && yaml_to_value(worker->arena, worker->yaml, file->package->family, nodes[i], NULL, &v))
            read_freshness(info, v);
    }
}

static void loaded_at(Worker *worker, ProjectFile *file, SourceInfo *info, const YamlNode *map)
{
    const YamlNode *config = yaml_get(map, STR("config"));
    schema_str(worker, file, map, "loaded_at_field", &info->loaded_at_field);
    schema_str(worker, file, config, "loaded_at_field", &info->loaded_at_field);
    schema_str(worker, file, map, "loaded_at_query", &info->loaded_at_query);
    schema_str(worker, file, config, "loaded_at_query", &info->loaded_at_query);
    schema_str(worker, file, map, "loader", &info->loader);
}

static Value merged(Arena *arena, Value a, Value b)
{
    Value out = value_dict(arena);
    const Value both[] = {a, b};
    for (size_t k = 0; k < 2; k++)
        for (uint32_t i = 0; both[k].kind == V_DICT && i < both[k].u.dict->used; i++)
            if (both[k].u.dict->entries[i].key.kind != V_UNDEFINED)
                dict_set(out.u.dict, both[k].u.dict->entries[i].key, both[k].u.dict->entries[i].value);
    return out;
}

typedef struct SourceHead {
    Str name, database, schema;
    SourceInfo info;
    Value config, quoting, meta;
} SourceHead;

static void read_table(Loader *loader, Worker *worker, ProjectFile *file, SchemaFile *schema, const SourceHead *head,
                       const YamlNode *entry)
{
    Arena *arena = worker->arena;
    const Manifest *m = loader->manifest;
    Str name;
    Span span;
    if (!schema_name(worker, entry, "a source's table", &name, &span)) return;
    yaml_check_keys(entry, KEYS(table_keys), "a source's table", &worker->sink);

    Node *node = node_new(arena, RESOURCE_SOURCE, file->package, name, file->path, file->path);
    node->unique_id =
        str_fmt(arena, "source.%.*s.%.*s.%.*s", STR_ARG(file->package->name), STR_ARG(head->name), STR_ARG(name));
    node->span = span;
    const Str more[] = {head->name, name};
    node_set_fqn(arena, node, file->relative, more, 2);

    SourceInfo *info = ARENA_NEW(arena, SourceInfo);
    *info = head->info;
    node->source_info = info;
    info->identifier = name;
    schema_str(worker, file, entry, "identifier", &info->identifier);
    freshness_of(worker, file, info, entry);
    loaded_at(worker, file, info, entry);
    Value quoting, external;
    schema_value(worker, file, entry, "quoting", &quoting);
    schema_value(worker, file, entry, "external", &external);
    info->quoting = merged(arena, head->quoting, quoting);
    info->external = external;

    node->database = head->database;
    node->schema = head->schema;
    node->alias = info->identifier;

    Patch *patch = ARENA_NEW(arena, Patch);
    patch->kind = STR("sources");
    patch->name = name;
    patch->file = file;
    patch->node = entry;
    patch->name_span = span;
    patch->target = node;
    patch->used = true;
    schema_columns(worker, file, patch, entry, true);
    node->columns = patch->columns;
    node->column_count = patch->column_count;
    const YamlNode *description = yaml_get(entry, STR("description"));
    node->description_span = description ? description->span : SPAN_NONE;
    yaml_description(worker, file->package, description, &node->description);

    node->config = config_defaults(arena, RESOURCE_SOURCE);
    config_apply_own(arena, node->config, node->package, RESOURCE_SOURCE, node->fqn, node->fqn_count);
    config_apply(arena, node->config, head->config, false);
    config_apply(arena, node->config, schema_config(worker, file, entry), false);
    config_apply_root(arena, node->config, m, node->package, RESOURCE_SOURCE, node->fqn, node->fqn_count);
    if (!config_finish(arena, node, span, &worker->sink)) node->broken = true;

    RelationName relation = relation_parts(node->database, node->schema, info->identifier);
    node->relation_name = relation_render(arena, m->dialect, m->target.database, &relation);
    vec_push(arena, &schema->nodes, node);
    if (patch->test_count) vec_push(arena, &schema->source_patches, patch);
}

void source_read(Loader *loader, Worker *worker, ProjectFile *file, SchemaFile *schema, const YamlNode *entry)
{
    SourceHead head = {.database = loader->manifest->target.database};
    Span span;
    if (!schema_name(worker, entry, "a source", &head.name, &span)) return;
    yaml_check_keys(entry, KEYS(source_keys), "a source", &worker->sink);
    head.schema = head.name;
    schema_str(worker, file, entry, "schema", &head.schema);
    schema_str(worker, file, entry, "database", &head.database);
    head.info = (SourceInfo){.source_name = head.name,
                             .source_description = STR_EMPTY,
                             .loader = STR_EMPTY,
                             .identifier = STR_EMPTY,
                             .loaded_at_field = STR_EMPTY,
                             .loaded_at_query = STR_EMPTY,
                             .warn_after = {-1, STR_EMPTY},
                             .error_after = {-1, STR_EMPTY},
                             .freshness_filter = STR_EMPTY};
    yaml_description(worker, file->package, yaml_get(entry, STR("description")), &head.info.source_description);
    freshness_of(worker, file, &head.info, entry);
    loaded_at(worker, file, &head.info, entry);
    schema_value(worker, file, entry, "quoting", &head.quoting);
    schema_value(worker, file, entry, "meta", &head.info.source_meta);
    head.config = schema_config(worker, file, entry);
    const YamlNode *overrides = yaml_get(entry, STR("overrides"));
    if (!yaml_absent(overrides)) {
        diag_add(&worker->sink, DIAG_unsupported, overrides->span,
                 "overriding a package's source is not supported yet");
        diag_hint(&worker->sink, "disable the package's source in dbt_project.yml and declare your own");
    }
    const YamlNode *tables = NULL;
    if (!yaml_get_list(entry, "tables", &worker->sink, &tables) || !tables) return;
    for (size_t i = 0; i < tables->u.seq.count; i++)
        read_table(loader, worker, file, schema, &head, tables->u.seq.items[i]);
}

/* ---- exposures ---- */

/* "ref('a')" and "source('s', 't')" are expressions without delimiters: they are evaluated like a model's. */
static void read_dependencies(Loader *loader, Worker *worker, ProjectFile *file, Node *node, const YamlNode *list)
{
    Captured captured = {0};
    for (size_t i = 0; i < list->u.seq.count; i++) {
        const YamlNode *item = list->u.seq.items[i];
        Str text = STR_EMPTY;
        if (!yaml_to_str(item, "a dependency of an exposure", &worker->sink, &text)) continue;
        Str expression = str_fmt(worker->arena, "{{ %.*s }}", STR_ARG(text));
        SourceId source = source_add(loader->manifest->sources, file->path, expression);
        TplOptions options = {.family = TPL_CURLY};
        size_t refs = captured.ref_count, sources = captured.source_count;
        TplUnit *unit = tpl_parse(worker->arena, loader->manifest->sources, (Span){source, 0, (uint32_t)expression.len},
                                  &options, &worker->sink);
        if (!unit) continue;
        context_set_node(worker->parse, node, node->package);
        context_set_capture(worker->parse, &captured, worker->arena);
        Value ignored;
        context_render(worker->parse, unit, &ignored);
        context_set_capture(worker->parse, NULL, NULL);
        for (size_t r = refs; r < captured.ref_count; r++) captured.refs[r].span = item->span;
        for (size_t s = sources; s < captured.source_count; s++) captured.sources[s].span = item->span;
        if (refs == captured.ref_count && sources == captured.source_count) {
            diag_add(&worker->sink, DIAG_yaml_type, item->span,
                     "'%.*s' is no dependency: it must be ref(...) or source(...)", STR_ARG(text));
            diag_hint(&worker->sink, "write e.g. ref('orders')");
        }
    }
    node_take_captured(worker->arena, node, &captured);
}

void exposure_read(Loader *loader, Worker *worker, ProjectFile *file, SchemaFile *schema, const YamlNode *entry)
{
    Arena *arena = worker->arena;
    Str name;
    Span span;
    if (!schema_name(worker, entry, "an exposure", &name, &span)) return;
    yaml_check_keys(entry, KEYS(exposure_keys), "an exposure", &worker->sink);
    Node *node = node_new(arena, RESOURCE_EXPOSURE, file->package, name, file->relative, file->path);
    node->span = span;
    node_set_fqn(arena, node, file->relative, &name, 1);
    ExposureInfo *info = ARENA_NEW(arena, ExposureInfo);
    *info = (ExposureInfo){STR_EMPTY, STR_EMPTY, STR_EMPTY, STR_EMPTY, STR_EMPTY, STR_EMPTY, {0}};
    node->exposure = info;
    schema_str(worker, file, entry, "type", &info->exposure_type);
    schema_str(worker, file, entry, "maturity", &info->maturity);
    schema_str(worker, file, entry, "label", &info->label);
    schema_str(worker, file, entry, "url", &info->url);
    schema_value(worker, file, entry, "owner", &info->owner);
    static const char *const types[] = {"dashboard", "notebook", "analysis", "ml", "application"};
    bool known = false;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) known |= str_eq(info->exposure_type, str_from(types[i]));
    if (!known) {
        const YamlNode *type = yaml_get(entry, STR("type"));
        diag_add(&worker->sink, type ? DIAG_yaml_type : DIAG_yaml_missing_key, type ? type->span : span,
                 "the 'type' of an exposure must be dashboard, notebook, analysis, ml or application");
    }
    if (info->owner.kind == V_DICT) {
        Value owner = dict_get_str(info->owner.u.dict, STR("name")),
              email = dict_get_str(info->owner.u.dict, STR("email"));
        if (owner.kind == V_STR) info->owner_name = value_text(owner);
        if (email.kind == V_STR) info->owner_email = value_text(email);
    } else {
        diag_add(&worker->sink, DIAG_yaml_missing_key, span,
                 "the exposure '%.*s' needs an 'owner' with a name or email", STR_ARG(name));
    }
    const YamlNode *description = yaml_get(entry, STR("description"));
    node->description_span = description ? description->span : SPAN_NONE;
    yaml_description(worker, file->package, description, &node->description);
    node->config = config_defaults(arena, RESOURCE_EXPOSURE);
    config_apply_own(arena, node->config, node->package, RESOURCE_EXPOSURE, node->fqn, node->fqn_count);
    config_apply(arena, node->config, schema_config(worker, file, entry), false);
    if (!config_finish(arena, node, span, &worker->sink)) node->broken = true;
    const YamlNode *list = NULL;
    if (yaml_get_list(entry, "depends_on", &worker->sink, &list) && list)
        read_dependencies(loader, worker, file, node, list);
    context_set_node(worker->yaml, NULL, file->package);
    vec_push(arena, &schema->nodes, node);
}
