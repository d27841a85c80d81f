/* From what packages.yml names to what is installed: conditions on one package are put together, packages of packages
 * come after those that name them, in the order that dbt finds them. */
#include "base/file.h"
#include "base/vec.h"
#include "deps/internal.h"

static const char *const kind_names[] = {"a local folder", "a git repository", "an archive", "a package of the hub",
                                         "a private package"};

bool deps_good_name(Deps *deps, Str name, Span span)
{
    bool good = name.len > 0;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        good = good && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                        (unsigned char)c >= 0x80);
    }
    if (!good) diag_add(deps->sink, DIAG_project_invalid, span, "'%.*s' is no name for a package", STR_ARG(name));
    return good;
}

/* A repository may be named with and without ".git". */
static Str plain_address(Str address)
{
    return str_ends(address, STR(".git")) ? str_slice(address, 0, address.len - 4) : address;
}

static bool same_package(const PackageSpec *a, const PackageSpec *b)
{
    if (a->kind == PACKAGE_TARBALL || b->kind == PACKAGE_TARBALL)
        return str_eq(a->kind == PACKAGE_TARBALL ? a->name : a->where, b->kind == PACKAGE_TARBALL ? b->name : b->where);
    if (a->kind == PACKAGE_GIT && b->kind == PACKAGE_GIT)
        return str_eq(plain_address(a->where), plain_address(b->where)) && str_eq(a->subdirectory, b->subdirectory);
    return str_eq(a->where, b->where);
}

/* Puts a further entry for a package into the one that is there. *changed: it asks for something new. */
static bool incorporate(Deps *deps, Pinned *pinned, const PackageSpec *more, bool *changed)
{
    PackageSpec *spec = &pinned->spec;
    *changed = false;
    if (spec->kind != more->kind) {
        diag_add(deps->sink, DIAG_package_conflict, more->span.source ? more->span : spec->span,
                 "%.*s is named as %s and as %s", STR_ARG(more->shown), kind_names[spec->kind], kind_names[more->kind]);
        diag_hint(deps->sink, "name it in one way everywhere");
        return false;
    }
    if (spec->kind == PACKAGE_GIT && more->revision.len && !str_eq(spec->revision, more->revision)) {
        if (spec->revision.len) {
            diag_add(deps->sink, DIAG_package_conflict, more->span.source ? more->span : spec->span,
                     "%.*s is wanted at the revisions '%.*s' and '%.*s'", STR_ARG(more->shown), STR_ARG(spec->revision),
                     STR_ARG(more->revision));
            diag_hint(deps->sink, "name one revision in both places");
            return false;
        }
        spec->revision = more->revision;
        *changed = true;
    }
    if (spec->kind == PACKAGE_GIT) spec->warn_unpinned = spec->warn_unpinned && more->warn_unpinned;
    VEC(Str) versions = {0};
    for (size_t i = 0; i < spec->version_count; i++) vec_push(deps->arena, &versions, spec->versions[i]);
    for (size_t i = 0; i < more->version_count; i++) vec_push(deps->arena, &versions, more->versions[i]);
    spec->versions = versions.at;
    spec->version_count = versions.n;
    return true;
}

static void warn_unpinned(Deps *deps, const PackageSpec *spec)
{
    Str revision = spec->revision.len ? spec->revision : STR("HEAD");
    bool moves = str_eq(revision, STR("HEAD")) || str_eq(revision, STR("main")) || str_eq(revision, STR("master"));
    if (!moves || !spec->warn_unpinned) return;
    diag_add(deps->sink, DIAG_package_unpinned, spec->span,
             "the package %.*s is not pinned: '%.*s' may be something else tomorrow", STR_ARG(spec->shown),
             STR_ARG(revision));
    diag_hint(deps->sink, "add `revision:` with a tag or a commit, or `warn-unpinned: false`");
}

/* A local package's folder: as seen from the file that names it, or as dbt has it from the project. */
static Str local_folder(Deps *deps, const PackageSpec *spec)
{
    Str root = deps->manifest->paths.root;
    Str near = path_normal(deps->arena, path_join(deps->arena, spec->folder.len ? spec->folder : root, spec->where));
    if (file_is_regular(path_join(deps->arena, near, STR("dbt_project.yml")).ptr)) return near;
    Str far = path_normal(deps->arena, path_join(deps->arena, root, spec->where));
    return file_is_regular(path_join(deps->arena, far, STR("dbt_project.yml")).ptr) ? far : near;
}

bool deps_fetch(Deps *deps, Pinned *pinned)
{
    const PackageSpec *spec = &pinned->spec;
    if (pinned->folder.len) return true;
    switch (spec->kind) {
    case PACKAGE_LOCAL: pinned->folder = local_folder(deps, spec); break;
    case PACKAGE_TARBALL:
        if (!deps_fetch_archive(deps, spec->where, spec->shown, spec->span, &pinned->folder)) return false;
        break;
    case PACKAGE_GIT:
        warn_unpinned(deps, spec);
        if (!deps_fetch_git(deps, spec, spec->revision, &pinned->folder, &pinned->version)) return false;
        break;
    case PACKAGE_HUB:
        if (!hub_fetch(deps, pinned)) return false;
        break;
    case PACKAGE_PRIVATE:
        diag_add(deps->sink, DIAG_unsupported, spec->span, "the private package '%.*s' needs dbt's cloud to be found",
                 STR_ARG(spec->shown));
        diag_hint(deps->sink, "name its repository: `git: git@host:%.*s.git`", STR_ARG(spec->shown));
        return false;
    }
    Str name;
    if (!project_head_name(deps->head, pinned->folder, spec->span, &name)) return false;
    if (spec->kind == PACKAGE_TARBALL) name = spec->name; /* as dbt: what the list says */
    if (spec->kind != PACKAGE_HUB) pinned->project_name = name;
    return deps_good_name(deps, pinned->project_name, spec->span);
}

/* What a package needs itself: the hub knows it, any other must be looked at. */
static bool look_into(Deps *deps, Pinned *pinned)
{
    pinned->looked_into = true;
    pinned->wants = (PackageList){0};
    if (pinned->spec.kind == PACKAGE_HUB) return hub_pin(deps, pinned) && hub_wants(deps, pinned);
    Str path;
    return deps_fetch(deps, pinned) && project_head_packages(deps->head, pinned->folder, &pinned->wants, &path);
}

static bool take(Deps *deps, PinnedList *resolved, const PackageList *wanted)
{
    for (size_t i = 0; i < wanted->n; i++) {
        const PackageSpec *spec = &wanted->at[i];
        Pinned *found = NULL;
        bool changed;
        for (size_t k = 0; k < resolved->n && !found; k++)
            if (same_package(&resolved->at[k].spec, spec)) found = &resolved->at[k];
        if (!found) {
            Pinned pinned = {.spec = *spec,
                             .version = STR_EMPTY,
                             .latest = STR_EMPTY,
                             .folder = STR_EMPTY,
                             .project_name = STR_EMPTY};
            vec_push(deps->arena, resolved, pinned);
            continue;
        }
        if (!incorporate(deps, found, spec, &changed)) return false;
        /* Another revision, or maybe another version: what it needs may be something else now. */
        if (changed) {
            found->folder = STR_EMPTY;
            found->looked_into = false;
        } else if (spec->kind == PACKAGE_HUB && found->looked_into) {
            Str before = found->version;
            if (!hub_pin(deps, found)) return false;
            if (!str_eq(before, found->version)) found->looked_into = false;
        }
    }
    return true;
}

bool deps_resolve(Deps *deps, const PackageList *wanted, PinnedList *resolved)
{
    *resolved = (PinnedList){0};
    if (!take(deps, resolved, wanted)) return false;
    for (size_t i = 0; i < resolved->n; i++) {
        if (resolved->at[i].looked_into) continue;
        if (!look_into(deps, &resolved->at[i])) return false;
        PackageList wants = resolved->at[i].wants;
        if (!take(deps, resolved, &wants)) return false;
        i = (size_t)-1; /* from the front: an earlier one may have to be looked at again */
    }
    for (size_t i = 0; i < resolved->n; i++) {
        Str name = resolved->at[i].project_name;
        Span span = resolved->at[i].spec.span.source ? resolved->at[i].spec.span : deps->options->place;
        for (size_t k = 0; k < i; k++)
            if (str_eq(name, resolved->at[k].project_name)) {
                diag_add(deps->sink, DIAG_package_conflict, span,
                         "two packages are projects named '%.*s': %.*s and %.*s", STR_ARG(name),
                         STR_ARG(resolved->at[k].spec.shown), STR_ARG(resolved->at[i].spec.shown));
                diag_hint(deps->sink, "name it in one way, or remove one");
                return false;
            }
        if (str_eq(name, deps->manifest->root->name)) {
            diag_add(deps->sink, DIAG_package_conflict, span,
                     "the package %.*s is a project named '%.*s', as this one is", STR_ARG(resolved->at[i].spec.shown),
                     STR_ARG(name));
            diag_hint(deps->sink, "give one of them another name in its dbt_project.yml");
            return false;
        }
    }
    return true;
}
