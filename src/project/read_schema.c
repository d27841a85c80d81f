/* Schema YAML: what it says about models, seeds, snapshots, analyses and macros becomes patches; sources and exposures
 * become nodes (read_sources.c). */
#include "project/read_schema.h"
#include "base/file.h"
#include "base/vec.h"
#include "project/config.h"

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

Value schema_config_only(Worker *worker, const ProjectFile *file, const YamlNode *map)
{
    Value config = value_dict(worker->arena), inner;
    const YamlNode *node = NULL;
    if (yaml_get_map(map, "config", &worker->sink, &node) && node &&
        yaml_to_value(worker->arena, worker->yaml, file->package->family, node, never, &inner))
        config = inner;
    return config;
}

/* `config:` and the keys that older files have beside it, as one dict. */
Value schema_config(Worker *worker, const ProjectFile *file, const YamlNode *map)
{
    Value config = value_dict(worker->arena);
    static const char *const beside[] = {"meta", "docs", "group", "contract", "access"};
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
        Value v;
        if (!schema_value(worker, file, map, beside[i], &v) || v.kind == V_UNDEFINED) continue;
        dict_set_str(config.u.dict, str_from(beside[i]), v);
        const YamlPair *below = yaml_pair(yaml_get(map, STR("config")), str_from(beside[i]));
        if (!below) continue; /* dbt: normalize_attribute */
        diag_add(&worker->sink, DIAG_config_invalid, yaml_pair(map, str_from(beside[i]))->key->span,
                 "'%s' stands both beside and below 'config'", beside[i]);
        diag_note(&worker->sink, below->key->span, "the other one is here");
        diag_hint(&worker->sink, "keep the one below `config:`");
    }
    Value inner = schema_config_only(worker, file, map);
    for (uint32_t i = 0; inner.kind == V_DICT && i < inner.u.dict->used; i++) {
        const DictEntry *entry = &inner.u.dict->entries[i];
        if (entry->key.kind == V_STR) dict_set_str(config.u.dict, config_key(value_text(entry->key)), entry->value);
    }
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
            push_test(worker, patch, (TestEntry){yaml_copy(worker->arena, list->u.seq.items[i]), column, source_table});
    }
}

/* dbt: tags and meta of a column are those beside and below its `config`; each tag once (ParserRef._add). */
static void column_config(Arena *arena, Column *column)
{
    if (column->config.kind != V_DICT) return;
    Value meta = dict_get_str(column->config.u.dict, STR("meta")),
          tags = dict_get_str(column->config.u.dict, STR("tags"));
    if (meta.kind == V_DICT) {
        Value both = value_dict(arena);
        config_replace(both, column->meta);
        config_replace(both, meta);
        column->meta = both;
    }
    if (tags.kind != V_STR && tags.kind != V_LIST) return;
    Value both = value_list(arena), lists[] = {column->tags, tags};
    for (size_t l = 0; l < 2; l++) {
        if (lists[l].kind == V_STR) list_push(both.u.list, lists[l]);
        for (uint32_t i = 0; lists[l].kind == V_LIST && i < lists[l].u.list->n; i++) {
            bool known = false;
            for (uint32_t k = 0; k < both.u.list->n && !known; k++)
                known = value_equal(both.u.list->at[k], lists[l].u.list->at[i]);
            if (!known) list_push(both.u.list, lists[l].u.list->at[i]);
        }
    }
    column->tags = both;
}

/* Keys that dbt does not know stay with the column (ColumnInfo._extra). */
static void column_extra(Worker *worker, const ProjectFile *file, const YamlNode *entry, Column *column)
{
    static const Str kept[] = {STR_INIT("name"), STR_INIT("description"), STR_INIT("tests"),  STR_INIT("data_tests"),
                               STR_INIT("meta"), STR_INIT("tags"),        STR_INIT("quote"),  STR_INIT("data_type"),
                               STR_INIT("docs"), STR_INIT("constraints"), STR_INIT("config"), STR_INIT("granularity")};
    for (size_t i = 0; i < entry->u.map.count; i++) {
        const YamlPair *pair = &entry->u.map.pairs[i];
        bool known = false;
        for (size_t k = 0; k < sizeof kept / sizeof *kept && !known; k++) known = str_eq(kept[k], pair->key->text);
        if (known) continue;
        if (column->extra.kind != V_DICT) column->extra = value_dict(worker->arena);
        Value v;
        if (yaml_to_value(worker->arena, worker->yaml, file->package->family, pair->value, NULL, &v))
            dict_set_str(column->extra.u.dict, pair->key->text, v);
    }
}

/* Which of the model's columns a version has (dbt: IncludeExclude). */
typedef struct ColumnFilter {
    const YamlNode *include, *exclude; /* NULL: all, none */
} ColumnFilter;

static bool lists(const YamlNode *node, Str name)
{
    if (yaml_is(node, YAML_STR)) return str_eq(node->text, STR("*")) || str_eq(node->text, STR("all"));
    for (size_t i = 0; yaml_is(node, YAML_SEQ) && i < node->u.seq.count; i++)
        if (str_eq(node->u.seq.items[i]->text, name)) return true;
    return false;
}

static bool is_filter(const YamlNode *entry)
{
    return yaml_is(entry, YAML_MAP) && !yaml_get(entry, STR("name")) &&
           (yaml_get(entry, STR("include")) || yaml_get(entry, STR("exclude")));
}

static void read_columns(Worker *worker, ProjectFile *file, Patch *patch, const YamlNode *list, bool source_table,
                         const ColumnFilter *filter)
{
    for (size_t i = 0; list && i < list->u.seq.count; i++) {
        const YamlNode *entry = list->u.seq.items[i];
        if (is_filter(entry) && patch->file_name.len) continue;
        Column *column = &patch->columns[patch->column_count];
        *column = (Column){.description = STR_EMPTY, .data_type = STR_EMPTY, .granularity = STR_EMPTY};
        column->meta = column->tags = column->constraints = column->config = column->extra = column->quote =
            value_undefined(STR_EMPTY);
        if (!schema_name(worker, entry, "a column", &column->name, &column->span)) continue;
        if (filter && ((filter->include && !lists(filter->include, column->name)) ||
                       (filter->exclude && lists(filter->exclude, column->name))))
            continue;
        yaml_check_keys(entry, KEYS(column_keys), "a column", &worker->sink);
        patch->column_count++;
        yaml_description(worker, file->package, yaml_get(entry, STR("description")), &column->description,
                         &column->doc_blocks);
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
        column_config(worker->arena, column);
        column_extra(worker, file, entry, column);
        schema_str(worker, file, entry, "granularity", &column->granularity);
        schema_value(worker, file, entry, "quote", &column->quote);
        read_tests(worker, patch, entry, column, source_table);
    }
}

/* Tests point at their columns: room for all must be there before the first. */
static void reserve_columns(Worker *worker, Patch *patch, size_t count)
{
    patch->columns = ARENA_ARRAY(worker->arena, Column, count + 1);
}

void schema_columns(Worker *worker, ProjectFile *file, Patch *patch, const YamlNode *map, bool source_table)
{
    const YamlNode *list = NULL;
    if (yaml_get_list(map, "columns", &worker->sink, &list) && list) {
        reserve_columns(worker, patch, list->u.seq.count);
        read_columns(worker, file, patch, list, source_table, NULL);
    }
    read_tests(worker, patch, map, NULL, source_table); /* after those of the columns, as dbt makes them */
}

/* ---- patches ---- */

/* dbt: normalize_date. A date is its first moment, a moment without a zone is local. */
static Str local_moment(Arena *arena, const YamlNode *node)
{
    if (node->kind != YAML_DATE && node->kind != YAML_TIME) return yaml_scalar_str(arena, node);
    Str text = yaml_iso(arena, node->u.time, false);
    struct tm parts = {.tm_isdst = -1};
    Str zone = str_from_index(text, text.len > 19 ? 19 : text.len);
    if (str_find_char(zone, '+', 0) != STR_NPOS || str_find_char(zone, '-', 0) != STR_NPOS) return text;
    if (!strptime(str_c(arena, str_slice(text, 0, 19)), "%Y-%m-%dT%H:%M:%S", &parts)) return text;
    mktime(&parts);
    long offset = parts.tm_gmtoff / 60, size = offset < 0 ? -offset : offset;
    return str_fmt(arena, "%.*s%c%02ld:%02ld", STR_ARG(text), offset < 0 ? '-' : '+', size / 60, size % 60);
}

static void schema_constraints(Worker *worker, ProjectFile *file, Patch *patch, const YamlNode *map)
{
    schema_value(worker, file, map, "constraints", &patch->constraints);
    schema_value(worker, file, map, "docs", &patch->docs);
    const YamlNode *date = yaml_get(map, STR("deprecation_date"));
    if (!yaml_absent(date)) patch->deprecation_date = local_moment(worker->arena, date);
}

static Patch *new_patch(Worker *worker, ProjectFile *file, const char *kind, Str name, Span span, const YamlNode *entry)
{
    Patch *patch = ARENA_NEW(worker->arena, Patch);
    patch->kind = str_from(kind);
    patch->name = name;
    patch->file = file;
    if (str_eq(patch->kind, STR("macros"))) patch->node = yaml_copy(worker->arena, entry);
    patch->name_span = span;
    patch->file_name = patch->deprecation_date = patch->relation = STR_EMPTY;
    patch->version = patch->latest_version = patch->constraints = patch->docs = value_undefined(STR_EMPTY);
    const YamlNode *description = yaml_get(entry, STR("description"));
    patch->description_span = description ? description->span : SPAN_NONE;
    yaml_description(worker, file->package, description, &patch->description, &patch->doc_blocks);
    patch->config = schema_config(worker, file, entry);
    return patch;
}

/* ---- versions ---- */

static const Str version_keys[] = {
    STR_INIT("v"),
    STR_INIT("defined_in"),
    STR_INIT("description"),
    STR_INIT("access"),
    STR_INIT("config"),
    STR_INIT("constraints"),
    STR_INIT("docs"),
    STR_INIT("tests"),
    STR_INIT("columns"),
    STR_INIT("data_tests"),
    STR_INIT("deprecation_date"),
    STR_INIT("meta"),
};

/* dbt: deep_merge. Mappings are merged, a list goes before the one that is there, everything else replaces. */
static void deep_merge(Arena *arena, Value into, Value level)
{
    for (uint32_t i = 0; level.kind == V_DICT && i < level.u.dict->used; i++) {
        const DictEntry *entry = &level.u.dict->entries[i];
        if (entry->key.kind != V_STR) continue;
        Value before = dict_get_str(into.u.dict, value_text(entry->key)), now = entry->value;
        if (now.kind == V_DICT && before.kind == V_DICT) {
            Value both = value_copy(arena, before);
            deep_merge(arena, both, now);
            now = both;
        } else if (now.kind == V_LIST && before.kind == V_LIST) {
            Value both = value_list(arena);
            for (uint32_t k = 0; k < now.u.list->n; k++) list_push(both.u.list, now.u.list->at[k]);
            for (uint32_t k = 0; k < before.u.list->n; k++) list_push(both.u.list, before.u.list->at[k]);
            now = both;
        }
        dict_set(into.u.dict, entry->key, now);
    }
}

static bool read_v(Worker *worker, ProjectFile *file, const YamlNode *entry, Value *v)
{
    if (!yaml_is(entry, YAML_MAP)) {
        yaml_wrong_type(entry, "a version", "a mapping with a 'v'", &worker->sink);
        return false;
    }
    if (!schema_value(worker, file, entry, "v", v)) return false;
    if (v->kind == V_INT || v->kind == V_FLOAT || v->kind == V_STR) return true;
    diag_add(&worker->sink, DIAG_yaml_missing_key, entry->span, "a version needs a 'v': a number or a word");
    diag_hint(&worker->sink, "write e.g. `- v: 2`");
    return false;
}

/* What the versions' numbers say together: the latest, and that none is there twice. */
static bool check_versions(Worker *worker, ProjectFile *file, const YamlNode *entry, const YamlNode *versions,
                           Value *latest)
{
    Arena *arena = worker->arena;
    bool named = !yaml_absent(yaml_get(entry, STR("latest_version"))), found = false;
    if (named && !schema_value(worker, file, entry, "latest_version", latest)) return false;
    Value *all = ARENA_ARRAY(arena, Value, versions->u.seq.count);
    for (size_t i = 0; i < versions->u.seq.count; i++) {
        if (!read_v(worker, file, versions->u.seq.items[i], &all[i])) return false;
        for (size_t k = 0; k < i; k++) {
            if (version_compare(all[i], all[k]) != 0) continue;
            diag_add(&worker->sink, DIAG_yaml_type, versions->u.seq.items[i]->span, "the version %.*s stands twice",
                     STR_ARG(value_to_str(arena, all[i])));
            diag_note(&worker->sink, versions->u.seq.items[k]->span, "the other one is here");
            return false;
        }
        if (!named && (i == 0 || version_compare(all[i], *latest) > 0)) *latest = all[i];
        found |= value_equal(all[i], *latest);
    }
    if (found) return true;
    diag_add(&worker->sink, DIAG_yaml_type, yaml_get(entry, STR("latest_version"))->span,
             "the latest_version %.*s is none of the versions", STR_ARG(value_to_str(arena, *latest)));
    diag_hint(&worker->sink, "name one of those below `versions:`");
    return false;
}

static ColumnFilter filter_of(const YamlNode *columns)
{
    for (size_t i = 0; columns && i < columns->u.seq.count; i++) {
        const YamlNode *entry = columns->u.seq.items[i];
        if (is_filter(entry)) return (ColumnFilter){yaml_get(entry, STR("include")), yaml_get(entry, STR("exclude"))};
    }
    return (ColumnFilter){NULL, NULL};
}

/* dbt: ModelPatchParser.parse_patch. Each version is a model of its own; what it does not say is the model's. */
static void read_versions(Worker *worker, ProjectFile *file, SchemaFile *schema, const YamlNode *entry,
                          const YamlNode *versions, Str name, Span span)
{
    Arena *arena = worker->arena;
    Value latest = value_undefined(STR_EMPTY);
    if (!check_versions(worker, file, entry, versions, &latest)) return;
    const YamlNode *columns = NULL, *own = NULL;
    yaml_get_list(entry, "columns", &worker->sink, &columns);
    for (size_t i = 0; i < versions->u.seq.count; i++) {
        const YamlNode *at = versions->u.seq.items[i];
        yaml_check_keys(at, KEYS(version_keys), "a version", &worker->sink);
        Patch *patch = new_patch(worker, file, "models", name, span, entry);
        read_v(worker, file, at, &patch->version);
        patch->latest_version = latest;
        patch->latest = value_equal(patch->version, latest);
        patch->name_span = yaml_get(at, STR("v"))->span;
        patch->file_name = str_fmt(arena, "%.*s_v%.*s", STR_ARG(name), STR_ARG(value_to_str(arena, patch->version)));
        schema_str(worker, file, at, "defined_in", &patch->file_name);
        const YamlNode *description = yaml_get(at, STR("description"));
        if (!yaml_absent(description) && description->text.len) {
            patch->description_span = description->span;
            yaml_description(worker, file->package, description, &patch->description, &patch->doc_blocks);
        }
        patch->config = value_copy(arena, patch->config);
        deep_merge(arena, patch->config, schema_config(worker, file, at));
        schema_constraints(worker, file, patch, entry);
        schema_constraints(worker, file, patch, at);
        own = NULL;
        yaml_get_list(at, "columns", &worker->sink, &own);
        reserve_columns(worker, patch, (columns ? columns->u.seq.count : 0) + (own ? own->u.seq.count : 0));
        ColumnFilter filter = filter_of(own);
        read_columns(worker, file, patch, columns, false, &filter);
        read_columns(worker, file, patch, own, false, NULL);
        /* In dbt an empty `data_tests` takes the model's tests away, an empty `tests`, the older name, does not. */
        const YamlNode *older = yaml_get(at, STR("tests"));
        bool own_tests = yaml_get(at, STR("data_tests")) || (yaml_is(older, YAML_SEQ) && older->u.seq.count);
        read_tests(worker, patch, own_tests ? at : entry, NULL, false);
        vec_push(arena, &schema->patches, patch);
    }
}

static void read_patch(Worker *worker, ProjectFile *file, SchemaFile *schema, const char *kind, const char *what,
                       const YamlNode *entry)
{
    Str name;
    Span span;
    if (!schema_name(worker, entry, what, &name, &span)) return;
    yaml_check_keys(entry, KEYS(node_keys), what, &worker->sink);
    const YamlNode *versions = NULL;
    if (!yaml_get_list(entry, "versions", &worker->sink, &versions)) return;
    if (versions && versions->u.seq.count && strcmp(kind, "models") == 0) {
        read_versions(worker, file, schema, entry, versions, name, span);
        return;
    }
    Patch *patch = new_patch(worker, file, kind, name, span, entry);
    schema_constraints(worker, file, patch, entry);
    const YamlNode *relation = str_eq(patch->kind, STR("snapshots")) ? yaml_get(entry, STR("relation")) : NULL;
    if (!yaml_absent(relation)) patch->relation = str_dup(worker->arena, relation->text);
    const YamlNode *config = yaml_get(entry, STR("config"));
    for (size_t i = 0; file->package->is_root && yaml_is(config, YAML_MAP) && i < config->u.map.count; i++)
        config_check_key(config->u.map.pairs[i].key->text, config->u.map.pairs[i].key->span, &worker->sink);
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
    read_list(worker, root, "unit_tests", &list);
    for (size_t i = 0; list && i < list->u.seq.count; i++)
        vec_push(worker->arena, &schema->unit_tests, yaml_copy(worker->arena, list->u.seq.items[i]));
    note_unsupported(worker, root);
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
    loader_parallel(loader, loader->files.n, read_file, NULL);
    map_init(&loader->patches, loader->arena);
    Map stems;
    index_files(loader, &stems);
    add_patches(loader, &stems, false);
    add_patches(loader, &stems, true);
    for (size_t f = 0; f < loader->files.n; f++)
        for (size_t i = 0; i < loader->schemas[f].nodes.n; i++)
            vec_push(loader->arena, &loader->nodes, loader->schemas[f].nodes.at[i]);
}
