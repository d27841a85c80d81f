/* Versions of a model: each is a model of its own. */
#include "base/vec.h"
#include "project/config.h"
#include "project/read_schema.h"

#define KEYS(name) name, sizeof name / sizeof *name

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

/* dbt reads these of the model alone. */
static void note_without_effect(Worker *worker, const YamlNode *version)
{
    static const char *const keys[] = {"docs", "meta", "access"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const YamlPair *pair = yaml_pair(version, str_from(keys[i]));
        if (!pair) continue;
        diag_add(&worker->sink, DIAG_config_unused, pair->key->span, "'%s' has no effect beside a version", keys[i]);
        diag_hint(&worker->sink, "write it below `config:` of the version");
    }
}

static void filter_wrong(Worker *worker, const YamlNode *entry, const char *message)
{
    diag_add(&worker->sink, DIAG_yaml_type, entry->span, "%s", message);
    diag_hint(&worker->sink,
              "write once `- include: all` or `- include: [id, name]`, and `exclude: [..]` beside `all`");
}

/* Which of the model's columns a version has. */
static ColumnFilter read_filter(Worker *worker, const YamlNode *columns)
{
    ColumnFilter filter = {NULL, NULL};
    bool found = false;
    for (size_t i = 0; columns && i < columns->u.seq.count; i++) {
        const YamlNode *entry = columns->u.seq.items[i];
        if (!schema_is_filter(entry)) continue;
        const YamlNode *include = yaml_get(entry, STR("include"));
        if (found)
            filter_wrong(worker, entry, "the columns of a version say `include` twice");
        else if (yaml_absent(include))
            filter_wrong(worker, entry, "`exclude` takes columns away from those that `include` names");
        else if (!yaml_is(include, YAML_SEQ) && !str_eq(include->text, STR("all")) && !str_eq(include->text, STR("*")))
            filter_wrong(worker, include, "`include` is a list of columns, or `all`");
        found = true;
        filter = (ColumnFilter){include, yaml_get(entry, STR("exclude"))};
    }
    return filter;
}

/* dbt: ModelPatchParser.parse_patch. Each version is a model of its own; what it does not say is the model's. */
void versions_read(Worker *worker, ProjectFile *file, SchemaFile *schema, const YamlNode *entry,
                   const YamlNode *versions, Str name, Span span)
{
    Arena *arena = worker->arena;
    Value latest = value_undefined(STR_EMPTY);
    if (!check_versions(worker, file, entry, versions, &latest)) return;
    const YamlNode *columns = NULL, *own = NULL;
    yaml_get_list(entry, "columns", &worker->sink, &columns);
    for (size_t i = 0; i < versions->u.seq.count; i++) {
        const YamlNode *at = versions->u.seq.items[i];
        if (!yaml_check_keys(at, KEYS(version_keys), "a version", &worker->sink))
            diag_become(&worker->sink, DIAG_ERROR); /* as dbt */
        Patch *patch = schema_patch(worker, file, "models", name, span, entry);
        read_v(worker, file, at, &patch->version);
        patch->latest_version = latest;
        patch->latest = value_equal(patch->version, latest);
        patch->name_span = yaml_get(at, STR("v"))->span;
        patch->file_name = str_fmt(arena, "%.*s_v%.*s", STR_ARG(name), STR_ARG(value_to_str(arena, patch->version)));
        schema_str(worker, file, at, "defined_in", &patch->file_name);
        const YamlNode *description = yaml_get(at, STR("description"));
        if (!yaml_absent(description) && description->text.len) {
            patch->description_span = description->span;
            patch->doc_blocks = (IdList){NULL, 0};
            yaml_description(worker, file->package, description, &patch->description, &patch->doc_blocks);
        }
        patch->config = value_copy(arena, patch->config);
        config_merge_deep(arena, patch->config, schema_config_only(worker, file, at));
        patch->written = schema_config_written(worker, at);
        note_without_effect(worker, at);
        schema_properties(worker, file, patch, entry);
        patch->deprecation_date = STR_EMPTY; /* of dates, a version has its own only */
        schema_properties(worker, file, patch, at);
        own = NULL;
        yaml_get_list(at, "columns", &worker->sink, &own);
        schema_columns_reserve(worker, patch, (columns ? columns->u.seq.count : 0) + (own ? own->u.seq.count : 0));
        ColumnFilter filter = read_filter(worker, own);
        const TestEntry of_model = {0}, of_version = {.of_version = true};
        schema_columns_add(worker, file, patch, columns, of_model, &filter);
        schema_columns_add(worker, file, patch, own, of_version, NULL);
        /* In dbt an empty `data_tests` takes the model's tests away, an empty `tests`, the older name, does not. */
        const YamlNode *older = yaml_get(at, STR("tests"));
        bool own_tests = yaml_get(at, STR("data_tests")) || (yaml_is(older, YAML_SEQ) && older->u.seq.count);
        schema_tests(worker, patch, own_tests ? at : entry, own_tests ? of_version : of_model);
        vec_push(arena, &schema->patches, patch);
    }
}
