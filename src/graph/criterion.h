/* One criterion of a selection, read, and whether a node matches it. Private to src/graph.
 *
 * Thread rule: pure functions over the read-only manifest; the arena and the sink are the caller's. */
#ifndef CDBT_GRAPH_CRITERION_H
#define CDBT_GRAPH_CRITERION_H

#include "graph/select.h"
#include "graph/state.h"

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
    Value raw; /* a value of YAML that is no text: config.meta.level: 3; undefined otherwise */
    Span span;
} Criterion;

typedef struct Matcher {
    Arena *arena; /* for texts that are needed for a moment */
    const Manifest *manifest;
    StateDiff *diff; /* of --state; NULL: none was given */
} Matcher;

/* Whether the value can mean anything to the method; reports `code` otherwise. */
bool criterion_check(Arena *arena, const Criterion *criterion, DiagCode code, DiagSink *sink);
Str method_word(Method method);
/* The values that a method knows, where there is a list of them; 0: any. */
size_t method_values(Method method, const Str **values);

bool node_matches(const Matcher *matcher, const Criterion *criterion, const Node *node);

#endif
