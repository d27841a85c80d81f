/* The head of a project: its dbt_project.yml, its paths and what packages it lists, without the profile and without the
 * project itself. That is all that `deps` needs.
 *
 * Ownership: what is read lives in the manifest's arena. Thread rule: one thread. */
#ifndef CDBT_PROJECT_HEAD_H
#define CDBT_PROJECT_HEAD_H

#include "base/vec.h"
#include "project/project.h"

typedef enum PackageKind { PACKAGE_LOCAL, PACKAGE_GIT, PACKAGE_TARBALL, PACKAGE_HUB, PACKAGE_PRIVATE } PackageKind;

/* One entry of a list of packages. */
typedef struct PackageSpec {
    PackageKind kind;
    Str where; /* path, address or the hub's name, rendered: may hold a secret, never to be shown */
    Str shown; /* the same as it was written */
    Str name; /* of the project, where the list says so */
    Str subdirectory;
    Str revision; /* of git; empty: the default branch */
    Str *versions; /* of the hub */
    size_t version_count;
    bool prereleases, warn_unpinned;
    Value rendered, unrendered; /* the whole entry, dicts */
    Str folder; /* of the file that lists it; empty: the hub's index */
    Span span; /* none: the hub's index */
} PackageSpec;

typedef VEC(PackageSpec) PackageList;

typedef struct ProjectHead ProjectHead;

/* manifest->root and ->paths are filled. NULL after reporting what is wrong. */
ProjectHead *project_head_open(Manifest *manifest, const ProjectOptions *options, DiagSink *sink);
void project_head_close(ProjectHead *head);

/* What packages.yml or dependencies.yml in `folder` lists; *path: the file, where `deps --add-package` adds to. */
bool project_head_packages(ProjectHead *head, Str folder, PackageList *list, Str *path);
/* package-lock.yml of the project; *hash is empty if there is none. */
bool project_head_lock(ProjectHead *head, PackageList *list, Str *hash);
/* The name that dbt_project.yml in `folder` gives; reports at `span` if that is no project. */
bool project_head_name(ProjectHead *head, Str folder, Span span, Str *name);

/* Reads one entry; `shown` in messages. Reports at `span`. */
bool package_spec_read(Arena *arena, Value rendered, Value unrendered, Span span, DiagSink *sink, PackageSpec *spec);

#endif
