#include "deps/deps.h"

#include "base/file.h"
#include "base/vec.h"
#include "deps/internal.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

void deps_say(Deps *deps, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    deps->options->say(deps->options->say_data, str_vfmt(deps->arena, format, args));
    va_end(args);
}

static bool cannot_write(Deps *deps, Str path, Str why)
{
    diag_add(deps->sink, DIAG_file_write, deps->options->place, "cannot write %.*s: %.*s", STR_ARG(path), STR_ARG(why));
    return false;
}

/* ---- into the packages folder ---- */

static bool copy_tree(Deps *deps, Str from, Str to)
{
    DirEntries entries = {0};
    Str error, text;
    if (!dir_walk(deps->arena, from.ptr, &(DirOptions){.flags = DIR_FOLDERS | DIR_HIDDEN}, &entries, &error) ||
        !file_make_dirs(deps->arena, to.ptr, &error))
        return cannot_write(deps, to, error);
    for (size_t i = 0; i < entries.n; i++) {
        Str source = path_join(deps->arena, from, entries.at[i].path),
            target = path_join(deps->arena, to, entries.at[i].path);
        bool ok = entries.at[i].kind == DIR_FOLDER  ? file_make_dirs(deps->arena, target.ptr, &error)
                  : entries.at[i].kind == DIR_OTHER ? true
                                                    : file_read(deps->arena, source.ptr, &text, &error) &&
                                                          file_write_aside(deps->arena, target.ptr, text, 0, &error);
        if (!ok) return cannot_write(deps, target, error);
    }
    return true;
}

/* A link for a local package, as dbt makes it; what was fetched is moved, or copied from another disk. */
static bool place(Deps *deps, const Pinned *pinned, Str folder)
{
    Str to = path_join(deps->arena, folder, pinned->project_name);
    if (pinned->spec.kind == PACKAGE_LOCAL) {
        Str from = path_absolute(deps->arena, pinned->folder);
        return symlink(from.ptr, to.ptr) == 0 || cannot_write(deps, to, file_error(deps->arena, errno));
    }
    if (rename(pinned->folder.ptr, to.ptr) == 0) return true;
    return errno == EXDEV ? copy_tree(deps, pinned->folder, to)
                          : cannot_write(deps, to, file_error(deps->arena, errno));
}

/* All packages stand in a folder beside the final one before that is touched. */
static bool install(Deps *deps, PinnedList *packages)
{
    Arena *arena = deps->arena;
    Str final = path_absolute(arena, deps->manifest->paths.packages), error;
    Str aside = str_fmt(arena, "%.*s.new-%ld", STR_ARG(final), (long)getpid());
    Str old = str_fmt(arena, "%.*s.old-%ld", STR_ARG(final), (long)getpid()), parent = str_dup(arena, path_dir(final));
    if (!file_make_dirs(arena, aside.ptr, &error)) return cannot_write(deps, aside, error);
    bool ok = true;
    for (size_t i = 0; i < packages->n && ok; i++) {
        Pinned *p = &packages->at[i];
        Str shown = p->spec.kind == PACKAGE_TARBALL ? p->spec.name : p->spec.shown;
        deps_say(deps, "Installing %.*s", STR_ARG(shown));
        ok = deps_fetch(deps, p) && place(deps, p, aside);
        if (!ok) break;
        switch (p->spec.kind) {
        case PACKAGE_LOCAL: deps_say(deps, "  Installed from <local @ %.*s>", STR_ARG(p->spec.shown)); break;
        case PACKAGE_TARBALL: deps_say(deps, "  Installed from tarball (url: %.*s)", STR_ARG(p->spec.shown)); break;
        case PACKAGE_GIT:
            deps_say(deps, "  Installed from revision %.*s", STR_ARG(p->version));
            if (p->spec.subdirectory.len) deps_say(deps, "   and subdirectory %.*s", STR_ARG(p->spec.subdirectory));
            break;
        default:
            deps_say(deps, "  Installed from version %.*s", STR_ARG(p->version));
            if (str_eq(p->version, p->latest))
                deps_say(deps, "  Up to date!");
            else
                deps_say(deps, "  Updated version available: %.*s", STR_ARG(p->latest));
            break;
        }
    }
    bool had = ok && file_exists(final.ptr);
    if (ok && had && rename(final.ptr, old.ptr)) ok = cannot_write(deps, old, file_error(arena, errno));
    if (ok && rename(aside.ptr, final.ptr)) {
        ok = cannot_write(deps, final, file_error(arena, errno));
        if (had && rename(old.ptr, final.ptr)) cannot_write(deps, final, file_error(arena, errno));
    }
    if (!ok) file_remove_tree(arena, parent.ptr, aside.ptr, &error);
    if (ok && had && !file_remove_tree(arena, parent.ptr, old.ptr, &error)) cannot_write(deps, old, error);
    return ok;
}

/* ---- the command ---- */

/* The hub's packages in the lock have their versions; the rest is looked up as needed. */
static bool pin_locked(Deps *deps, const PackageList *lock, PinnedList *packages)
{
    *packages = (PinnedList){0};
    for (size_t i = 0; i < lock->n; i++) {
        Pinned pinned = {.spec = lock->at[i],
                         .version = STR_EMPTY,
                         .latest = STR_EMPTY,
                         .folder = STR_EMPTY,
                         .project_name = lock->at[i].name};
        if (pinned.spec.kind == PACKAGE_HUB && !hub_pin(deps, &pinned)) return false;
        pinned.spec.warn_unpinned = false;
        vec_push(deps->arena, packages, pinned);
    }
    return true;
}

static bool run(Deps *deps)
{
    const DepsOptions *options = deps->options;
    if (options->add.text.len && !deps_add(deps)) return false;
    PackageList wanted, lock;
    PinnedList packages;
    Str path, hash;
    if (!project_head_packages(deps->head, deps->manifest->paths.root, &wanted, &path)) return false;
    if (!wanted.n) {
        deps_say(deps, "Warning: No packages were found in packages.yml");
        return true;
    }
    if (!project_head_lock(deps->head, &lock, &hash)) return false;
    bool fits = lock.n && !options->upgrade && str_eq(hash, deps_hash(deps, &wanted));
    bool ok = fits ? pin_locked(deps, &lock, &packages)
                   : deps_resolve(deps, &wanted, &packages) && deps_write_lock(deps, &wanted, &packages);
    return ok && (options->lock_only || install(deps, &packages));
}

bool deps_run(Manifest *manifest, const ProjectOptions *project, const DepsOptions *options, DiagSink *sink)
{
    Deps deps = {
        .manifest = manifest, .arena = manifest->arena, .sink = sink, .options = options, .downloads = STR_EMPTY};
    size_t errors = sink->errors;
    map_init(&deps.hub_packages, manifest->arena);
    deps.head = project_head_open(manifest, project, sink);
    bool ok = deps.head && run(&deps) && sink->errors == errors;
    project_head_close(deps.head);
    Str error;
    if (deps.downloads.len)
        file_remove_tree(manifest->arena, str_c(manifest->arena, path_dir(deps.downloads)), deps.downloads.ptr, &error);
    return ok;
}
