/* Sources and exposures: nodes that only YAML defines. */
#include "base/vec.h"
#include "project/config.h"
#include "project/read_schema.h"

#include <stdlib.h>

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

/* ---- freshness, loaded_at, tags and meta: beside and below `config`, of the source and of the table ----
 * dbt: SourcePatcher._generate_source_config. */

static void read_time(Value freshness, const char *key, FreshnessTime *time)
{
    Value v = dict_get_str(freshness.u.dict, str_from(key));
    if (v.kind != V_DICT) return;
    Value count = dict_get_str(v.u.dict, STR("count")), period = dict_get_str(v.u.dict, STR("period"));
    if (count.kind == V_INT) time->count = count.u.integer;
    if (period.kind == V_STR) time->period = value_text(period);
}

static bool times_given(const SourceInfo *info)
{
    return (info->warn_after.count >= 0 && info->warn_after.period.len) ||
           (info->error_after.count >= 0 && info->error_after.period.len);
}

/* Key by key over what is known already; null switches it off, until something is said again. */
static void add_freshness(SourceInfo *info, Value freshness)
{
    if (freshness.kind == V_NONE) {
        info->freshness_off = true;
        info->warn_after = info->error_after = (FreshnessTime){-1, STR_EMPTY};
        info->freshness_filter = STR_EMPTY;
    }
    if (freshness.kind != V_DICT) return;
    read_time(freshness, "warn_after", &info->warn_after);
    read_time(freshness, "error_after", &info->error_after);
    Value filter = dict_get_str(freshness.u.dict, STR("filter"));
    if (filter.kind == V_STR) info->freshness_filter = value_text(filter);
    if (times_given(info)) info->freshness_off = false;
}

static void put_time(Arena *arena, Value freshness, const char *key, FreshnessTime time)
{
    Value v = value_dict(arena);
    dict_set_str(v.u.dict, STR("count"), time.count >= 0 ? value_int(time.count) : VALUE_NONE);
    dict_set_str(v.u.dict, STR("period"), time.period.len ? value_str(time.period) : VALUE_NONE);
    dict_set_str(freshness.u.dict, str_from(key), v);
}

static Value freshness_dict(Arena *arena, const SourceInfo *info)
{
    Value v = value_dict(arena);
    put_time(arena, v, "warn_after", info->warn_after);
    put_time(arena, v, "error_after", info->error_after);
    dict_set_str(v.u.dict, STR("filter"), info->freshness_filter.len ? value_str(info->freshness_filter) : VALUE_NONE);
    return v;
}

static void freshness_of(Worker *worker, ProjectFile *file, SourceInfo *info, const YamlNode *map)
{
    const YamlNode *nodes[] = {yaml_get(map, STR("freshness")),
                               yaml_get(yaml_get(map, STR("config")), STR("freshness"))};
    for (size_t i = 0; i < 2; i++) {
        Value v;
        if (nodes[i] && yaml_to_value(worker->arena, worker->yaml, file->package->family, nodes[i], NULL, &v))
            add_freshness(info, v);
    }
}

/* A table that gives one of the two does not take the other from its source. */
static void loaded_at(Worker *worker, ProjectFile *file, SourceInfo *info, const YamlNode *map)
{
    const YamlNode *config = yaml_get(map, STR("config"));
    if (yaml_get(map, STR("loaded_at_field")) || yaml_get(config, STR("loaded_at_field")))
        info->loaded_at_field = info->loaded_at_query = STR_EMPTY;
    schema_str(worker, file, config, "loaded_at_field", &info->loaded_at_field);
    schema_str(worker, file, map, "loaded_at_field", &info->loaded_at_field);
    schema_str(worker, file, config, "loaded_at_query", &info->loaded_at_query);
    schema_str(worker, file, map, "loaded_at_query", &info->loaded_at_query);
    schema_str(worker, file, map, "loader", &info->loader);
}

static int by_text(const void *a, const void *b)
{
    const Value *x = a, *y = b;
    return str_cmp(value_text(*x), value_text(*y));
}

/* All strings of both, each once, sorted. */
static Value sorted_tags(Arena *arena, Value a, Value b)
{
    Value lists[] = {a, b}, set = value_dict(arena), out = value_list(arena);
    for (size_t l = 0; l < 2; l++) {
        if (lists[l].kind == V_STR) dict_set(set.u.dict, lists[l], VALUE_TRUE);
        for (uint32_t i = 0; lists[l].kind == V_LIST && i < lists[l].u.list->n; i++)
            if (lists[l].u.list->at[i].kind == V_STR) dict_set(set.u.dict, lists[l].u.list->at[i], VALUE_TRUE);
    }
    for (uint32_t i = 0; i < set.u.dict->used; i++)
        if (set.u.dict->entries[i].key.kind == V_STR) list_push(out.u.list, set.u.dict->entries[i].key);
    if (out.u.list->n > 1) qsort(out.u.list->at, out.u.list->n, sizeof *out.u.list->at, by_text);
    return out;
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

/* The dict below `config`, and what `tags` and `meta` come to with those beside it. */
typedef struct SourceConfig {
    Value config, tags, meta;
    Value own_tags; /* those beside `config` alone: tests take them over */
} SourceConfig;

static SourceConfig read_config(Worker *worker, const ProjectFile *file, const YamlNode *map)
{
    SourceConfig c = {.config = schema_config_only(worker, file, map)};
    Value meta;
    schema_value(worker, file, map, "tags", &c.own_tags);
    schema_value(worker, file, map, "meta", &meta);
    c.tags = sorted_tags(worker->arena, c.own_tags, dict_get_str(c.config.u.dict, STR("tags")));
    c.meta = merged(worker->arena, meta, dict_get_str(c.config.u.dict, STR("meta")));
    return c;
}

typedef struct SourceHead {
    Str name, database, schema;
    SourceInfo info;
    SourceConfig config;
    Value quoting;
} SourceHead;

/* Everything that YAML says, as the one level that it is between the project's and the root project's. */
static Value yaml_level(Arena *arena, const SourceHead *head, const SourceConfig *table, const SourceInfo *info)
{
    Value level = value_dict(arena);
    Dict *dict = level.u.dict;
    config_replace(level, head->config.config);
    config_replace(level, table->config);
    if (info->freshness_off)
        dict_set_str(dict, STR("freshness"), VALUE_NONE);
    else if (times_given(info))
        dict_set_str(dict, STR("freshness"), freshness_dict(arena, info));
    else
        dict_remove(dict, value_str(STR("freshness")), NULL);
    dict_set_str(dict, STR("loaded_at_field"),
                 info->loaded_at_field.len ? value_str(info->loaded_at_field) : VALUE_NONE);
    dict_set_str(dict, STR("loaded_at_query"),
                 info->loaded_at_query.len ? value_str(info->loaded_at_query) : VALUE_NONE);
    dict_set_str(dict, STR("meta"), merged(arena, head->config.meta, table->meta));
    dict_set_str(dict, STR("tags"), sorted_tags(arena, head->config.tags, table->tags));
    return level;
}

/* What the finished config says goes back to where the rest of the program looks for it. */
static void take_config(Arena *arena, Node *node)
{
    SourceInfo *info = node->source_info;
    Value freshness = node_config(node, STR("freshness"));
    info->warn_after = info->error_after = (FreshnessTime){-1, STR_EMPTY};
    info->freshness_filter = STR_EMPTY;
    info->freshness_off = false;
    add_freshness(info, freshness);
    info->has_freshness = times_given(info);
    if (!info->freshness_off) dict_set_str(node->config.u.dict, STR("freshness"), freshness_dict(arena, info));
    Value field = node_config(node, STR("loaded_at_field")), query = node_config(node, STR("loaded_at_query"));
    info->loaded_at_field = field.kind == V_STR ? value_text(field) : STR_EMPTY;
    info->loaded_at_query = query.kind == V_STR ? value_text(query) : STR_EMPTY;
}

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
    patch->name_span = span;
    patch->target = node;
    patch->used = true;
    schema_columns(worker, file, patch, entry, true);
    node->columns = patch->columns;
    node->column_count = patch->column_count;
    const YamlNode *description = yaml_get(entry, STR("description"));
    node->description_span = description ? description->span : SPAN_NONE;
    yaml_description(worker, file->package, description, &node->description, &node->doc_blocks);

    SourceConfig config = read_config(worker, file, entry);
    info->own_tags = sorted_tags(arena, head->config.own_tags, config.own_tags);
    Patch level = {.config = yaml_level(arena, head, &config, info)};
    if (!node_configure(loader, worker, node, &level, NULL)) node->broken = true;
    /* Tags of YAML replace those of the project here, even if there are none (dbt: SourceConfig has no merge rule). */
    if (node->package == m->root) {
        dict_set_str(node->config.u.dict, STR("tags"), dict_get_str(level.config.u.dict, STR("tags")));
        if (!config_finish(arena, node, span, &worker->sink)) node->broken = true;
    }
    take_config(arena, node);

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
    head.info.unrendered_database = head.info.unrendered_schema = STR_EMPTY;
    const YamlNode *database = yaml_get(entry, STR("database")), *written = yaml_get(entry, STR("schema"));
    if (!yaml_absent(database)) head.info.unrendered_database = database->text;
    if (!yaml_absent(written)) head.info.unrendered_schema = written->text;
    yaml_description(worker, file->package, yaml_get(entry, STR("description")), &head.info.source_description, NULL);
    freshness_of(worker, file, &head.info, entry);
    loaded_at(worker, file, &head.info, entry);
    schema_value(worker, file, entry, "quoting", &head.quoting);
    head.config = read_config(worker, file, entry);
    head.info.source_meta = head.config.meta;
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

/* What went wrong in a text that was made here is shown where the person wrote it. */
static void place_at(DiagSink *sink, size_t from, Span span)
{
    for (size_t i = from; i < sink->count; i++) sink->items[i].span = span;
}

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
        size_t refs = captured.ref_count, sources = captured.source_count, said = worker->sink.count;
        TplUnit *unit = tpl_parse(worker->arena, loader->manifest->sources, (Span){source, 0, (uint32_t)expression.len},
                                  &options, &worker->sink);
        if (!unit) {
            place_at(&worker->sink, said, item->span);
            continue;
        }
        context_set_node(worker->parse, node, node->package);
        context_set_capture(worker->parse, &captured, worker->scratch);
        Value ignored;
        context_render(worker->parse, unit, &ignored);
        context_set_capture(worker->parse, NULL, NULL);
        for (size_t r = refs; r < captured.ref_count; r++) captured.refs[r].span = item->span;
        for (size_t s = sources; s < captured.source_count; s++) captured.sources[s].span = item->span;
        place_at(&worker->sink, said, item->span);
        if (refs == captured.ref_count && sources == captured.source_count && said == worker->sink.count) {
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
    yaml_description(worker, file->package, description, &node->description, NULL);
    Value tags, meta;
    schema_value(worker, file, entry, "tags", &tags);
    schema_value(worker, file, entry, "meta", &meta);
    Patch level = {.config = schema_config_only(worker, file, entry)};
    if (!node_configure(loader, worker, node, &level, NULL)) node->broken = true;
    /* dbt adds what stands beside `config` to the finished configuration. */
    const Value *own_tags = dict_find_str(level.config.u.dict, STR("tags"));
    tags = sorted_tags(arena, tags, own_tags ? *own_tags : node_config(node, STR("tags")));
    meta = merged(arena, meta, node->meta);
    dict_set_str(node->config.u.dict, STR("tags"), tags);
    dict_set_str(node->config.u.dict, STR("meta"), meta);
    if (!config_finish(arena, node, span, &worker->sink)) node->broken = true;
    const YamlNode *list = NULL;
    if (yaml_get_list(entry, "depends_on", &worker->sink, &list) && list)
        read_dependencies(loader, worker, file, node, list);
    context_set_node(worker->yaml, NULL, file->package);
    vec_push(arena, &schema->nodes, node);
}
