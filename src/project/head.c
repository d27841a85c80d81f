#include "project/head.h"

#include "base/file.h"
#include "base/mem.h"
#include "project/loader.h"

struct ProjectHead {
    Loader loader;
    Worker worker;
};

ProjectHead *project_head_open(Manifest *manifest, const ProjectOptions *options, DiagSink *sink)
{
    ProjectHead *head = mem_zalloc(sizeof *head);
    Loader *loader = &head->loader;
    *loader = (Loader){.manifest = manifest,
                       .arena = manifest->arena,
                       .sink = sink,
                       .options = options,
                       .workers = &head->worker,
                       .worker_count = 1};
    const Value none = value_undefined(STR_EMPTY);
    loader->run = (ContextRun){.flags = options->flags,
                               .invocation = options->invocation,
                               .results = none,
                               .selected_resources = none,
                               .schemas = none,
                               .database_schemas = none};
    Worker *worker = &head->worker;
    worker->arena = manifest->arena;
    worker->scratch = arena_new();
    worker->trees = arena_new();
    diag_sink_init(&worker->sink);
    worker->yaml = context_new(manifest, CONTEXT_YAML, worker->scratch, &worker->sink);
    context_set_run(worker->yaml, &loader->run);
    Str root;
    if (project_find_root(loader->arena, options, sink, &root) && vars_read(loader) &&
        package_open(loader, root, true, &manifest->root)) {
        paths_read(loader);
        context_set_node(worker->yaml, NULL, manifest->root);
        return head;
    }
    project_head_close(head);
    return NULL;
}

void project_head_close(ProjectHead *head)
{
    if (!head) return;
    context_free(head->worker.yaml);
    diag_sink_release(&head->worker.sink);
    arena_free(head->worker.scratch);
    arena_free(head->worker.trees);
    mem_free(head);
}

/* NULL with true: there is no such file, or nothing in it. */
static bool read_yaml(ProjectHead *head, Str path, const YamlNode **root, SourceId *source)
{
    Loader *loader = &head->loader;
    Str text, error;
    *root = NULL;
    *source = 0;
    if (!file_is_regular(path.ptr)) return true;
    bool read = file_read(loader->arena, path.ptr, &text, &error);
    *source = source_add(loader->manifest->sources, path_normal(loader->arena, path), read ? text : STR_EMPTY);
    if (read) return yaml_parse(loader->arena, loader->manifest->sources, *source, loader->sink, root);
    diag_add(loader->sink, DIAG_file_read, (Span){*source, 0, 0}, "cannot read %.*s: %.*s", STR_ARG(path),
             STR_ARG(error));
    return false;
}

static bool read_list(ProjectHead *head, const YamlNode *list, Str folder, PackageList *packages)
{
    Loader *loader = &head->loader;
    bool ok = true;
    for (size_t i = 0; list && i < list->u.seq.count; i++) {
        const YamlNode *entry = list->u.seq.items[i];
        Value rendered, plain;
        PackageSpec spec;
        context_allow_secrets(head->worker.yaml, true);
        bool read =
            yaml_to_value(loader->arena, head->worker.yaml, loader->manifest->root->family, entry, NULL, &rendered) &&
            yaml_to_value(loader->arena, NULL, TPL_AUTO, entry, NULL, &plain);
        context_allow_secrets(head->worker.yaml, false);
        worker_drain(loader, &head->worker);
        if (!read || !package_spec_read(loader->arena, rendered, plain, entry->span, loader->sink, &spec)) {
            ok = false;
            continue;
        }
        spec.folder = folder;
        vec_push(loader->arena, packages, spec);
    }
    return ok;
}

bool project_head_packages(ProjectHead *head, Str folder, PackageList *packages, Str *path)
{
    static const char *const names[] = {"packages.yml", "dependencies.yml"};
    Loader *loader = &head->loader;
    const YamlNode *found = NULL;
    *packages = (PackageList){0};
    *path = path_join(loader->arena, folder, str_from(names[0]));
    for (size_t n = 0; n < 2; n++) {
        Str file = path_join(loader->arena, folder, str_from(names[n]));
        const YamlNode *root, *list = NULL;
        SourceId source;
        if (!read_yaml(head, file, &root, &source) || !yaml_get_list(root, "packages", loader->sink, &list))
            return false;
        const YamlPair *projects = n ? NULL : yaml_pair(root, STR("projects"));
        if (projects) {
            diag_add(loader->sink, DIAG_project_invalid, projects->key->span,
                     "'projects' cannot stand in packages.yml");
            diag_hint(loader->sink, "put it into dependencies.yml");
            return false;
        }
        if (n == 0 && root && !list) {
            static const Str known[] = {STR_INIT("packages"), STR_INIT("config-version")};
            if (yaml_is(root, YAML_MAP)) yaml_check_keys(root, known, 2, "packages.yml", loader->sink);
        }
        if (!list) continue;
        if (found) {
            diag_add(loader->sink, DIAG_project_invalid, yaml_pair(root, STR("packages"))->key->span,
                     "'packages' stands in packages.yml and in dependencies.yml");
            diag_hint(loader->sink, "keep one of them");
            return false;
        }
        found = list;
        *path = file;
    }
    return read_list(head, found, folder, packages);
}

bool project_head_lock(ProjectHead *head, PackageList *packages, Str *hash)
{
    Loader *loader = &head->loader;
    Str folder = loader->manifest->root->root;
    const YamlNode *root, *list = NULL;
    SourceId source;
    *packages = (PackageList){0};
    *hash = STR_EMPTY;
    if (!read_yaml(head, path_join(loader->arena, folder, STR("package-lock.yml")), &root, &source)) return false;
    /* A hash of digits alone is a number to YAML. */
    const YamlNode *kept = yaml_get(root, STR("sha1_hash"));
    if (yaml_is_scalar(kept)) *hash = kept->text;
    if (!yaml_get_list(root, "packages", loader->sink, &list)) return false;
    return read_list(head, list, folder, packages);
}

bool project_head_name(ProjectHead *head, Str folder, Span span, Str *name)
{
    Loader *loader = &head->loader;
    const YamlNode *root;
    SourceId source;
    if (!read_yaml(head, path_join(loader->arena, folder, STR("dbt_project.yml")), &root, &source)) return false;
    if (!root || yaml_absent(yaml_get(root, STR("name")))) {
        diag_add(loader->sink, DIAG_package_missing, span, "there is no package in '%.*s': %s", STR_ARG(folder),
                 source ? "its dbt_project.yml gives no name" : "no dbt_project.yml is there");
        diag_hint(loader->sink, "correct the path, or name the subdirectory that holds dbt_project.yml");
        return false;
    }
    Value value;
    if (!yaml_to_value(loader->arena, head->worker.yaml, loader->manifest->root->family, yaml_get(root, STR("name")),
                       NULL, &value)) {
        worker_drain(loader, &head->worker);
        return false;
    }
    *name = value_to_str(loader->arena, value);
    return true;
}
