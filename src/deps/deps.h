/* Installing the packages that a project lists: resolve (what packages.yml names and what those packages name), lock
 * (package-lock.yml with dbt's hash), install (all of it aside, then one rename).
 *
 * Other programs do what needs a network or an archive: git, curl, gzip. Ownership: everything lives in the manifest's
 * arena. Thread rule: one thread. */
#ifndef CDBT_DEPS_DEPS_H
#define CDBT_DEPS_DEPS_H

#include "project/head.h"

typedef struct DepsOptions {
    bool upgrade; /* resolve anew although the lock fits */
    bool lock_only;
    SpanText add; /* "dbt-labs/dbt_utils@1.1.1"; empty: nothing */
    Str source; /* of what is added: hub, git, local; empty: hub */
    Str hub; /* address of the hub's index, ends in "/" */
    bool version_check; /* only versions of packages that go with our dbt version */
    Span place; /* the command, for what concerns no file */
    /* One line for the person. */
    void (*say)(void *data, Str line);
    void *say_data;
} DepsOptions;

bool deps_run(Manifest *manifest, const ProjectOptions *project, const DepsOptions *options, DiagSink *sink);

#endif
