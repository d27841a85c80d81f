/* One criterion of a selection, read, and whether a node matches it. Private to src/graph.
 *
 * Thread rule: pure functions over the read-only manifest; the arena is the caller's. */
#ifndef CDBT_GRAPH_CRITERION_H
#define CDBT_GRAPH_CRITERION_H

#include "graph/graph.h"

typedef enum Method {
#define METHOD(word) METHOD_##word,
#include "graph/methods.def"
#undef METHOD
    METHOD_COUNT
} Method;

typedef struct Criterion {
    bool childrens_parents; /* @x */
    bool parents, children; /* +x, x+ */
    int parents_depth, children_depth; /* -1: all */
    Method method;
    Str argument; /* "materialized" of config.materialized:view */
    Str value;
} Criterion;

typedef struct Matcher {
    Arena *arena; /* for texts that are needed for a moment */
    const Manifest *manifest;
} Matcher;

bool node_matches(const Matcher *matcher, const Criterion *criterion, const Node *node);

#endif
