/* Reading a project: from files to a resolved manifest.
 *
 * scan -> read -> parse -> nodes -> evaluate each body once with execute = false -> resolve names and config -> expand
 * generic tests -> resolve references. All errors of a stage are reported together; a broken node is left out and loading
 * goes on. No cache: a project is always read from its files.
 * Ownership: the manifest owns all that is loaded; the caller frees it with manifest_free.
 * Thread rule: project_load uses its own worker threads and returns when they are done; it opens no database. */
#ifndef CDBT_PROJECT_PROJECT_H
#define CDBT_PROJECT_PROJECT_H

#include "graph/graph.h"

typedef struct ProjectOptions {
    Str project_dir; /* empty: the working folder, then its parents */
    Str profiles_dir; /* empty: DBT_PROFILES_DIR, then the working folder, the project's folder, then ~/.dbt */
    SpanText profile, target; /* empty: dbt_project.yml's profile, that profile's target */
    SpanText vars; /* YAML mapping as text; empty: none */
    SpanText place; /* the command itself: what diagnostics point to that concern no file */
    Str target_path, packages_path, log_path; /* empty: as the project says */
    uint32_t threads; /* 0: the profile's */
    unsigned workers; /* for parsing; 0: all cores */
    Value flags; /* what templates see as `flags` */
    Value invocation; /* what templates see as `invocation_args_dict` */
    Str invocation_id, generated_at;
    bool read_only; /* only parse: a missing profile is no error */
} ProjectOptions;

/* The folder of the project: where dbt_project.yml is. False after reporting project-not-found. */
bool project_find_root(Arena *arena, const ProjectOptions *options, DiagSink *sink, Str *root);

/* Fills a manifest that manifest_new made (its source table may already hold the command line). False if the project
 * cannot be used at all (no project file, broken profile) or has errors; the manifest is still good for listing what was
 * read. Everything is in the sink. `graph`: the one of all nodes, in the manifest's arena, after success; NULL: not needed. */
bool project_load(Manifest *manifest, const ProjectOptions *options, Graph **graph, DiagSink *sink);

/* What nothing of the project uses: sources and macros, as infos. Not part of loading. */
void project_report_unused(const Manifest *manifest, DiagSink *sink);

/* The parsed body of a node, NULL if it has none. Bodies of models, analyses and singular tests are not kept after loading
 * (most commands never need them): they are parsed again, into the arena, by a call that may run in any thread. */
const TplUnit *node_unit(Arena *arena, const Manifest *manifest, const Node *node);
bool node_has_unit(const Node *node);

/* A YAML mapping that an option of the command line gives (--vars, --args), as a dict; empty text gives an empty one.
 * `option` names it in messages. False after an error. */
bool project_read_mapping(Arena *arena, SourceTable *sources, const char *option, Str text, DiagSink *sink,
                          Value *value);

#endif
