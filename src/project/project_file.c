/* dbt_project.yml, of the project itself and of packages. */
#include "base/file.h"
#include "project/loader.h"

#include <stdlib.h>

static bool has_part(const Str *path, size_t depth, Str part)
{
    for (size_t i = 0; i < depth; i++) {
        Str name = path[i];
        while (name.len && (name.ptr[0] == '+' || name.ptr[0] == ' ')) name = str_from_index(name, 1);
        if (str_eq(name, part)) return true;
    }
    return false;
}

/* Hooks hold templates that are rendered when they run (dbt: DbtProjectYamlRenderer.should_render_keypath). */
static bool skip_hooks(const Str *path, size_t depth)
{
    return has_part(path, depth, STR("pre-hook")) || has_part(path, depth, STR("post-hook")) ||
           has_part(path, depth, STR("pre_hook")) || has_part(path, depth, STR("post_hook"));
}

static bool valid_name(Str name)
{
    if (!name.len || (name.ptr[0] >= '0' && name.ptr[0] <= '9')) return false;
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        if (!(c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80))
            return false;
    }
    return true;
}

static void read_paths(Loader *loader, const YamlNode *file, const char *key, const char *old_key, const char *fallback,
                       const Str **paths, size_t *count)
{
    Arena *arena = loader->arena;
    Str *list = NULL;
    *count = 0;
    if (!yaml_absent(yaml_get(file, str_from(key))))
        yaml_get_strs(arena, file, key, loader->sink, &list, count);
    else if (old_key && !yaml_absent(yaml_get(file, str_from(old_key))))
        yaml_get_strs(arena, file, old_key, loader->sink, &list, count);
    else if (fallback) {
        list = ARENA_NEW(arena, Str);
        *list = str_from(fallback);
        *count = 1;
    }
    for (size_t i = 0; i < *count; i++) {
        Str normal = path_normal(arena, list[i]);
        /* "./models" stays so: dbt's paths of files begin with the folder as it is written. */
        bool dotted = str_starts(list[i], STR("./")) && !str_eq(normal, STR("."));
        list[i] = dotted ? path_join(arena, STR("."), normal) : normal;
    }
    *paths = list;
}

static bool read_name(Loader *loader, Package *package, const YamlNode *file)
{
    const YamlNode *name = yaml_get(file, STR("name"));
    if (yaml_absent(name)) {
        diag_add(loader->sink, DIAG_project_invalid, (Span){package->file, 0, 0}, "dbt_project.yml has no 'name'");
        diag_hint(loader->sink, "add a line such as `name: shop`");
        return false;
    }
    if (!yaml_to_str(name, "'name'", loader->sink, &package->name)) return false;
    if (!valid_name(package->name)) {
        diag_add(loader->sink, DIAG_project_invalid, name->span, "'%.*s' is no name for a project",
                 STR_ARG(package->name));
        diag_hint(loader->sink, "use letters, digits and underscores, and no digit in front");
        return false;
    }
    return true;
}

static bool read_family(Loader *loader, Package *package, const YamlNode *file)
{
    const YamlNode *node = yaml_get(file, STR("delimiters"));
    Str word = STR("auto");
    if (!yaml_to_str(node, "'delimiters'", loader->sink, &word)) return false;
    if (str_eq(word, STR("auto")))
        package->family = TPL_AUTO;
    else if (str_eq(word, STR("angle")))
        package->family = TPL_ANGLE;
    else if (str_eq(word, STR("curly")))
        package->family = TPL_CURLY;
    else {
        diag_add(loader->sink, DIAG_project_invalid, node->span, "'%.*s' is no family of delimiters", STR_ARG(word));
        diag_hint(loader->sink, "write auto, angle or curly");
        return false;
    }
    return true;
}

Package *package_new(Arena *arena, Str root)
{
    Package *package = ARENA_NEW(arena, Package);
    package->root = root;
    package->version = STR_EMPTY;
    package->vars = package->on_run_start = package->on_run_end = package->dispatch = package->quoting =
        package->query_comment = package->require_dbt_version = package->flags = package->on_failure =
            value_undefined(STR_EMPTY);
    for (size_t i = 0; i < sizeof package->config_trees / sizeof *package->config_trees; i++)
        package->config_trees[i] = package->unrendered_trees[i] = value_undefined(STR_EMPTY);
    map_init(&package->macros, arena);
    return package;
}

void package_add(Loader *loader, Package *package, const YamlNode *file)
{
    Manifest *m = loader->manifest;
    size_t n = m->package_count;
    m->packages = arena_grow(loader->arena, m->packages, n * sizeof *m->packages, (n + 1) * sizeof *m->packages);
    loader->package_files = arena_grow(loader->arena, (void *)loader->package_files, n * sizeof *loader->package_files,
                                       (n + 1) * sizeof *loader->package_files);
    m->packages[n] = package;
    loader->package_files[n] = file;
    m->package_count = n + 1;
}

bool package_open(Loader *loader, Str root, bool is_root, Package **opened)
{
    Arena *arena = loader->arena;
    Str path = path_join(arena, root, STR("dbt_project.yml")), text, error;
    Str shown = is_root ? STR("dbt_project.yml") : path;
    if (!file_read(arena, path.ptr, &text, &error)) {
        SourceId empty = source_add(loader->manifest->sources, shown, STR_EMPTY);
        diag_add(loader->sink, DIAG_file_read, (Span){empty, 0, 0}, "cannot read %.*s: %.*s", STR_ARG(shown),
                 STR_ARG(error));
        return false;
    }
    Package *package = package_new(arena, root);
    package->is_root = is_root;
    package->file = source_add(loader->manifest->sources, shown, text);

    const YamlNode *file;
    if (!yaml_parse(arena, loader->manifest->sources, package->file, loader->sink, &file)) return false;
    if (!file || !yaml_is(file, YAML_MAP)) {
        diag_add(loader->sink, DIAG_project_invalid, (Span){package->file, 0, 0}, "%.*s holds no mapping",
                 STR_ARG(shown));
        diag_hint(loader->sink, "it needs at least a line such as `name: shop`");
        return false;
    }
    if (!project_check_form(loader->sink, file)) return false;
    if (!read_name(loader, package, file) || !read_family(loader, package, file)) return false;
    const YamlNode *version = yaml_get(file, STR("version"));
    if (!yaml_absent(version) && yaml_is_scalar(version)) package->version = yaml_scalar_str(arena, version);

    read_paths(loader, file, "model-paths", "source-paths", "models", &package->model_paths,
               &package->model_path_count);
    read_paths(loader, file, "seed-paths", "data-paths", "seeds", &package->seed_paths, &package->seed_path_count);
    read_paths(loader, file, "test-paths", NULL, "tests", &package->test_paths, &package->test_path_count);
    read_paths(loader, file, "snapshot-paths", NULL, "snapshots", &package->snapshot_paths,
               &package->snapshot_path_count);
    read_paths(loader, file, "macro-paths", NULL, "macros", &package->macro_paths, &package->macro_path_count);
    read_paths(loader, file, "analysis-paths", NULL, "analyses", &package->analysis_paths,
               &package->analysis_path_count);
    read_paths(loader, file, "docs-paths", NULL, NULL, &package->docs_paths, &package->docs_path_count);
    read_paths(loader, file, "function-paths", NULL, "functions", &package->function_paths,
               &package->function_path_count);
    read_paths(loader, file, "asset-paths", NULL, NULL, &package->asset_paths, &package->asset_path_count);
    if (!yaml_get_bool(file, "restrict-access", loader->sink, &package->restrict_access)) return false;
    package_add(loader, package, file);
    *opened = package;
    return true;
}

static bool read_value(Loader *loader, Context *context, const Package *package, const YamlNode *file, const char *key,
                       YamlSkip skip, Value *value)
{
    const YamlNode *node = yaml_get(file, str_from(key));
    if (yaml_absent(node)) return true;
    return yaml_to_value(loader->arena, context, package->family, node, skip, value);
}

static bool read_hooks(Loader *loader, const YamlNode *file, const char *key, Value *hooks)
{
    Str *list = NULL;
    size_t count = 0;
    if (!yaml_get_strs(loader->arena, file, key, loader->sink, &list, &count)) return false;
    if (!count) return true;
    *hooks = value_list(loader->arena);
    for (size_t i = 0; i < count; i++) list_push(hooks->u.list, value_str(list[i]));
    return true;
}

/* A text, nothing, or a mapping; never rendered here: each node has its own. */
static bool read_query_comment(Loader *loader, Package *package, const YamlNode *file)
{
    const YamlNode *node = yaml_get(file, STR("query-comment"));
    static const Str keys[] = {STR_INIT("comment"), STR_INIT("append"), STR_INIT("job-label"), STR_INIT("job_label")};
    if (yaml_absent(node)) {
        if (yaml_pair(file, STR("query-comment"))) package->query_comment = VALUE_NONE;
        return true;
    }
    if (!yaml_is(node, YAML_MAP) && node->kind != YAML_STR) {
        diag_add(loader->sink, DIAG_project_invalid, node->span, "'query-comment' is a text or a mapping");
        diag_hint(loader->sink,
                  "write `query-comment: \"run by {{ target.name }}\"`, or a mapping with comment and append");
        return false;
    }
    bool append, ok = true;
    if (yaml_is(node, YAML_MAP)) {
        Str text;
        if (!yaml_check_keys(node, keys, sizeof keys / sizeof *keys, "query-comment", loader->sink)) {
            diag_become(loader->sink, DIAG_ERROR); /* as dbt does */
            ok = false;
        }
        ok = yaml_get_bool(node, "append", loader->sink, &append) && ok;
        const YamlNode *comment = yaml_get(node, STR("comment"));
        if (!yaml_absent(comment)) ok = yaml_to_str(comment, "'comment'", loader->sink, &text) && ok;
    }
    return read_value(loader, NULL, package, file, "query-comment", NULL, &package->query_comment) && ok;
}

/* The address of a chat room is a secret: its environment variables are read as those of a profile are. */
static bool read_on_failure(Loader *loader, Context *context, Package *package, const YamlNode *file)
{
    const YamlPair *pair = yaml_pair(file, STR("on_failure"));
    if (!pair) return true;
    package->on_failure_span = pair->key->span;
    context_allow_secrets(context, true);
    bool ok = read_value(loader, context, package, file, "on_failure", NULL, &package->on_failure);
    context_allow_secrets(context, false);
    return ok;
}

bool package_render(Loader *loader, Package *package)
{
    const YamlNode *file = NULL;
    for (size_t i = 0; i < loader->manifest->package_count; i++)
        if (loader->manifest->packages[i] == package) file = loader->package_files[i];
    if (!file) return true; /* the embedded library */
    Worker *worker = &loader->workers[0];
    Context *context = worker->yaml;
    context_set_node(context, NULL, package);

    static const struct {
        const char *key;
        ResourceType type;
    } trees[] = {
#define CONFIG_TREE(key, type) {key, RESOURCE_##type},
#include "project/config_trees.def"
#undef CONFIG_TREE
    };
    bool ok = read_value(loader, NULL, package, file, "vars", NULL, &package->vars); /* never rendered, as in dbt */
    for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
        ResourceType type = trees[i].type;
        if (package->is_root) project_check_config_keys(loader->sink, yaml_get(file, str_from(trees[i].key)));
        ok &= read_value(loader, context, package, file, trees[i].key, skip_hooks, &package->config_trees[type]);
        read_value(loader, NULL, package, file, trees[i].key, NULL, &package->unrendered_trees[type]);
    }
    /* Where dbt's UnrenderedConfig looks in vain, and where it falls back to models. */
    package->unrendered_trees[RESOURCE_SEMANTIC_MODEL] = package->unrendered_trees[RESOURCE_SAVED_QUERY] =
        value_undefined(STR_EMPTY);
    package->unrendered_trees[RESOURCE_FUNCTION] = package->unrendered_trees[RESOURCE_MODEL];
    static const ResourceType as_models[] = {RESOURCE_ANALYSIS, RESOURCE_OPERATION}; /* dbt: ConfigSource */
    for (size_t i = 0; i < sizeof as_models / sizeof *as_models; i++) {
        package->config_trees[as_models[i]] = package->config_trees[RESOURCE_MODEL];
        package->unrendered_trees[as_models[i]] = package->unrendered_trees[RESOURCE_MODEL];
    }
    ok &= read_hooks(loader, file, "on-run-start", &package->on_run_start);
    ok &= read_hooks(loader, file, "on-run-end", &package->on_run_end);
    ok &= read_value(loader, context, package, file, "dispatch", NULL, &package->dispatch);
    ok &= read_value(loader, context, package, file, "quoting", NULL, &package->quoting);
    ok &= read_query_comment(loader, package, file);
    ok &= read_value(loader, context, package, file, "require-dbt-version", NULL, &package->require_dbt_version);
    ok &= read_value(loader, context, package, file, "flags", NULL, &package->flags);
    if (package->is_root) ok &= read_on_failure(loader, context, package, file);

    worker_drain(loader, worker);
    return package_fits_version(loader, package, file) && ok;
}

/* The flag goes before the environment, that before the project file, as in dbt. */
static Str output_path(Loader *loader, const YamlNode *file, Str flag, const char *variable, const char *key,
                       const char *fallback)
{
    Str path = str_from(fallback);
    const char *value = variable ? getenv(variable) : NULL;
    if (flag.len)
        return path_absolute(loader->arena, flag);
    else if (value && *value)
        return path_absolute(loader->arena, str_from(value));
    yaml_get_str(file, key, loader->sink, &path);
    return path_normal(loader->arena, path_join(loader->arena, loader->manifest->root->root, path));
}

void paths_read(Loader *loader)
{
    const YamlNode *file = loader->package_files[0];
    ProjectPaths *paths = &loader->manifest->paths;
    paths->root = loader->manifest->root->root;
    paths->target = output_path(loader, file, loader->options->target_path, NULL, "target-path", "target");
    paths->target_relative = path_relative(loader->arena, path_absolute(loader->arena, paths->target),
                                           path_absolute(loader->arena, paths->root));
    paths->logs = output_path(loader, file, loader->options->log_path, NULL, "log-path", "logs");
    paths->packages = output_path(loader, file, loader->options->packages_path, "DBT_PACKAGES_INSTALL_PATH",
                                  "packages-install-path", "dbt_packages");
    Str *clean = NULL;
    if (!yaml_absent(yaml_get(file, STR("clean-targets")))) {
        yaml_get_strs(loader->arena, file, "clean-targets", loader->sink, &clean, &paths->clean_count);
    } else {
        clean = ARENA_NEW(loader->arena, Str);
        *clean = paths->target_relative;
        paths->clean_count = 1;
    }
    paths->clean = clean;
}

bool project_read_mapping(Arena *arena, SourceTable *sources, const char *option, Str text, DiagSink *sink,
                          Value *value)
{
    *value = value_dict(arena);
    if (!text.len) return true;
    SourceId source = source_add(sources, str_from(option), text);
    const YamlNode *root;
    bool parsed = yaml_parse(arena, sources, source, sink, &root);
    if (parsed && !root) return true;
    if (!parsed || !yaml_is(root, YAML_MAP)) {
        if (parsed)
            diag_add(sink, DIAG_vars_invalid, root->span, "%s must be a mapping, not %s", option,
                     yaml_kind_name(root->kind));
        diag_hint(sink, "write %s as a YAML mapping, e.g. %s '{start: 2026-01-01, limit: 10}'", option, option);
        return false;
    }
    return yaml_to_value(arena, NULL, TPL_AUTO, root, NULL, value);
}

bool vars_read(Loader *loader)
{
    Value *vars = &loader->manifest->cli_vars;
    if (!project_read_mapping(loader->arena, loader->manifest->sources, "--vars", loader->options->vars.text,
                              loader->sink, vars))
        return false;
    /* dbt's invocation_args_dict holds the mapping, not its text, and holds it always. */
    if (loader->run.invocation.kind == V_DICT) dict_set_str(loader->run.invocation.u.dict, STR("vars"), *vars);
    return true;
}
