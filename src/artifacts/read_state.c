/* Reading an earlier state of the project: the artifacts of a folder that --state names, written by cdbt or by dbt.
 *
 * The manifest of a large project is many megabytes: it is walked through, and of each node only the keys are kept that
 * the comparison asks for. */
#include "artifacts/artifacts.h"
#include "artifacts/pull.h"
#include "base/file.h"
#include "template/library.h"

typedef struct StateReader {
    Arena *arena; /* the state's */
    DiagSink *sink;
    Span span;
    Str path; /* of the file at hand */
} StateReader;

static bool refuse(StateReader *r, const char *why)
{
    diag_add(r->sink, DIAG_state_invalid, r->span, "%.*s %s", STR_ARG(r->path), why);
    diag_hint(r->sink, "write it anew: it may have been cut off, or come from another tool");
    return false;
}

static bool read_json(StateReader *r, Str text, Value *value)
{
    Str problem;
    if (value_from_json(r->arena, text, value, &problem)) return true;
    return refuse(r, "is not JSON that can be read");
}

/* A key as it is written between quotes, decoded. */
static Str decoded(StateReader *r, Str key)
{
    Value v;
    Str problem;
    if (str_find_char(key, '\\', 0) == STR_NPOS) return str_dup(r->arena, key);
    Str quoted = str_n(key.ptr - 1, key.len + 2);
    return value_from_json(r->arena, quoted, &v, &problem) && v.kind == V_STR ? value_text(v) : str_dup(r->arena, key);
}

static bool one_of(Str key, const Str *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(key, words[i])) return true;
    return false;
}

/* ---- manifest.json ---- */

/* "https://schemas.getdbt.com/dbt/manifest/v12.json" -> 12 */
static bool schema_fits(StateReader *r, Value metadata, const char *kind, int64_t lowest, int64_t highest)
{
    Value version = metadata.kind == V_DICT ? dict_get_str(metadata.u.dict, STR("dbt_schema_version")) : VALUE_NONE;
    Str text = version.kind == V_STR ? value_text(version) : STR_EMPTY, wanted = str_fmt(r->arena, "/%s/v", kind);
    size_t at = str_find(text, wanted, 0);
    int64_t number;
    if (at == STR_NPOS) return refuse(r, "does not say which schema it has");
    text = str_from_index(text, at + wanted.len);
    if (str_ends(text, STR(".json"))) text = str_slice(text, 0, text.len - 5);
    if (str_to_int(text, &number) && number >= lowest && number <= highest) return true;
    diag_add(r->sink, DIAG_state_invalid, r->span, "%.*s has schema version %.*s; those from %d to %d can be read",
             STR_ARG(r->path), STR_ARG(text), (int)lowest, (int)highest);
    diag_hint(r->sink, "write the state with dbt 1.0 to 1.11, or with cdbt");
    return false;
}

/* The keys that selection, contracts and deferral look at. */
static const Str node_keys[] = {STR_INIT("resource_type"),
                                STR_INIT("name"),
                                STR_INIT("fqn"),
                                STR_INIT("raw_code"),
                                STR_INIT("raw_sql"),
                                STR_INIT("checksum"),
                                STR_INIT("unrendered_config"),
                                STR_INIT("config"),
                                STR_INIT("columns"),
                                STR_INIT("description"),
                                STR_INIT("version"),
                                STR_INIT("latest_version"),
                                STR_INIT("access"),
                                STR_INIT("contract"),
                                STR_INIT("constraints"),
                                STR_INIT("deprecation_date"),
                                STR_INIT("database"),
                                STR_INIT("schema"),
                                STR_INIT("alias"),
                                STR_INIT("relation_name"),
                                STR_INIT("identifier"),
                                STR_INIT("quoting"),
                                STR_INIT("freshness"),
                                STR_INIT("loaded_at_field"),
                                STR_INIT("external"),
                                STR_INIT("unrendered_database"),
                                STR_INIT("unrendered_schema"),
                                STR_INIT("arguments"),
                                STR_INIT("returns")};
static const Str config_keys[] = {STR_INIT("materialized"), STR_INIT("enabled")};
static const Str column_keys[] = {STR_INIT("name"), STR_INIT("description"), STR_INIT("data_type"),
                                  STR_INIT("constraints")};

/* An object with the keys named; with no names: all. */
static bool read_picked(StateReader *r, Str text, const Str *keys, size_t count, Value *value);

static bool read_columns(StateReader *r, Str text, Value *value)
{
    JsonPull pull = {.text = text};
    Str key, column;
    *value = value_dict(r->arena);
    if (!pull_open(&pull, '{')) return refuse(r, "is not JSON that can be read");
    while (pull_key(&pull, &key) && pull_value(&pull, &column)) {
        Value v;
        if (!read_picked(r, column, column_keys, sizeof column_keys / sizeof *column_keys, &v)) return false;
        dict_set_str(value->u.dict, decoded(r, key), v);
    }
    return !pull.broken || refuse(r, "is not JSON that can be read");
}

static bool read_picked(StateReader *r, Str text, const Str *keys, size_t count, Value *value)
{
    JsonPull pull = {.text = text};
    Str key, part;
    bool node = keys == node_keys;
    *value = value_dict(r->arena);
    if (!pull_open(&pull, '{')) return refuse(r, "is not JSON that can be read");
    while (pull_key(&pull, &key) && pull_value(&pull, &part)) {
        if (!one_of(key, keys, count) || str_eq(part, STR("null"))) continue;
        Value v;
        bool ok;
        if (node && str_eq(key, STR("config")))
            ok = read_picked(r, part, config_keys, sizeof config_keys / sizeof *config_keys, &v);
        else if (node && str_eq(key, STR("columns")))
            ok = read_columns(r, part, &v);
        else
            ok = read_json(r, part, &v);
        if (!ok) return false;
        dict_set_str(value->u.dict, str_dup(r->arena, key), v);
    }
    return !pull.broken || refuse(r, "is not JSON that can be read");
}

static bool read_nodes(StateReader *r, JsonPull *pull, PreviousState *state, bool whole)
{
    Str key, text;
    if (!pull_open(pull, '{')) return refuse(r, "is not JSON that can be read");
    while (pull_key(pull, &key) && pull_value(pull, &text)) {
        Value v;
        if (whole ? !read_json(r, text, &v)
                  : !read_picked(r, text, node_keys, sizeof node_keys / sizeof *node_keys, &v))
            return false;
        map_put(&state->nodes, decoded(r, key), arena_copy(r->arena, &v, sizeof v));
    }
    return !pull->broken || refuse(r, "is not JSON that can be read");
}

static bool read_macros(StateReader *r, JsonPull *pull, PreviousState *state)
{
    Str key, text, inner, part;
    if (!pull_open(pull, '{')) return refuse(r, "is not JSON that can be read");
    while (pull_key(pull, &key) && pull_value(pull, &text)) {
        /* The libraries' own are not compared; see state.c. */
        bool library = str_starts(key, STR("macro.dbt."));
        JsonPull macro = {.text = text};
        Str sql = STR_EMPTY;
        Value v;
        if (library || !pull_open(&macro, '{')) continue;
        while (pull_key(&macro, &inner) && pull_value(&macro, &part)) {
            if (!str_eq(inner, STR("macro_sql"))) continue;
            if (!read_json(r, part, &v)) return false;
            if (v.kind == V_STR) sql = value_text(v);
        }
        map_put(&state->macros, decoded(r, key), arena_copy(r->arena, &sql, sizeof sql));
    }
    return !pull->broken || refuse(r, "is not JSON that can be read");
}

static bool read_manifest(StateReader *r, Str text, PreviousState *state)
{
    static const Str sections[] = {STR_INIT("nodes"), STR_INIT("sources"), STR_INIT("functions")};
    static const Str whole[] = {STR_INIT("exposures"), STR_INIT("metrics"), STR_INIT("semantic_models"),
                                STR_INIT("saved_queries"), STR_INIT("unit_tests")};
    JsonPull pull = {.text = text};
    Str key, skipped;
    bool any = false;
    if (!pull_open(&pull, '{')) return refuse(r, "is not JSON that can be read");
    while (pull_key(&pull, &key)) {
        if (str_eq(key, STR("metadata"))) {
            Value metadata;
            if (!pull_value(&pull, &skipped) || !read_json(r, skipped, &metadata)) break;
            if (!schema_fits(r, metadata, "manifest", 4, 12)) return false;
            any = true;
        } else if (one_of(key, sections, sizeof sections / sizeof *sections)) {
            if (!read_nodes(r, &pull, state, false)) return false;
        } else if (one_of(key, whole, sizeof whole / sizeof *whole)) {
            if (!read_nodes(r, &pull, state, true)) return false;
        } else if (str_eq(key, STR("macros"))) {
            if (!read_macros(r, &pull, state)) return false;
        } else if (!pull_value(&pull, &skipped)) {
            break;
        }
    }
    if (pull.broken) return refuse(r, "is not JSON that can be read");
    return any || refuse(r, "is no manifest: it has no metadata");
}

/* ---- run_results.json, sources.json ---- */

static Value key_of(Value dict, const char *key)
{
    return dict.kind == V_DICT ? dict_get_str(dict.u.dict, str_from(key)) : VALUE_NONE;
}

static Str text_of(Value dict, const char *key)
{
    Value v = key_of(dict, key);
    return v.kind == V_STR ? value_text(v) : STR_EMPTY;
}

static bool read_results(StateReader *r, Str text, const char *kind, int64_t lowest, int64_t highest, Value *results)
{
    Value all;
    if (!read_json(r, text, &all)) return false;
    if (!schema_fits(r, key_of(all, "metadata"), kind, lowest, highest)) return false;
    *results = key_of(all, "results");
    return results->kind == V_LIST || refuse(r, "has no list of results");
}

static bool read_run_results(StateReader *r, Str text, PreviousState *state)
{
    Value results;
    if (!read_results(r, text, "run-results", 4, 6, &results)) return false;
    for (uint32_t i = 0; i < results.u.list->n; i++) {
        Str *status = ARENA_NEW(r->arena, Str);
        *status = text_of(results.u.list->at[i], "status");
        map_put(&state->results, text_of(results.u.list->at[i], "unique_id"), status);
    }
    return true;
}

static bool read_sources(StateReader *r, Str text, Map *into)
{
    Value results;
    if (!read_results(r, text, "sources", 3, 3, &results)) return false;
    for (uint32_t i = 0; i < results.u.list->n; i++) {
        StateFreshness *freshness = ARENA_NEW(r->arena, StateFreshness);
        freshness->max_loaded_at = text_of(results.u.list->at[i], "max_loaded_at");
        map_put(into, text_of(results.u.list->at[i], "unique_id"), freshness);
    }
    return true;
}

/* ---- the folder ---- */

/* False after an error; *found tells whether there is such a file. */
static bool open_file(StateReader *r, Arena *scratch, Str folder, const char *name, Str *text, bool *found)
{
    Str error;
    r->path = path_join(r->arena, folder, str_from(name));
    *found = file_is_regular(r->path.ptr);
    if (!*found) return true;
    if (file_read(scratch, r->path.ptr, text, &error)) return true;
    diag_add(r->sink, DIAG_file_read, r->span, "cannot read %.*s: %.*s", STR_ARG(r->path), STR_ARG(error));
    return false;
}

static bool read_folder(StateReader *r, Arena *scratch, Str folder, Str target, PreviousState *state)
{
    Str text;
    if (!open_file(r, scratch, folder, "manifest.json", &text, &state->has_manifest)) return false;
    if (state->has_manifest && !read_manifest(r, text, state)) return false;
    arena_clear(scratch);
    if (!open_file(r, scratch, folder, "run_results.json", &text, &state->has_results)) return false;
    if (state->has_results && !read_run_results(r, text, state)) return false;
    if (!open_file(r, scratch, folder, "sources.json", &text, &state->has_sources)) return false;
    if (state->has_sources && !read_sources(r, text, &state->sources)) return false;
    if (!open_file(r, scratch, target, "sources.json", &text, &state->has_current_sources)) return false;
    return !state->has_current_sources || read_sources(r, text, &state->current_sources);
}

PreviousState *artifacts_read_state(Arena *arena, const Manifest *manifest, SpanText folder, DiagSink *sink)
{
    PreviousState *state = ARENA_NEW(arena, PreviousState);
    *state = (PreviousState){.folder = folder.text, .span = folder.span};
    Map *maps[] = {&state->nodes, &state->macros, &state->results, &state->sources, &state->current_sources};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) map_init(maps[i], arena);
    Str at = path_join(arena, manifest->paths.root, folder.text); /* relative to the project, as in dbt */
    if (!file_is_dir(at.ptr)) {
        diag_add(sink, DIAG_state_invalid, folder.span, "there is no folder '%.*s'", STR_ARG(at));
        diag_hint(sink, "the path is relative to the project's folder; it must hold the artifacts of an earlier run");
        return NULL;
    }
    if (str_eq(path_absolute(arena, at), path_absolute(arena, manifest->paths.target))) {
        diag_add(sink, DIAG_state_is_target, folder.span, "'%.*s' is this project's own target folder",
                 STR_ARG(folder.text));
        diag_hint(sink, "copy it elsewhere before the next run: each run writes its artifacts anew");
    }
    StateReader reader = {.arena = arena, .sink = sink, .span = folder.span};
    Arena *scratch = arena_new();
    bool ok = read_folder(&reader, scratch, at, manifest->paths.target, state);
    arena_free(scratch);
    return ok ? state : NULL;
}
