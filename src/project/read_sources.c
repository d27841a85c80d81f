/* Sources and exposures: nodes that only YAML defines. */
#include "base/edit.h"
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

static void read_time(Value freshness, const char *key, FreshnessTime *time, bool first)
{
    Value v = dict_get_str(freshness.u.dict, str_from(key));
    if (v.kind == V_NONE) *time = (FreshnessTime){-1, STR_EMPTY, true};
    if (v.kind != V_DICT) return;
    Value count = dict_get_str(v.u.dict, STR("count")), period = dict_get_str(v.u.dict, STR("period"));
    FreshnessTime given = {count.kind == V_INT ? count.u.integer : -1,
                           period.kind == V_STR ? value_text(period) : STR_EMPTY, false};
    /* Half a time says nothing about the one of the level before (dbt: merge_freshness_time_thresholds). */
    if (first || (given.count >= 0 && given.period.len)) *time = given;
}

/* dbt: Time, TimePeriod. A period that is none would never be exceeded, or be taken for another. */
static void check_time(Worker *worker, const YamlNode *freshness, Value given, const char *key)
{
    static const Str keys[] = {STR_INIT("count"), STR_INIT("period")};
    static const Str periods[] = {STR_INIT("minute"), STR_INIT("hour"), STR_INIT("day")};
    const YamlNode *time = yaml_get(freshness, str_from(key));
    Value v = given.kind == V_DICT ? dict_get_str(given.u.dict, str_from(key)) : VALUE_NONE;
    if (!time || v.kind != V_DICT) return;
    yaml_check_keys(time, KEYS(keys), "freshness", &worker->sink);
    Value count = dict_get_str(v.u.dict, keys[0]), period = dict_get_str(v.u.dict, keys[1]);
    if (count.kind != V_UNDEFINED && count.kind != V_NONE && (count.kind != V_INT || count.u.integer < 0)) {
        diag_add(&worker->sink, DIAG_config_invalid, yaml_get(time, keys[0])->span,
                 "'count' of %s must be a whole number, not below 0", key);
        diag_hint(&worker->sink, "write e.g. {count: 12, period: hour}");
    }
    if (period.kind == V_UNDEFINED || period.kind == V_NONE) return;
    Str word = period.kind == V_STR ? value_text(period) : STR_EMPTY, best;
    for (size_t i = 0; i < sizeof periods / sizeof *periods; i++)
        if (str_eq(word, periods[i])) return;
    diag_add(&worker->sink, DIAG_config_invalid, yaml_get(time, keys[1])->span,
             "'period' of %s must be minute, hour or day", key);
    if (nearest(word, KEYS(periods), &best)) diag_hint(&worker->sink, "did you mean '%.*s'?", STR_ARG(best));
}

static bool times_given(const SourceInfo *info)
{
    return (info->warn_after.count >= 0 && info->warn_after.period.len) ||
           (info->error_after.count >= 0 && info->error_after.period.len);
}

/* Key by key over what is known already; null switches it off, until something is said again. `first`: nothing is known. */
static void add_freshness(SourceInfo *info, Value freshness, bool first)
{
    if (freshness.kind == V_NONE) {
        info->freshness_off = true;
        info->warn_after = info->error_after = (FreshnessTime){-1, STR_EMPTY, false};
        info->freshness_filter = STR_EMPTY;
    }
    if (freshness.kind != V_DICT) return;
    first |= info->freshness_off; /* what was switched off is no base */
    read_time(freshness, "warn_after", &info->warn_after, first);
    read_time(freshness, "error_after", &info->error_after, first);
    Value filter = dict_get_str(freshness.u.dict, STR("filter"));
    if (filter.kind == V_STR) info->freshness_filter = value_text(filter);
    if (times_given(info)) info->freshness_off = false;
}

static void put_time(Arena *arena, Value freshness, const char *key, FreshnessTime time)
{
    if (time.off) {
        dict_set_str(freshness.u.dict, str_from(key), VALUE_NONE);
        return;
    }
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

static void freshness_of(Worker *worker, ProjectFile *file, SourceInfo *info, const YamlNode *map, bool table)
{
    const YamlNode *nodes[] = {yaml_get(map, STR("freshness")),
                               yaml_get(yaml_get(map, STR("config")), STR("freshness"))};
    for (size_t i = 0; i < 2; i++) {
        Value v;
        if (!nodes[i] || !yaml_to_value(worker->arena, worker->yaml, file->package->family, nodes[i], NULL, &v))
            continue;
        check_time(worker, nodes[i], v, "warn_after");
        check_time(worker, nodes[i], v, "error_after");
        add_freshness(info, v, !table && !i);
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
    yaml_get_str(config, "loaded_at_query", &worker->sink, &info->loaded_at_query); /* rendered when it is asked */
    yaml_get_str(map, "loaded_at_query", &worker->sink, &info->loaded_at_query);
    schema_str(worker, file, map, "loader", &info->loader);
}

static int by_text(const void *a, const void *b)
{
    const Value *x = a, *y = b;
    return str_cmp(value_text(*x), value_text(*y));
}

Value schema_sorted_tags(Arena *arena, Value a, Value b)
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
    c.tags = schema_sorted_tags(worker->arena, c.own_tags, dict_get_str(c.config.u.dict, STR("tags")));
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
    dict_set_str(dict, STR("tags"), schema_sorted_tags(arena, head->config.tags, table->tags));
    return level;
}

/* What the finished config says goes back to where the rest of the program looks for it. */
static void take_config(Arena *arena, Node *node)
{
    SourceInfo *info = node->source_info;
    Value freshness = node_config(node, STR("freshness"));
    info->warn_after = info->error_after = (FreshnessTime){-1, STR_EMPTY, false};
    info->freshness_filter = STR_EMPTY;
    info->freshness_off = false;
    add_freshness(info, freshness, true);
    info->has_freshness = times_given(info);
    if (!info->freshness_off) dict_set_str(node->config.u.dict, STR("freshness"), freshness_dict(arena, info));
    Value field = node_config(node, STR("loaded_at_field")), query = node_config(node, STR("loaded_at_query"));
    info->loaded_at_field = field.kind == V_STR ? value_text(field) : STR_EMPTY;
    info->loaded_at_query = query.kind == V_STR ? value_text(query) : STR_EMPTY;
    Value tags = node_config(node, STR("tags")); /* dbt_project.yml may give one word */
    if (tags.kind != V_STR) return;
    Value list = value_list(arena);
    list_push(list.u.list, tags);
    dict_set_str(node->config.u.dict, STR("tags"), list);
}

/* dbt: ExternalTable. Its own keys are there as nulls, others are kept. */
static Value complete_external(Arena *arena, Value given)
{
    static const char *const keys[] = {"location", "file_format", "row_format", "tbl_properties", "partitions"};
    if (given.kind != V_DICT) return given;
    Value all = value_dict(arena);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) dict_set_str(all.u.dict, str_from(keys[i]), VALUE_NONE);
    config_replace(all, given);
    return all;
}

static void read_table(Loader *loader, Worker *worker, ProjectFile *file, SchemaFile *schema, const SourceHead *head,
                       const YamlNode *entry)
{
    Arena *arena = worker->arena;
    const Manifest *m = loader->manifest;
    Str name;
    Span span;
    if (!schema_name(worker, file, entry, "a source's table", &name, &span)) return;
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
    freshness_of(worker, file, info, entry, true);
    loaded_at(worker, file, info, entry);
    Value quoting, external;
    schema_value(worker, file, entry, "quoting", &quoting);
    schema_value(worker, file, entry, "external", &external);
    info->quoting = merged(arena, head->quoting, quoting);
    info->external = complete_external(arena, external);

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
    info->own_tags = schema_sorted_tags(arena, head->config.own_tags, config.own_tags);
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

/* dbt's SQLite adapter attaches files as schemas (`schemas_and_paths`); here an attached file is a database. */
static void in_attached_file(const Manifest *m, SourceHead *head)
{
    bool own = str_eq_nocase(head->database, m->target.database) ||
               str_eq_nocase(head->database, m->dialect->default_database);
    if (own && m->dialect->schema_separator.len && target_has_database(m, head->schema)) head->database = head->schema;
}

void source_read(Loader *loader, Worker *worker, ProjectFile *file, SchemaFile *schema, const YamlNode *entry,
                 const YamlNode *as_written)
{
    SourceHead head = {.database = loader->manifest->target.database};
    Span span;
    if (!schema_name(worker, file, entry, "a source", &head.name, &span)) return;
    yaml_check_keys(entry, KEYS(source_keys), "a source", &worker->sink);
    head.schema = head.name;
    schema_str(worker, file, entry, "schema", &head.schema);
    schema_str(worker, file, entry, "database", &head.database);
    in_attached_file(loader->manifest, &head);
    head.info = (SourceInfo){.source_name = head.name,
                             .source_description = STR_EMPTY,
                             .loader = STR_EMPTY,
                             .identifier = STR_EMPTY,
                             .loaded_at_field = STR_EMPTY,
                             .loaded_at_query = STR_EMPTY,
                             .warn_after = {-1, STR_EMPTY, false},
                             .error_after = {-1, STR_EMPTY, false},
                             .freshness_filter = STR_EMPTY};
    head.info.unrendered_database = head.info.unrendered_schema = STR_EMPTY;
    const YamlNode *database = yaml_get(as_written, STR("database")), *written = yaml_get(as_written, STR("schema"));
    if (!yaml_absent(database)) head.info.unrendered_database = database->text;
    if (!yaml_absent(written)) head.info.unrendered_schema = written->text;
    yaml_description(worker, file->package, yaml_get(entry, STR("description")), &head.info.source_description, NULL);
    freshness_of(worker, file, &head.info, entry, false);
    loaded_at(worker, file, &head.info, entry);
    schema_value(worker, file, entry, "quoting", &head.quoting);
    head.config = read_config(worker, file, entry);
    head.info.source_meta = head.config.meta;
    const YamlNode *tables = NULL;
    if (!yaml_get_list(entry, "tables", &worker->sink, &tables) || !tables) return;
    for (size_t i = 0; i < tables->u.seq.count; i++)
        read_table(loader, worker, file, schema, &head, tables->u.seq.items[i]);
}

/* ---- overrides: a source of a package, changed by another (dbt: SourcePatcher.patch_source) ---- */

static bool among(const char *const *names, Str name)
{
    for (size_t i = 0; names[i]; i++)
        if (str_eq(name, str_from(names[i]))) return true;
    return false;
}

/* A mapping with the pairs of `base`, apart from those that `gone` names, and over them those of `patch`. */
static const YamlNode *overlaid(Arena *arena, const YamlNode *base, const YamlNode *patch, const char *const *gone,
                                const char *const *kept)
{
    if (!yaml_is(base, YAML_MAP) || !yaml_is(patch, YAML_MAP)) return base;
    YamlNode *map = ARENA_NEW(arena, YamlNode);
    *map = *base;
    map->u.map.pairs = ARENA_ARRAY(arena, YamlPair, base->u.map.count + patch->u.map.count + 1);
    map->u.map.count = 0;
    map->u.map.indexed = false;
    for (uint32_t i = 0; i < base->u.map.count; i++) {
        Str key = base->u.map.pairs[i].key->text;
        if (!among(gone, key) && (among(kept, key) || yaml_absent(yaml_get(patch, key))))
            map->u.map.pairs[map->u.map.count++] = base->u.map.pairs[i];
    }
    for (uint32_t i = 0; i < patch->u.map.count; i++)
        if (!among(kept, patch->u.map.pairs[i].key->text)) map->u.map.pairs[map->u.map.count++] = patch->u.map.pairs[i];
    return map;
}

static const YamlNode *named(const YamlNode *list, Str name)
{
    for (size_t i = 0; yaml_is(list, YAML_SEQ) && i < list->u.seq.count; i++) {
        const YamlNode *own = yaml_get(list->u.seq.items[i], STR("name"));
        if (own && str_eq(own->text, name)) return list->u.seq.items[i];
    }
    return NULL;
}

/* What the override does not say of freshness, config and quoting is nothing: dbt takes its empty defaults over. */
static const YamlNode *overridden(Arena *arena, const YamlNode *entry, const YamlNode *patch)
{
    static const char *const source_gone[] = {"freshness", "config", NULL},
                             *const table_gone[] = {"freshness", "quoting", NULL},
                             *const source_kept[] = {"name", "overrides", "tables", NULL},
                             *const table_kept[] = {"name", NULL};
    const YamlNode *source = overlaid(arena, entry, patch, source_gone, source_kept),
                   *tables = yaml_get(entry, STR("tables"));
    if (!yaml_is(tables, YAML_SEQ) || !yaml_is(source, YAML_MAP)) return source;
    YamlNode *list = ARENA_NEW(arena, YamlNode);
    *list = *tables;
    list->u.seq.items = ARENA_ARRAY(arena, const YamlNode *, tables->u.seq.count + 1);
    for (size_t i = 0; i < tables->u.seq.count; i++) {
        const YamlNode *table = tables->u.seq.items[i], *name = yaml_get(table, STR("name"));
        const YamlNode *over = name ? named(yaml_get(patch, STR("tables")), name->text) : NULL;
        list->u.seq.items[i] = over ? overlaid(arena, table, over, table_gone, table_kept) : table;
    }
    for (uint32_t i = 0; i < source->u.map.count; i++)
        if (str_eq(source->u.map.pairs[i].key->text, STR("tables"))) source->u.map.pairs[i].value = list;
    return source;
}

typedef struct Override {
    const YamlNode *entry;
    Str package, source;
    bool used;
} Override;

typedef struct Overrides {
    Override *at;
    size_t n;
} Overrides;

static void read_file_sources(Loader *loader, Worker *worker, size_t item, void *data)
{
    SchemaFile *schema = &loader->schemas[item];
    const Overrides *overrides = data;
    ProjectFile *file = &loader->files.at[item];
    if (!schema->sources.n) return;
    context_set_node(worker->yaml, NULL, file->package);
    for (size_t i = 0; i < schema->sources.n; i++) {
        const YamlNode *entry = schema->sources.at[i], *written = entry, *name = yaml_get(entry, STR("name"));
        for (size_t k = 0; name && k < overrides->n; k++)
            if (str_eq(overrides->at[k].package, file->package->name) && str_eq(overrides->at[k].source, name->text))
                entry = overridden(worker->arena, entry, overrides->at[k].entry);
        source_read(loader, worker, file, schema, entry, written);
    }
}

static void collect(Loader *loader, const YamlNode *entry, Overrides *all)
{
    const YamlNode *package = yaml_get(entry, STR("overrides")), *name = yaml_get(entry, STR("name"));
    if (!yaml_is(package, YAML_STR) || !yaml_is(name, YAML_STR)) {
        yaml_wrong_type(yaml_is(package, YAML_STR) ? entry : package, "a source that overrides another",
                        "the source's 'name' and the package's under 'overrides'", loader->sink);
        return;
    }
    for (size_t i = 0; i < all->n; i++)
        if (str_eq(all->at[i].package, package->text) && str_eq(all->at[i].source, name->text)) {
            diag_add(loader->sink, DIAG_patch_duplicate, name->span, "the source '%.*s' of '%.*s' is overridden twice",
                     STR_ARG(name->text), STR_ARG(package->text));
            diag_note(loader->sink, all->at[i].entry->span, "the other override is here");
            return;
        }
    all->at[all->n++] = (Override){entry, package->text, name->text, false};
}

void sources_read(Loader *loader)
{
    size_t count = 0;
    for (size_t f = 0; f < loader->files.n; f++) count += loader->schemas[f].overrides.n;
    Overrides all = {ARENA_ARRAY(loader->arena, Override, count + 1), 0};
    for (size_t f = 0; f < loader->files.n; f++)
        for (size_t i = 0; i < loader->schemas[f].overrides.n; i++)
            collect(loader, loader->schemas[f].overrides.at[i], &all);
    loader_parallel(loader, loader->files.n, read_file_sources, &all);
    for (size_t f = 0; f < loader->files.n; f++)
        for (size_t i = 0; i < loader->schemas[f].sources.n; i++) {
            const YamlNode *name = yaml_get(loader->schemas[f].sources.at[i], STR("name"));
            for (size_t k = 0; name && k < all.n; k++)
                all.at[k].used |= str_eq(all.at[k].package, loader->files.at[f].package->name) &&
                                  str_eq(all.at[k].source, name->text);
        }
    for (size_t k = 0; k < all.n; k++) {
        if (all.at[k].used) continue;
        diag_add(loader->sink, DIAG_patch_unused, yaml_get(all.at[k].entry, STR("overrides"))->span,
                 "the package '%.*s' has no source '%.*s' to override", STR_ARG(all.at[k].package),
                 STR_ARG(all.at[k].source));
    }
}

/* ---- exposures ---- */

/* What went wrong in a text that was made here is shown where the person wrote it. */
static void place_at(DiagSink *sink, size_t from, Span span)
{
    for (size_t i = from; i < sink->count; i++) sink->items[i].span = span;
}

void schema_dependency(Loader *loader, Worker *worker, Node *node, const YamlNode *item, const char *what,
                       Captured *captured)
{
    Str text = STR_EMPTY;
    if (!schema_text(worker, node->package, item, what, &text)) return;
    Str expression = str_fmt(worker->arena, "{{ %.*s }}", STR_ARG(text));
    SourceId source = source_add(loader->manifest->sources, node->original_file_path, expression);
    TplOptions options = {.family = TPL_CURLY};
    size_t refs = captured->ref_count, sources = captured->source_count, metrics = captured->metric_count,
           said = worker->sink.count;
    TplUnit *unit = tpl_parse(worker->arena, loader->manifest->sources, (Span){source, 0, (uint32_t)expression.len},
                              &options, &worker->sink);
    if (!unit) {
        place_at(&worker->sink, said, item->span);
        return;
    }
    context_set_node(worker->parse, node, node->package);
    context_set_capture(worker->parse, captured, worker->scratch);
    Value ignored;
    context_render(worker->parse, unit, &ignored);
    context_set_capture(worker->parse, NULL, NULL);
    for (size_t r = refs; r < captured->ref_count; r++) captured->refs[r].span = item->span;
    for (size_t s = sources; s < captured->source_count; s++) captured->sources[s].span = item->span;
    for (size_t m = metrics; m < captured->metric_count; m++) captured->metrics[m].span = item->span;
    place_at(&worker->sink, said, item->span);
    if (refs == captured->ref_count && sources == captured->source_count && metrics == captured->metric_count &&
        said == worker->sink.count) {
        diag_add(&worker->sink, DIAG_yaml_type, item->span,
                 "'%.*s' is no dependency: it must be ref(...) or source(...)", STR_ARG(text));
        diag_hint(&worker->sink, "write e.g. ref('orders')");
    }
}

void exposure_read(Loader *loader, Worker *worker, ProjectFile *file, SchemaFile *schema, const YamlNode *entry)
{
    Arena *arena = worker->arena;
    Str name;
    Span span;
    if (!schema_name(worker, file, entry, "an exposure", &name, &span)) return;
    if (!yaml_check_keys(entry, KEYS(exposure_keys), "an exposure", &worker->sink))
        diag_become(&worker->sink, DIAG_ERROR); /* as dbt */
    Node *node = node_new(arena, RESOURCE_EXPOSURE, file->package, name, file->relative, file->path);
    node->span = span;
    node_set_fqn(arena, node, file->relative, &name, 1);
    ExposureInfo *info = ARENA_NEW(arena, ExposureInfo);
    *info = (ExposureInfo){
        .exposure_type = STR_EMPTY, .maturity = STR_EMPTY, .owner_name = STR_EMPTY, .owner_email = STR_EMPTY};
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
    static const char *const maturities[] = {"low", "medium", "high"};
    bool grown = !info->maturity.len;
    for (size_t i = 0; i < 3; i++) grown |= str_eq(info->maturity, str_from(maturities[i]));
    if (!grown)
        diag_add(&worker->sink, DIAG_yaml_type, yaml_get(entry, STR("maturity"))->span,
                 "the 'maturity' of an exposure must be low, medium or high, not '%.*s'", STR_ARG(info->maturity));
    if (info->owner.kind == V_DICT) {
        Value owner = dict_get_str(info->owner.u.dict, STR("name")),
              email = dict_get_str(info->owner.u.dict, STR("email"));
        if (owner.kind == V_STR) info->owner_name = value_text(owner);
        if (email.kind == V_STR) info->owner_email = value_text(email);
    }
    Value nobody = info->owner.kind == V_DICT ? dict_get_str(info->owner.u.dict, STR("email")) : VALUE_NONE;
    if (info->owner.kind != V_DICT ||
        (!info->owner_name.len && (nobody.kind == V_NONE || nobody.kind == V_UNDEFINED))) {
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
    /* dbt adds what stands beside `config`, and what stands without a + at the top of the project's exposures. */
    Value tree = file->package->config_trees[RESOURCE_EXPOSURE];
    tags = schema_sorted_tags(arena, tags, node_config(node, STR("tags")));
    meta = merged(arena, meta, node->meta);
    if (tree.kind == V_DICT) {
        tags = schema_sorted_tags(arena, tags, dict_get_str(tree.u.dict, STR("tags")));
        meta = merged(arena, dict_get_str(tree.u.dict, STR("meta")), meta);
    }
    dict_set_str(node->config.u.dict, STR("tags"), tags);
    dict_set_str(node->config.u.dict, STR("meta"), meta);
    if (!config_finish(arena, node, span, &worker->sink)) node->broken = true;
    const YamlNode *list = NULL;
    Captured captured = {0};
    if (yaml_get_list(entry, "depends_on", &worker->sink, &list) && list)
        for (size_t i = 0; i < list->u.seq.count; i++)
            schema_dependency(loader, worker, node, list->u.seq.items[i], "a dependency of an exposure", &captured);
    node_take_captured(arena, node, &captured);
    context_set_node(worker->yaml, NULL, file->package);
    vec_push(arena, &schema->nodes, node);
}
