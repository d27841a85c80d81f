/* What the parts of src/deps share. Private to it. */
#ifndef CDBT_DEPS_INTERNAL_H
#define CDBT_DEPS_INTERNAL_H

#include "base/map.h"
#include "deps/deps.h"

typedef struct Deps {
    Manifest *manifest;
    Arena *arena;
    DiagSink *sink;
    const DepsOptions *options;
    ProjectHead *head;
    Str downloads; /* a folder of this run for archives and repositories; empty until it is needed */
    size_t download_count;
    Map hub_packages; /* "namespace/name" -> Value *: what the hub said */
    Value *hub_index;
} Deps;

/* A package that is decided on. */
typedef struct Pinned {
    PackageSpec spec; /* of the first entry that named it; versions are those of all */
    Str project_name;
    Str version; /* of the hub; the commit of git */
    Str latest; /* of the hub: the newest that could be installed */
    Str folder; /* of what was fetched: where the project lies; empty: not fetched */
    PackageList wants; /* what it lists itself */
    bool looked_into;
} Pinned;

typedef VEC(Pinned) PinnedList;

void deps_say(Deps *deps, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* fetch.c: each gives a folder below deps->downloads, or reports at span. */
bool deps_new_folder(Deps *deps, Str *folder);
bool deps_get_text(Deps *deps, Str address, Span span, Str *text);
bool deps_fetch_archive(Deps *deps, Str address, Str shown, Span span, Str *folder);
bool deps_fetch_git(Deps *deps, const PackageSpec *spec, Str revision, Str *folder, Str *commit);

/* hub.c */
bool hub_pin(Deps *deps, Pinned *pinned); /* version, latest and project_name */
bool hub_wants(Deps *deps, Pinned *pinned);
bool hub_fetch(Deps *deps, Pinned *pinned);

/* resolve.c */
bool deps_resolve(Deps *deps, const PackageList *wanted, PinnedList *resolved);
bool deps_fetch(Deps *deps, Pinned *pinned); /* fills in folder, project_name, version of git, if that is not done */
bool deps_good_name(Deps *deps, Str name, Span span);

/* lock.c */
Str deps_hash(Deps *deps, const PackageList *wanted);
bool deps_write_lock(Deps *deps, const PackageList *wanted, const PinnedList *resolved);
bool deps_add(Deps *deps); /* the package of --add-package, into the file */

#endif
