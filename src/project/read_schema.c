/* Schema YAML: what it says about models, seeds, snapshots, analyses and macros becomes patches; sources and exposures
 * become nodes (read_sources.c). */
#include "project/read_schema.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/vec.h"
#include "project/config.h"
#include "project/shape.h"

#include <string.h>
#include <time.h>

#define KEYS(name) name, sizeof name / sizeof *name

static const Str top_keys[] = {
    STR_INIT("version"),       STR_INIT("models"),     STR_INIT("seeds"),     STR_INIT("snapshots"),
    STR_INIT("sources"),       STR_INIT("macros"),     STR_INIT("analyses"),  STR_INIT("exposures"),
    STR_INIT("groups"),        STR_INIT("unit_tests"), STR_INIT("metrics"),   STR_INIT("semantic_models"),
    STR_INIT("saved_queries"), STR_INIT("data_tests"), STR_INIT("functions"), STR_INIT("anchors"),
};

static const Str node_keys[] = {
    STR_INIT("name"),          STR_INIT("description"), STR_INIT("columns"),        STR_INIT("tests"),
    STR_INIT("data_tests"),    STR_INIT("config"),      STR_INIT("meta"),           STR_INIT("tags"),
    STR_INIT("docs"),          STR_INIT("access"),      STR_INIT("group"),          STR_INIT("latest_version"),
    STR_INIT("versions"),      STR_INIT("constraints"), STR_INIT("time_spine"),     STR_INIT("deprecation_date"),
    STR_INIT("quote_columns"), STR_INIT("arguments"),   STR_INIT("relation"),       STR_INIT("freshness"),
    STR_INIT("contract"),      STR_INIT("defined_in"),  STR_INIT("primary_entity"), STR_INIT("semantic_model"),
    STR_INIT("returns"),
};

/* Test arguments and descriptions are rendered later, in contexts of their own. */
static bool never(const Str *path, size_t depth)
{
    (void)path;
    return depth > 0 &&
           (str_eq(path[0], STR("pre-hook")) || str_eq(path[0], STR("post-hook")) || str_eq(path[0], STR("pre_hook")) ||
            str_eq(path[0], STR("post_hook")) || str_eq(path[0], STR("loaded_at_query")));
}

bool schema_value(Worker *worker, const ProjectFile *file, const YamlNode *map, const char *key, Value *value)
{
    const YamlNode *node = yaml_get(map, str_from(key));
    *value = value_undefined(STR_EMPTY);
    if (yaml_absent(node)) return true;
    bool raw = strcmp(key, "loaded_at_query") == 0; /* it may ask for `this` */
    return yaml_to_value(worker->arena, raw ? NULL : worker->yaml, file->package->family, node, never, value);
}

bool schema_str(Worker *worker, const ProjectFile *file, const YamlNode *map, const char *key, Str *text)
{
    Value v;
    if (!schema_value(worker, file, map, key, &v)) return false;
    if (v.kind == V_UNDEFINED || v.kind == V_NONE) return true;
    if (v.kind != V_STR) {
        char what[80];
        snprintf(what, sizeof what, "'%s'", key);
        yaml_wrong_type(yaml_get(map, str_from(key)), what, "a string", &worker->sink);
        return false;
    }
    *text = value_text(v);
    return true;
}

Value schema_config_only(Worker *worker, const ProjectFile *file, const YamlNode *map)
{
    Value config = value_dict(worker->arena), inner;
    const YamlNode *node = NULL;
    if (yaml_get_map(map, "config", &worker->sink, &node) && node &&
        yaml_to_value(worker->arena, worker->yaml, file->package->family, node, never, &inner))
        config = inner;
    return config;
}

/* The same as it stands in the file, for state:modified (written.c). */
Value schema_config_written(Worker *worker, const YamlNode *map)
{
    Value written = value_undefined(STR_EMPTY);
    const YamlNode *node = yaml_get(map, STR("config"));
    if (!worker->keeps_written || !yaml_is(node, YAML_MAP) || !node->u.map.count) return written;
    yaml_to_value(worker->arena, NULL, TPL_CURLY, node, NULL, &written);
    return written;
}

/* `config:` and the keys that older files have beside it, as one dict. */
Value schema_config(Worker *worker, const ProjectFile *file, const YamlNode *map)
{
    Value config = schema_config_only(worker, file, map);
    static const char *const beside[] = {"meta", "docs", "group", "contract", "access"};
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
        Value v;
        if (!schema_value(worker, file, map, beside[i], &v) || v.kind == V_UNDEFINED) continue;
        const YamlPair *below = yaml_pair(yaml_get(map, STR("config")), str_from(beside[i]));
        if (!below) { /* dbt: normalize_attribute */
            dict_set_str(config.u.dict, str_from(beside[i]), v);
            continue;
        }
        diag_add(&worker->sink, DIAG_config_invalid, yaml_pair(map, str_from(beside[i]))->key->span,
                 "'%s' stands both beside and below 'config'", beside[i]);
        diag_note(&worker->sink, below->key->span, "the other one is here");
        diag_hint(&worker->sink, "keep the one below `config:`");
    }
    return config;
}

bool schema_text(Worker *worker, const Package *package, const YamlNode *node, const char *what, Str *text)
{
    if (node->kind != YAML_STR || tpl_is_plain(node->text, tpl_family_of_value(node->text, package->family)))
        return yaml_to_str(node, what, &worker->sink, text);
    Value v;
    context_set_node(worker->yaml, NULL, package);
    if (!yaml_to_value(worker->arena, worker->yaml, package->family, node, NULL, &v)) return false;
    *text = value_to_str(worker->arena, v);
    return true;
}

bool schema_name(Worker *worker, const ProjectFile *file, const YamlNode *entry, const char *what, Str *name,
                 Span *span)
{
    const YamlNode *node = yaml_get(entry, STR("name"));
    if (!yaml_is(entry, YAML_MAP)) {
        yaml_wrong_type(entry, what, "a mapping with a 'name'", &worker->sink);
        return false;
    }
    if (yaml_absent(node)) {
        diag_add(&worker->sink, DIAG_yaml_missing_key, entry->span, "%s needs a 'name'", what);
        diag_hint(&worker->sink, "add a line `name: ...` here");
        return false;
    }
    *span = node->span;
    return schema_text(worker, file->package, node, "'name'", name);
}

/* ---- patches ---- */

/* dbt: normalize_date. A date is its first moment, a moment without a zone is local. */
static Str local_moment(Arena *arena, const YamlNode *node)
{
    bool time = node->kind == YAML_DATE || node->kind == YAML_TIME;
    Str text = time ? yaml_iso(arena, node->u.time, false) : config_iso_time(arena, yaml_scalar_str(arena, node));
    struct tm parts = {.tm_isdst = -1};
    Str zone = str_from_index(text, text.len > 19 ? 19 : text.len);
    if (str_find_char(zone, '+', 0) != STR_NPOS || str_find_char(zone, '-', 0) != STR_NPOS) return text;
    if (!strptime(str_c(arena, str_slice(text, 0, 19)), "%Y-%m-%dT%H:%M:%S", &parts)) return text;
    mktime(&parts);
    long offset = parts.tm_gmtoff / 60, size = offset < 0 ? -offset : offset;
    return str_fmt(arena, "%.*s%c%02ld:%02ld", STR_ARG(text), offset < 0 ? '-' : '+', size / 60, size % 60);
}

static const ShapeField granularity_fields[] = {
    {.name = "name", .kind = SHAPE_STR, .required = true},
    {.name = "column_name", .kind = SHAPE_STR},
};
static const Shape granularity = SHAPE("a custom granularity", granularity_fields, NULL);
static const ShapeField spine_fields[] = {
    {.name = "standard_granularity_column", .kind = SHAPE_STR, .required = true},
    {.name = "custom_granularities", .kind = SHAPE_OBJECTS, .shape = &granularity},
};
static const Shape time_spine = SHAPE("a 'time_spine'", spine_fields, NULL);

void schema_properties(Worker *worker, ProjectFile *file, Patch *patch, const YamlNode *map)
{
    Value constraints = schema_constraints(worker, file, map, false);
    if (constraints.kind != V_UNDEFINED) patch->constraints = constraints;
    schema_value(worker, file, map, "docs", &patch->docs);
    const YamlNode *date = yaml_get(map, STR("deprecation_date"));
    if (!yaml_absent(date)) {
        int64_t us;
        patch->deprecation_date = local_moment(worker->arena, date);
        if (!yaml_is_scalar(date) || !clock_parse(patch->deprecation_date, &us)) {
            diag_add(&worker->sink, DIAG_yaml_type, date->span, "'deprecation_date' holds no date");
            diag_hint(&worker->sink, "write it as 2026-12-31, or with a time: 2026-12-31 08:00:00");
            patch->deprecation_date = STR_EMPTY;
        }
    }
    const YamlNode *spine = yaml_get(map, STR("time_spine"));
    if (!yaml_absent(spine)) shape_read(worker, file, &time_spine, spine, &patch->time_spine);
}

/* Macros may have meta in both places (dbt: MacroPatchParser). */
static Value macro_config(Worker *worker, ProjectFile *file, const YamlNode *entry)
{
    Value config = schema_config_only(worker, file, entry), meta, both = value_dict(worker->arena);
    schema_value(worker, file, entry, "meta", &meta);
    config_replace(both, meta);
    config_replace(both, dict_get_str(config.u.dict, STR("meta")));
    dict_set_str(config.u.dict, STR("meta"), both);
    return config;
}

Patch *schema_patch(Worker *worker, ProjectFile *file, const char *kind, Str name, Span span, const YamlNode *entry)
{
    Patch *patch = ARENA_NEW(worker->arena, Patch);
    patch->kind = str_from(kind);
    patch->name = name;
    patch->file = file;
    /* What is read when the tree of the file is gone. */
    if (str_eq(patch->kind, STR("macros")) || str_eq(patch->kind, STR("functions")) || yaml_get(entry, STR("relation")))
        patch->node = yaml_copy(worker->arena, entry);
    patch->name_span = span;
    patch->file_name = patch->deprecation_date = STR_EMPTY;
    patch->version = patch->latest_version = patch->constraints = patch->docs = value_undefined(STR_EMPTY);
    const YamlNode *description = yaml_get(entry, STR("description"));
    patch->description_span = description ? description->span : SPAN_NONE;
    yaml_description(worker, file->package, description, &patch->description, &patch->doc_blocks);
    patch->time_spine = value_undefined(STR_EMPTY);
    patch->config =
        str_eq(patch->kind, STR("macros")) ? macro_config(worker, file, entry) : schema_config(worker, file, entry);
    patch->written = schema_config_written(worker, entry);
    return patch;
}

static void read_patch(Worker *worker, ProjectFile *file, SchemaFile *schema, const char *kind, const char *what,
                       const YamlNode *entry)
{
    Str name;
    Span span;
    if (!schema_name(worker, file, entry, what, &name, &span)) return;
    yaml_check_keys(entry, KEYS(node_keys), what, &worker->sink);
    const YamlNode *versions = NULL;
    if (!yaml_get_list(entry, "versions", &worker->sink, &versions)) return;
    const YamlNode *latest = yaml_get(entry, STR("latest_version"));
    if (!yaml_absent(latest) && !(versions && versions->u.seq.count)) {
        diag_add(&worker->sink, DIAG_yaml_type, latest->span, "there is a latest_version, and no `versions`");
        diag_hint(&worker->sink, "list the versions of '%.*s' below `versions:`, or take latest_version away",
                  STR_ARG(name));
        return;
    }
    if (versions && versions->u.seq.count && strcmp(kind, "models") == 0) {
        versions_read(worker, file, schema, entry, versions, name, span);
        return;
    }
    Patch *patch = schema_patch(worker, file, kind, name, span, entry);
    schema_properties(worker, file, patch, entry);
    const YamlNode *config = yaml_get(entry, STR("config"));
    for (size_t i = 0; file->package->is_root && yaml_is(config, YAML_MAP) && i < config->u.map.count; i++)
        config_check_key(config->u.map.pairs[i].key->text, config->u.map.pairs[i].key->span, &worker->sink);
    if (!str_eq(patch->kind, STR("macros")) && !str_eq(patch->kind, STR("data_tests")))
        schema_columns(worker, file, patch, entry, false);
    vec_push(worker->arena, &schema->patches, patch);
}

static void read_list(Worker *worker, const YamlNode *root, const char *key, const YamlNode **list)
{
    *list = NULL;
    yaml_get_list(root, key, &worker->sink, list);
}

static void read_root(Loader *loader, Worker *worker, size_t item, const YamlNode *root)
{
    ProjectFile *file = &loader->files.at[item];
    if (!yaml_is(root, YAML_MAP)) {
        yaml_wrong_type(root, "a schema file", "a mapping with keys such as 'models' and 'sources'", &worker->sink);
        return;
    }
    yaml_check_keys(root, KEYS(top_keys), "a schema file", &worker->sink);
    context_set_node(worker->yaml, NULL, file->package);
    SchemaFile *schema = &loader->schemas[item];
    static const struct {
        const char *key, *what;
    } kinds[] = {
        {"models", "a model"}, {"seeds", "a seed"},      {"snapshots", "a snapshot"}, {"analyses", "an analysis"},
        {"macros", "a macro"}, {"data_tests", "a test"}, {"functions", "a function"},
    };
    const YamlNode *list;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        read_list(worker, root, kinds[k].key, &list);
        for (size_t i = 0; list && i < list->u.seq.count; i++)
            read_patch(worker, file, schema, kinds[k].key, kinds[k].what, list->u.seq.items[i]);
    }
    read_list(worker, root, "sources", &list);
    for (size_t i = 0; list && i < list->u.seq.count; i++) {
        const YamlNode *entry = list->u.seq.items[i];
        if (!yaml_absent(yaml_get(entry, STR("overrides"))))
            vec_push(worker->arena, &schema->overrides, yaml_copy(worker->arena, entry));
        else if (file->package->is_root)
            source_read(loader, worker, file, schema, entry, entry);
        else
            vec_push(worker->arena, &schema->sources, yaml_copy(worker->arena, entry));
    }
    static const struct {
        const char *key;
        void (*read)(Loader *, Worker *, ProjectFile *, SchemaFile *, const YamlNode *);
    } readers[] = {
        {"groups", group_read},       {"semantic_models", semantic_model_read},
        {"metrics", metric_read},     {"saved_queries", saved_query_read},
        {"exposures", exposure_read},
    };
    for (size_t k = 0; k < sizeof readers / sizeof *readers; k++) {
        read_list(worker, root, readers[k].key, &list);
        for (size_t i = 0; list && i < list->u.seq.count; i++)
            readers[k].read(loader, worker, file, schema, list->u.seq.items[i]);
    }
    read_list(worker, root, "unit_tests", &list);
    for (size_t i = 0; list && i < list->u.seq.count; i++)
        vec_push(worker->arena, &schema->unit_tests, yaml_copy(worker->arena, list->u.seq.items[i]));
}

/* The tree goes when the file has been read: what is needed later (tests, arguments of macros) was copied out of it. */
static void read_file(Loader *loader, Worker *worker, size_t item, void *data)
{
    (void)data;
    ProjectFile *file = &loader->files.at[item];
    if (file->kind != FILE_SCHEMA || !file_load(loader, worker->arena, file, &worker->sink)) return;
    const YamlNode *root;
    if (yaml_parse_apart(worker->trees, worker->arena, loader->manifest->sources, file->source, &worker->sink, &root) &&
        root)
        read_root(loader, worker, item, root);
    arena_clear(worker->trees);
}

/* ---- putting the files together ---- */

static Str patch_key(Arena *arena, const Package *package, Str kind, Str name)
{
    return str_fmt(arena, "%.*s %.*s %.*s", STR_ARG(package->name), STR_ARG(kind), STR_ARG(name));
}

Patch *patch_find(const Loader *loader, const Package *package, Str kind, Str name)
{
    Buf key;
    buf_init(&key, NULL);
    buf_addf(&key, "%.*s %.*s %.*s", STR_ARG(package->name), STR_ARG(kind), STR_ARG(name));
    Patch *patch = map_get(&loader->patches, buf_str(&key));
    buf_release(&key);
    return patch;
}

/* A file below the test paths adds tests to what is described elsewhere; it never contradicts it. */
static bool adds_tests_only(const Patch *patch)
{
    const Package *package = patch->file->package;
    for (size_t i = 0; i < package->test_path_count; i++)
        if (str_eq(patch->file->folder, package->test_paths[i])) return true;
    return false;
}

/* The model and seed files of all packages by name: which package a patch is about. */
static void index_files(Loader *loader, Map *stems)
{
    map_init(stems, loader->arena);
    for (size_t f = 0; f < loader->files.n; f++) {
        const ProjectFile *file = &loader->files.at[f];
        if (file->kind != FILE_MODEL && file->kind != FILE_SEED) continue;
        Str kind = file->kind == FILE_MODEL ? STR("models") : STR("seeds"), stem = path_stem(file->path);
        map_put(stems, patch_key(loader->arena, file->package, kind, stem), file->package);
        void **any = map_slot(stems, str_fmt(loader->arena, "%.*s %.*s", STR_ARG(kind), STR_ARG(stem)));
        if (!*any) *any = file->package;
    }
}

/* dbt patches a model of its own package, or else of any; a version is known by its file. */
static Str key_of(Loader *loader, const Map *stems, const Patch *patch)
{
    Arena *arena = loader->arena;
    const Package *package = patch->file->package;
    Str name = patch->file_name.len ? patch->file_name : patch->name;
    Str key = patch_key(arena, package, patch->kind, name);
    if (map_get(stems, key)) return key;
    if (patch->file_name.len && patch->latest) {
        Str plain = patch_key(arena, package, patch->kind, patch->name);
        if (map_get(stems, plain)) return plain;
    }
    const Package *other = map_get(stems, str_fmt(arena, "%.*s %.*s", STR_ARG(patch->kind), STR_ARG(name)));
    return other ? patch_key(arena, other, patch->kind, name) : key;
}

static void add_patches(Loader *loader, const Map *stems, bool supplements)
{
    for (size_t f = 0; f < loader->files.n; f++)
        for (size_t i = 0; i < loader->schemas[f].patches.n; i++) {
            Patch *patch = loader->schemas[f].patches.at[i];
            if (adds_tests_only(patch) != supplements) continue;
            vec_push(loader->arena, &loader->patch_list, patch);
            void **slot = map_slot(&loader->patches, key_of(loader, stems, patch));
            if (!*slot) {
                *slot = patch;
            } else if (!supplements) {
                const Patch *other = *slot;
                diag_add(loader->sink, DIAG_patch_duplicate, patch->name_span, "'%.*s' is described twice",
                         STR_ARG(patch->name));
                diag_note(loader->sink, other->name_span, "the other description is here");
                diag_hint(loader->sink, "put all that is to be said about it into one place");
            }
        }
}

void schemas_read(Loader *loader)
{
    loader->schemas = ARENA_ARRAY(loader->arena, SchemaFile, loader->files.n + 1);
    for (unsigned i = 0; i < loader->worker_count; i++) loader->workers[i].keeps_written = config_keeps_written(loader);
    loader_parallel(loader, loader->files.n, read_file, NULL);
    sources_read(loader);
    groups_join(loader);
    map_init(&loader->patches, loader->arena);
    Map stems;
    index_files(loader, &stems);
    add_patches(loader, &stems, false);
    add_patches(loader, &stems, true);
    for (size_t f = 0; f < loader->files.n; f++)
        for (size_t i = 0; i < loader->schemas[f].nodes.n; i++)
            vec_push(loader->arena, &loader->nodes, loader->schemas[f].nodes.at[i]);
}
