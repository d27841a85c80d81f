/* Schema YAML: what it says about models, seeds, snapshots, analyses and macros becomes patches; sources and exposures
 * become nodes (read_sources.c). */
#include "project/read_schema.h"
#include "base/vec.h"
#include "project/config.h"

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
};

static const Str column_keys[] = {
    STR_INIT("name"),      STR_INIT("description"), STR_INIT("tests"),       STR_INIT("data_tests"),
    STR_INIT("meta"),      STR_INIT("tags"),        STR_INIT("data_type"),   STR_INIT("quote"),
    STR_INIT("config"),    STR_INIT("constraints"), STR_INIT("granularity"), STR_INIT("policy_tags"),
    STR_INIT("dimension"), STR_INIT("entity"),
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
    return yaml_to_value(worker->arena, worker->yaml, file->package->family, node, never, value);
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

/* `config:` and the keys that older files have beside it, as one dict. */
Value schema_config(Worker *worker, const ProjectFile *file, const YamlNode *map)
{
    Value config = value_dict(worker->arena);
    static const char *const beside[] = {"tags", "meta", "docs", "group", "access", "quote_columns", "contract"};
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
        Value v;
        if (schema_value(worker, file, map, beside[i], &v) && v.kind != V_UNDEFINED)
            dict_set_str(config.u.dict, str_from(beside[i]), v);
    }
    const YamlNode *node = NULL;
    if (!yaml_get_map(map, "config", &worker->sink, &node) || !node) return config;
    Value inner;
    if (yaml_to_value(worker->arena, worker->yaml, file->package->family, node, never, &inner))
        config_apply(worker->arena, config, inner, false);
    return config;
}

bool schema_name(Worker *worker, const YamlNode *entry, const char *what, Str *name, Span *span)
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
    if (yaml_is_scalar(node) && node->kind != YAML_STR) { /* a model may be named 2024 */
        *name = node->text;
        return true;
    }
    return yaml_to_str(node, "'name'", &worker->sink, name);
}

/* ---- columns and tests ---- */

static void push_test(Worker *worker, Patch *patch, TestEntry entry)
{
    if (patch->test_count == patch->test_cap)
        patch->tests =
            vec_grown(worker->arena, patch->tests, &patch->test_cap, patch->test_count + 1, sizeof *patch->tests);
    patch->tests[patch->test_count++] = entry;
}

static void read_tests(Worker *worker, Patch *patch, const YamlNode *map, const Column *column, bool source_table)
{
    static const char *const names[] = {"tests", "data_tests"};
    for (size_t n = 0; n < 2; n++) {
        const YamlNode *list = NULL;
        if (!yaml_get_list(map, names[n], &worker->sink, &list) || !list) continue;
        for (size_t i = 0; i < list->u.seq.count; i++)
            push_test(worker, patch, (TestEntry){list->u.seq.items[i], column, source_table});
    }
}

void schema_columns(Worker *worker, ProjectFile *file, Patch *patch, const YamlNode *map, bool source_table)
{
    read_tests(worker, patch, map, NULL, source_table);
    const YamlNode *list = NULL;
    if (!yaml_get_list(map, "columns", &worker->sink, &list) || !list) return;
    patch->columns = ARENA_ARRAY(worker->arena, Column, list->u.seq.count + 1);
    for (size_t i = 0; i < list->u.seq.count; i++) {
        const YamlNode *entry = list->u.seq.items[i];
        Column *column = &patch->columns[patch->column_count];
        *column = (Column){.description = STR_EMPTY, .data_type = STR_EMPTY};
        if (!schema_name(worker, entry, "a column", &column->name, &column->span)) continue;
        yaml_check_keys(entry, KEYS(column_keys), "a column", &worker->sink);
        patch->column_count++;
        yaml_description(worker, file->package, yaml_get(entry, STR("description")), &column->description);
        schema_str(worker, file, entry, "data_type", &column->data_type);
        schema_value(worker, file, entry, "meta", &column->meta);
        schema_value(worker, file, entry, "tags", &column->tags);
        if (column->tags.kind == V_STR) {
            Value list_of_one = value_list(worker->arena);
            list_push(list_of_one.u.list, column->tags);
            column->tags = list_of_one;
        }
        schema_value(worker, file, entry, "constraints", &column->constraints);
        schema_value(worker, file, entry, "config", &column->config);
        schema_value(worker, file, entry, "quote", &column->quote);
        read_tests(worker, patch, entry, column, source_table);
    }
}

/* ---- patches ---- */

static void read_patch(Worker *worker, ProjectFile *file, SchemaFile *schema, const char *kind, const char *what,
                       const YamlNode *entry)
{
    Str name;
    Span span;
    if (!schema_name(worker, entry, what, &name, &span)) return;
    yaml_check_keys(entry, KEYS(node_keys), what, &worker->sink);
    if (!yaml_absent(yaml_get(entry, STR("versions")))) {
        diag_add(&worker->sink, DIAG_unsupported, yaml_pair(entry, STR("versions"))->key->span,
                 "model versions are not supported yet");
        diag_hint(&worker->sink, "keep one model a name, or run this project with dbt");
    }
    Patch *patch = ARENA_NEW(worker->arena, Patch);
    patch->kind = str_from(kind);
    patch->name = name;
    patch->file = file;
    patch->node = entry;
    patch->name_span = span;
    const YamlNode *description = yaml_get(entry, STR("description"));
    patch->description_span = description ? description->span : SPAN_NONE;
    yaml_description(worker, file->package, description, &patch->description);
    patch->config = schema_config(worker, file, entry);
    schema_value(worker, file, entry, "constraints", &patch->constraints);
    schema_value(worker, file, entry, "docs", &patch->docs);
    if (!str_eq(patch->kind, STR("macros"))) schema_columns(worker, file, patch, entry, false);
    vec_push(worker->arena, &schema->patches, patch);
}

static void read_list(Worker *worker, const YamlNode *root, const char *key, const YamlNode **list)
{
    *list = NULL;
    yaml_get_list(root, key, &worker->sink, list);
}

/* Kinds that are not built yet are named once a file, so that nobody believes that they run. */
static void note_unsupported(Worker *worker, const YamlNode *root)
{
    static const struct {
        const char *key, *words;
    } kinds[] = {
        {"unit_tests", "unit tests are not run yet"},
        {"metrics", "metrics are not read yet"},
        {"semantic_models", "semantic models are not read yet"},
        {"saved_queries", "saved queries are not read yet"},
        {"groups", "groups are not checked yet"},
        {"functions", "functions are not supported"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const YamlPair *pair = yaml_pair(root, str_from(kinds[i].key));
        if (!pair || yaml_absent(pair->value)) continue;
        Diag *diag = diag_add(&worker->sink, DIAG_unsupported, pair->key->span, "%s: this part of the file is left out",
                              kinds[i].words);
        diag->severity = DIAG_WARNING;
        worker->sink.errors--;
        worker->sink.warnings++;
    }
}

static void read_file(Loader *loader, Worker *worker, size_t item, void *data)
{
    (void)data;
    ProjectFile *file = &loader->files.at[item];
    if (file->kind != FILE_SCHEMA || !file_load(loader, worker->arena, file, &worker->sink)) return;
    const YamlNode *root;
    if (!yaml_parse(worker->arena, loader->manifest->sources, file->source, &worker->sink, &root) || !root) return;
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
        {"models", "a model"},       {"seeds", "a seed"},   {"snapshots", "a snapshot"},
        {"analyses", "an analysis"}, {"macros", "a macro"},
    };
    const YamlNode *list;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        read_list(worker, root, kinds[k].key, &list);
        for (size_t i = 0; list && i < list->u.seq.count; i++)
            read_patch(worker, file, schema, kinds[k].key, kinds[k].what, list->u.seq.items[i]);
    }
    read_list(worker, root, "sources", &list);
    for (size_t i = 0; list && i < list->u.seq.count; i++)
        source_read(loader, worker, file, schema, list->u.seq.items[i]);
    read_list(worker, root, "exposures", &list);
    for (size_t i = 0; list && i < list->u.seq.count; i++)
        exposure_read(loader, worker, file, schema, list->u.seq.items[i]);
    note_unsupported(worker, root);
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

static void add_patches(Loader *loader, bool supplements)
{
    for (size_t f = 0; f < loader->files.n; f++)
        for (size_t i = 0; i < loader->schemas[f].patches.n; i++) {
            Patch *patch = loader->schemas[f].patches.at[i];
            if (adds_tests_only(patch) != supplements) continue;
            vec_push(loader->arena, &loader->patch_list, patch);
            void **slot =
                map_slot(&loader->patches, patch_key(loader->arena, patch->file->package, patch->kind, patch->name));
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
    loader_parallel(loader, loader->files.n, read_file, NULL);
    map_init(&loader->patches, loader->arena);
    add_patches(loader, false);
    add_patches(loader, true);
    for (size_t f = 0; f < loader->files.n; f++)
        for (size_t i = 0; i < loader->schemas[f].nodes.n; i++)
            vec_push(loader->arena, &loader->nodes, loader->schemas[f].nodes.at[i]);
}
