/* The packages of a project: what lies in its packages folder, packages that packages.yml names by a local path, and the
 * embedded macro library, which is the package "dbt". */
#include "base/file.h"
#include "project/loader.h"

#include <stdlib.h>

/* The folder itself, behind links: dbt installs a local package as a link into the packages folder. */
static Str real_folder(Arena *arena, Str root)
{
    char *real = realpath(str_c(arena, root), NULL);
    Str folder = real ? str_dup(arena, str_from(real)) : path_absolute(arena, root);
    free(real);
    return folder;
}

static bool open_once(Loader *loader, Str root, Span span)
{
    Str wanted = real_folder(loader->arena, root);
    for (size_t i = 0; i < loader->manifest->package_count; i++)
        if (str_eq(real_folder(loader->arena, loader->manifest->packages[i]->root), wanted)) return true;
    Package *package;
    if (!package_open(loader, root, false, &package)) return false;
    for (size_t i = 0; i + 1 < loader->manifest->package_count; i++) {
        Package *other = loader->manifest->packages[i];
        if (!str_eq(other->name, package->name)) continue;
        if (span.source && str_starts(other->root, loader->manifest->paths.packages)) {
            /* Where links are not to be had, dbt installs a local package as a copy: that is the one it reads. */
            loader->manifest->package_count--;
            return true;
        }
        diag_add(loader->sink, DIAG_project_invalid, span.source ? span : (Span){package->file, 0, 0},
                 "two packages are named '%.*s': %.*s and %.*s", STR_ARG(package->name), STR_ARG(other->root),
                 STR_ARG(package->root));
        diag_hint(loader->sink, "remove one of them");
        return false;
    }
    return true;
}

/* Local packages are read where they are, without a copy. Counts those that must have been installed. */
static bool open_listed(Loader *loader, Str folder, size_t *installed_wanted, Span *list_span)
{
    static const char *const names[] = {"packages.yml", "dependencies.yml"};
    Arena *arena = loader->arena;
    bool ok = true;
    for (size_t n = 0; n < 2; n++) {
        Str path = path_join(arena, folder, str_from(names[n])), text, error;
        if (!file_is_regular(path.ptr)) continue;
        bool read = file_read(arena, path.ptr, &text, &error);
        SourceId source = source_add(loader->manifest->sources, path_normal(arena, path), read ? text : STR_EMPTY);
        if (!read) {
            diag_add(loader->sink, DIAG_file_read, (Span){source, 0, 0}, "cannot read %.*s: %.*s", STR_ARG(path),
                     STR_ARG(error));
            return false;
        }
        const YamlNode *root, *list = NULL;
        if (!yaml_parse(arena, loader->manifest->sources, source, loader->sink, &root)) return false;
        if (!yaml_get_list(root, "packages", loader->sink, &list)) return false;
        if (!list) continue;
        for (size_t i = 0; i < list->u.seq.count; i++) {
            const YamlNode *entry = list->u.seq.items[i], *local = yaml_get(entry, STR("local"));
            if (!local) {
                ++*installed_wanted;
                if (!list_span->source) *list_span = entry->span;
                continue;
            }
            Value where;
            Worker *worker = &loader->workers[0];
            bool rendered = yaml_to_value(arena, worker->yaml, TPL_AUTO, local, NULL, &where);
            worker_drain(loader, worker);
            if (!rendered) return false;
            Str at = path_normal(arena, path_join(arena, folder, value_to_str(arena, where)));
            if (!file_is_regular(path_join(arena, at, STR("dbt_project.yml")).ptr)) {
                diag_add(loader->sink, DIAG_package_missing, local->span,
                         "there is no package in '%.*s': no dbt_project.yml is there", STR_ARG(at));
                diag_hint(loader->sink, "correct the path; it is relative to the folder of this file");
                ok = false;
                continue;
            }
            ok &= open_once(loader, at, local->span);
        }
    }
    return ok;
}

static void add_builtin(Loader *loader)
{
    Package *package = package_new(loader->arena, STR("dbt"));
    package->name = STR("dbt");
    package->is_builtin = true;
    package_add(loader, package, NULL);
}

bool packages_open(Loader *loader)
{
    Arena *arena = loader->arena;
    size_t wanted = 0, found = 0;
    Span list_span = SPAN_NONE;
    Str install = loader->manifest->paths.packages;
    bool ok = true;
    if (file_is_dir(install.ptr)) {
        DirEntries entries = {0};
        Str error;
        DirOptions options = {.flags = DIR_FOLDERS | DIR_FLAT};
        if (!dir_walk(arena, install.ptr, &options, &entries, &error)) {
            SourceId source = source_add(loader->manifest->sources, install, STR_EMPTY);
            diag_add(loader->sink, DIAG_file_read, (Span){source, 0, 0}, "cannot read the folder %.*s: %.*s",
                     STR_ARG(install), STR_ARG(error));
            return false;
        }
        for (size_t i = 0; i < entries.n; i++) {
            Str at = path_join(arena, install, entries.at[i].path);
            if (entries.at[i].kind != DIR_FOLDER || !file_is_regular(path_join(arena, at, STR("dbt_project.yml")).ptr))
                continue;
            ok &= open_once(loader, at, SPAN_NONE);
            found++;
        }
    }
    /* The list may grow while it is read: a local package may name others. */
    for (size_t i = 0; i < loader->manifest->package_count; i++) {
        size_t of_this = 0;
        Span span = SPAN_NONE;
        Package *package = loader->manifest->packages[i];
        ok &= open_listed(loader, package->root, &of_this, &span);
        if (package->is_root) {
            wanted = of_this;
            list_span = span;
        }
    }
    if (wanted > found) {
        diag_add(loader->sink, DIAG_package_missing, list_span,
                 "%zu packages are listed to be installed, but %zu are in %.*s", wanted, found, STR_ARG(install));
        diag_hint(loader->sink, "run `cdbt deps` to install them");
        ok = false;
    }
    add_builtin(loader);
    return ok;
}
