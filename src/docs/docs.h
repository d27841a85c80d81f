/* The documentation page: target/index.html from a manifest and what is known of its last runs. One self-contained file;
 * its parts and the data in it are described in docs/reference/docs-page.md.
 *
 * Ownership: what goes in is borrowed for the call and not changed; arenas hold errors and what is made on the way.
 * Thread rule: any thread; a call reads the manifest, which is read-only then. */
#ifndef CDBT_DOCS_DOCS_H
#define CDBT_DOCS_DOCS_H

#include "base/json.h"
#include "manifest/manifest.h"

/* The last result of a node, as run_results.json of the run that had it says. */
typedef struct DocsResult {
    Str unique_id;
    Str status; /* dbt's word: success, pass, warn, fail, error, skipped */
    Str message; /* or empty */
    Str at; /* when it was finished, ISO, or empty */
    int64_t failures; /* of a test; -1: not counted */
    double seconds; /* below zero: not measured */
} DocsResult;

typedef struct DocsColumn {
    Str name, type;
} DocsColumn;

typedef struct DocsStat {
    Str label, value; /* "Rows", "1,204" */
} DocsStat;

/* What the database itself says of a node's relation (the catalog), in the database's order of columns. */
typedef struct DocsRelation {
    const DocsColumn *columns;
    size_t column_count;
    const DocsStat *stats;
    size_t stat_count;
} DocsRelation;

typedef struct DocsInput {
    const Manifest *manifest;
    Str generator; /* "cdbt 0.1.0" */
    const Str *compiled; /* compiled code by the node's index, empty where there is none; NULL: of no node */
    const DocsRelation *relations; /* by the node's index; NULL: no catalog */
    const DocsResult *results; /* in any order; of two for one node the later one counts */
    size_t result_count;
} DocsInput;

/* Writes the page to `path`, aside and renamed, making its folder if need be. On failure *error is one sentence without
 * the path, as in base/file.h, and what was at `path` is still there. */
bool docs_write(Arena *arena, const DocsInput *input, const char *path, Str *error);

/* The page's text in pieces; false as soon as the sink gives false. */
bool docs_page(Arena *arena, const DocsInput *input, JsonSink sink, void *context);

/* The first part of the data in the page: project and nodes, all but the code. */
void docs_payload(JsonWriter *json, const DocsInput *input);

/* Appends Markdown (CommonMark with GitHub's tables, strikethrough, task lists and bare links) as HTML that is safe to stand
 * in the page: raw HTML is shown as text; links lead to http:, https:, mailto: or a place in the page, any other is only
 * its text; images are shown if they carry their own data, others are links. Headings begin at <h3>. */
void docs_markdown(Buf *out, Str markdown);

#endif
