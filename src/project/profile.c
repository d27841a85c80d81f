/* profiles.yml: which database a project runs on. Without any profile file there is an embedded default: SQLite in
 * <project>.db beside dbt_project.yml. */
#include "base/environment.h"
#include "base/file.h"
#include "project/loader.h"

#include <stdlib.h>

enum { DEFAULT_THREADS = 4 }; /* of the embedded default; a profile without `threads` has 1, as in dbt */

typedef VEC(AdapterSetting) Settings;

/* The file to read: a named folder must have one, the others are tried in turn. False if there is none. */
static bool find_file(Loader *loader, Str *path, bool *named)
{
    Arena *arena = loader->arena;
    const Str name = STR("profiles.yml");
    Str folders[4];
    size_t count = 0;
    *named = false;
    const char *variable = getenv("DBT_PROFILES_DIR");
    if (loader->options->profiles_dir.len || (variable && *variable)) {
        folders[count++] = loader->options->profiles_dir.len ? loader->options->profiles_dir : str_from(variable);
        *named = true;
    } else {
        folders[count++] = STR(".");
        folders[count++] = loader->manifest->root->root;
        const char *home = getenv("HOME");
        if (home && *home) folders[count++] = path_join(arena, str_from(home), STR(".dbt"));
    }
    for (size_t i = 0; i < count; i++) {
        *path = path_normal(arena, path_join(arena, folders[i], name));
        if (file_is_regular(path->ptr)) return true;
    }
    *path = path_normal(arena, path_join(arena, folders[0], name));
    return false;
}

static Str join_names(Arena *arena, const YamlNode *map, Str except)
{
    Buf out;
    buf_init(&out, arena);
    for (size_t i = 0; map && i < map->u.map.count; i++) {
        Str name = map->u.map.pairs[i].key->text;
        if (str_eq(name, except)) continue;
        if (out.len) buf_addz(&out, ", ");
        buf_add(&out, name);
    }
    return buf_str(&out);
}

static void flatten(Arena *arena, Settings *settings, Str key, Value v)
{
    if (v.kind == V_DICT) {
        for (uint32_t i = 0; i < v.u.dict->used; i++) {
            const DictEntry *entry = &v.u.dict->entries[i];
            if (entry->key.kind == V_UNDEFINED) continue;
            Str part = value_to_str(arena, entry->key);
            flatten(arena, settings, key.len ? str_fmt(arena, "%.*s.%.*s", STR_ARG(key), STR_ARG(part)) : part,
                    entry->value);
        }
    } else if (v.kind == V_LIST) {
        for (uint32_t i = 0; i < v.u.list->n; i++)
            flatten(arena, settings, str_fmt(arena, "%.*s.%u", STR_ARG(key), i), v.u.list->at[i]);
    } else if (v.kind != V_NONE) {
        vec_push(arena, settings, (AdapterSetting){key, str_dup(arena, value_to_str(arena, v))});
    }
}

static bool is_secret(const AdapterMethods *methods, Str key)
{
    static const Str parts[] = {STR_INIT("password"), STR_INIT("passwd"),      STR_INIT("passphrase"),
                                STR_INIT("token"),    STR_INIT("secret"),      STR_INIT("credential"),
                                STR_INIT("api_key"),  STR_INIT("private_key"), STR_INIT("access_key")};
    Arena *scratch = arena_new();
    Str small = str_lower(scratch, key);
    bool found = str_eq(small, STR("pass"));
    for (size_t i = 0; i < sizeof parts / sizeof *parts && !found; i++)
        found = str_find(small, parts[i], 0) != STR_NPOS;
    arena_free(scratch);
    if (found) return true;
    for (const AdapterSettingInfo *info = methods ? methods->settings : NULL; info && info->key; info++)
        if (info->secret && str_eq(str_from(info->key), key)) return true;
    return false;
}

/* Does a text hold what a DBT_ENV_SECRET variable holds? */
static bool holds_secret(Str text)
{
    size_t start, end;
    return environment_value_in(text, STR("DBT_ENV_SECRET"), 0, &start, &end);
}

/* What templates see as `target`: the output block without secrets, and dbt's own names. */
static Value target_value(Arena *arena, const Target *target, const AdapterMethods *methods, Value output)
{
    Value v = value_dict(arena);
    Dict *dict = v.u.dict;
    dict_set_str(dict, STR("database"), value_str(target->database));
    dict_set_str(dict, STR("schema"), value_str(target->schema));
    for (uint32_t i = 0; output.kind == V_DICT && i < output.u.dict->used; i++) {
        const DictEntry *entry = &output.u.dict->entries[i];
        if (entry->key.kind != V_STR || is_secret(methods, value_text(entry->key))) continue;
        if (holds_secret(value_to_str(arena, entry->value))) continue;
        dict_set(dict, entry->key, entry->value);
    }
    dict_set_str(dict, STR("type"), value_str(target->type));
    dict_set_str(dict, STR("threads"), value_int(target->threads));
    dict_set_str(dict, STR("name"), value_str(target->name));
    dict_set_str(dict, STR("target_name"), value_str(target->name));
    dict_set_str(dict, STR("profile_name"), value_str(target->profile_name));
    value_freeze(v);
    return v;
}

static bool finish_target(Loader *loader, Settings *settings, Value output)
{
    Manifest *m = loader->manifest;
    Target *target = &m->target;
    const AdapterMethods *methods = adapter_find(target->type);
    if (!methods) {
        Str names = dialect_names(loader->arena);
        diag_add(loader->sink, DIAG_profile_invalid, target->span, "there is no adapter of type '%.*s'",
                 STR_ARG(target->type));
        diag_hint(loader->sink,
                  "this cdbt has: %.*s; add an output such as `here: {type: sqlite, path: %.*s.db}` and choose it with "
                  "`--target here`",
                  STR_ARG(names), STR_ARG(m->root->name));
        return false;
    }
    m->dialect = methods->dialect;
    if (loader->options->threads) target->threads = loader->options->threads;
    target->adapter_settings = settings->at;
    target->adapter_setting_count = settings->n;
    AdapterOpen open = {.settings = settings->at, .setting_count = settings->n, .base_folder = m->root->root};
    AdapterError error;
    adapter_error_init(&error, loader->arena);
    if (!adapter_names(target->type, &open, loader->arena, &target->database, &target->schema, &error) ||
        !adapter_location(target->type, &open, loader->arena, &target->database_path, &error)) {
        diag_add(loader->sink, DIAG_profile_invalid, target->span, "%.*s", STR_ARG(error.message));
        if (error.hint.len) diag_hint(loader->sink, "%.*s", STR_ARG(error.hint));
        return false;
    }
    target->settings = target_value(loader->arena, target, methods, output);
    return true;
}

static bool use_default(Loader *loader, Str profile_name)
{
    Manifest *m = loader->manifest;
    const SpanText *wanted = &loader->options->target;
    if (wanted->text.len && !str_eq(wanted->text, STR("dev"))) {
        diag_add(loader->sink, DIAG_profile_invalid, wanted->span,
                 "there is no target '%.*s': no profiles.yml was found, and the embedded default has only 'dev'",
                 STR_ARG(wanted->text));
        diag_hint(loader->sink, "leave --target away, or write a profiles.yml with that target");
        return false;
    }
    m->target = (Target){.profile_name = profile_name,
                         .name = STR("dev"),
                         .type = STR("sqlite"),
                         .database = STR_EMPTY,
                         .schema = STR_EMPTY,
                         .threads = DEFAULT_THREADS,
                         .database_path = STR_EMPTY,
                         .span = {m->root->file, 0, 0}};
    Settings settings = {0};
    vec_push(loader->arena, &settings,
             (AdapterSetting){STR("path"), str_fmt(loader->arena, "%.*s.db", STR_ARG(m->root->name))});
    return finish_target(loader, &settings, value_undefined(STR_EMPTY));
}

static bool no_such(Loader *loader, Span span, const char *what, Str name, const YamlNode *map, Str except)
{
    Str names = join_names(loader->arena, map, except);
    diag_add(loader->sink, DIAG_profile_invalid, span, "there is no %s '%.*s' in profiles.yml", what, STR_ARG(name));
    if (names.len)
        diag_hint(loader->sink, "it has: %.*s", STR_ARG(names));
    else
        diag_hint(loader->sink, "it has none at all");
    return false;
}

/* The output block of the wanted target, and its name. */
static const YamlNode *find_output(Loader *loader, Context *context, const YamlNode *profile, Str *name, Span *span)
{
    const YamlNode *outputs = yaml_get(profile, STR("outputs"));
    if (!yaml_is(outputs, YAML_MAP)) {
        diag_add(loader->sink, DIAG_profile_invalid, profile->span, "this profile has no 'outputs'");
        diag_hint(loader->sink,
                  "below `outputs:` stands one block a target, e.g. `dev: {type: sqlite, path: shop.db}`");
        return NULL;
    }
    *name = STR("default");
    *span = profile->span;
    const YamlNode *chosen = yaml_get(profile, STR("target"));
    if (loader->options->target.text.len) {
        *name = loader->options->target.text;
        *span = loader->options->target.span;
    } else if (!yaml_absent(chosen)) {
        Value v;
        if (!yaml_to_value(loader->arena, context, TPL_AUTO, chosen, NULL, &v)) return NULL;
        *name = value_to_str(loader->arena, v);
        *span = chosen->span;
    }
    const YamlNode *output = yaml_get(outputs, *name);
    if (!yaml_is(output, YAML_MAP)) {
        no_such(loader, *span, "target", *name, outputs, STR_EMPTY);
        return NULL;
    }
    *span = output->span;
    return output;
}

/* A misspelt setting would be as if it were not there. */
static void check_settings(Loader *loader, const YamlNode *node, const AdapterMethods *methods)
{
    VEC(Str) known = {0};
    for (const AdapterSettingInfo *info = methods->settings; info && info->key; info++) {
        Str key = str_from(info->key);
        size_t dot = str_find_char(key, '.', 0);
        vec_push(loader->arena, &known, dot == STR_NPOS ? key : str_slice(key, 0, dot));
    }
    Str what = str_fmt(loader->arena, "a target of type %.*s", STR_ARG(methods->dialect->name));
    if (known.n) yaml_check_keys(node, known.at, known.n, what.ptr, loader->sink);
}

static bool read_output(Loader *loader, Context *context, const YamlNode *node)
{
    Target *target = &loader->manifest->target;
    Arena *arena = loader->arena;
    Value output;
    if (!yaml_to_value(arena, context, TPL_AUTO, node, NULL, &output)) return false;
    struct {
        const char *key;
        Str *into;
    } texts[] = {{"type", &target->type}, {"database", &target->database}, {"schema", &target->schema}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        Value v = dict_get_str(output.u.dict, str_from(texts[i].key));
        *texts[i].into = v.kind == V_NONE || v.kind == V_UNDEFINED ? STR_EMPTY : value_to_str(arena, v);
    }
    Value dbname = dict_get_str(output.u.dict, STR("dbname")); /* PostgreSQL's other name of it */
    if (!target->database.len && dbname.kind == V_STR) target->database = value_text(dbname);
    if (!target->type.len) {
        diag_add(loader->sink, DIAG_profile_invalid, node->span, "this target has no 'type'");
        diag_hint(loader->sink, "add e.g. `type: sqlite`");
        return false;
    }
    const AdapterMethods *methods = adapter_find(target->type);
    if (methods) check_settings(loader, node, methods);
    target->threads = 1;
    Value threads = dict_get_str(output.u.dict, STR("threads"));
    int64_t n = 1;
    if (threads.kind == V_INT)
        n = threads.u.integer;
    else if (threads.kind == V_STR ? !str_to_int(value_text(threads), &n)
                                   : threads.kind != V_NONE && threads.kind != V_UNDEFINED)
        n = 0;
    if (n < 1 || n > 1024) {
        diag_add(loader->sink, DIAG_profile_invalid, yaml_get(node, STR("threads"))->span,
                 "'threads' must be a number from 1 to 1024");
        return false;
    }
    target->threads = (uint32_t)n;
    Settings settings = {0};
    flatten(arena, &settings, STR_EMPTY, output);
    return finish_target(loader, &settings, output);
}

bool profile_read(Loader *loader, const YamlNode *project_file)
{
    Manifest *m = loader->manifest;
    Worker *worker = &loader->workers[0];
    Context *context = worker->yaml;
    context_set_node(context, NULL, m->root);

    Str name = STR_EMPTY;
    Span span = {m->root->file, 0, 0};
    const YamlNode *key = yaml_get(project_file, STR("profile"));
    if (loader->options->profile.text.len) {
        name = loader->options->profile.text;
        span = loader->options->profile.span;
    } else if (!yaml_absent(key)) {
        Value v;
        bool ok = yaml_to_value(loader->arena, context, m->root->family, key, NULL, &v);
        worker_drain(loader, worker);
        if (!ok) return false;
        name = value_to_str(loader->arena, v);
        span = key->span;
    }

    Str path, text, error;
    bool named;
    if (!find_file(loader, &path, &named)) {
        if (!named) return use_default(loader, name.len ? name : m->root->name);
        diag_add(loader->sink, DIAG_profile_invalid, loader->options->place.span, "there is no '%.*s'", STR_ARG(path));
        diag_hint(loader->sink, "correct --profiles-dir (or DBT_PROFILES_DIR), or leave it away to use the embedded "
                                "SQLite database");
        return false;
    }
    if (!name.len) {
        /* One in the home folder is for other projects. */
        if (named || str_eq(path_normal(loader->arena, path_dir(path)), path_normal(loader->arena, m->root->root))) {
            diag_add(loader->sink, DIAG_profile_unused, (Span){m->root->file, 0, 0},
                     "%.*s is not used: dbt_project.yml names no profile", STR_ARG(path));
            diag_hint(loader->sink,
                      "write `profile:` and a name of that file into dbt_project.yml, or remove the file; "
                      "without a profile everything goes to %.*s.db",
                      STR_ARG(m->root->name));
        }
        return use_default(loader, m->root->name);
    }
    bool read = file_read(loader->arena, path.ptr, &text, &error);
    SourceId source = source_add(m->sources, path, read ? text : STR_EMPTY);
    if (!read) {
        diag_add(loader->sink, DIAG_file_read, (Span){source, 0, 0}, "cannot read %.*s: %.*s", STR_ARG(path),
                 STR_ARG(error));
        return false;
    }
    source_show(m->sources, source, profile_shown(loader->arena, text));
    const YamlNode *root;
    size_t said = loader->sink->count;
    if (!yaml_parse(loader->arena, m->sources, source, loader->sink, &root)) {
        for (size_t i = said; i < loader->sink->count; i++)
            loader->sink->items[i].hint = STR_EMPTY; /* it may quote a value */
        return false;
    }
    const YamlNode *profile = yaml_get(root, name);
    if (!yaml_is(profile, YAML_MAP)) return no_such(loader, span, "profile", name, root, STR("config"));

    context_allow_secrets(context, true);
    m->target.profile_name = name;
    const YamlNode *output = find_output(loader, context, profile, &m->target.name, &m->target.span);
    bool ok = output && read_output(loader, context, output);
    context_allow_secrets(context, false);
    worker_drain(loader, worker);
    return ok;
}
