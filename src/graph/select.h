/* Choosing nodes: dbt's --select and --exclude, and the selectors of selectors.yml.
 *
 * A criterion is [@][N+][method:]value[+N]; words are united, commas intersect. Without a method a value with a '/' is a
 * path, one that ends in .sql, .py or .csv a file, anything else an fqn or name, with wildcards. What is read becomes a
 * tree of SelectSpec; selectors.yml gives the same trees (src/project/selectors.c).
 * Ownership: specs and sets live in the arena given. Thread rule: reads the graph only. */
#ifndef CDBT_GRAPH_SELECT_H
#define CDBT_GRAPH_SELECT_H

#include "graph/graph.h"

/* How tests come along with the nodes that they test (dbt: --indirect-selection). */
typedef enum SelectIndirect {
    SELECT_EAGER, /* any parent is selected */
    SELECT_CAUTIOUS, /* all parents are selected */
    SELECT_BUILDABLE, /* all parents are selected or ancestors of selected ones */
    SELECT_EMPTY, /* never */
} SelectIndirect;

bool select_indirect_find(Str word, SelectIndirect *indirect);

/* ---- what is asked for ---- */

typedef enum SelectKind { SELECT_CRITERION, SELECT_UNION, SELECT_INTERSECTION, SELECT_DIFFERENCE } SelectKind;

typedef struct SelectSpec {
    SelectKind kind;
    bool own_indirect; /* `indirect` was said here; else the command line's counts */
    SelectIndirect indirect;
    bool expect_exists; /* warn if it selects nothing */
    SpanText raw;
    struct Criterion *criterion; /* SELECT_CRITERION */
    struct SelectSpec **parts; /* of the others; a difference takes the later ones from the first */
    size_t part_count, part_cap;
} SelectSpec;

SelectSpec *spec_group(Arena *arena, SelectKind kind);
void spec_add(Arena *arena, SelectSpec *group, SelectSpec *part);
/* One criterion as the command line writes it; NULL after a selection-invalid error. */
SelectSpec *spec_from_text(Arena *arena, Str text, Span span, DiagSink *sink);
/* Words: united; each may hold several of them and commas, which intersect. */
SelectSpec *spec_from_words(Arena *arena, const SpanText *words, size_t count, DiagSink *sink);

/* A criterion as selectors.yml writes it, key by key. */
typedef struct SpecFields {
    SpanText method;
    Value value;
    Span value_span;
    bool childrens_parents, parents, children;
    int parents_depth, children_depth; /* -1: all */
    bool own_indirect;
    SelectIndirect indirect;
} SpecFields;
SelectSpec *spec_from_fields(Arena *arena, const SpecFields *fields, DiagSink *sink);
/* Warns of a criterion of selectors.yml that will be refused once it is used (selectors-unclear). */
void spec_warn(Arena *arena, const SelectSpec *spec, DiagSink *sink);
/* A spec as selectors.yml's normal form: what manifest.json keeps of one criterion (dbt: dict_from_single_spec). */
Value spec_criterion_value(Arena *arena, const SelectSpec *spec);

/* ---- selecting ---- */

struct PreviousState; /* graph/state.h */

typedef struct SelectOptions {
    const SpanText *select; /* none: everything, or the selector that is the default */
    size_t select_count;
    const SpanText *exclude;
    size_t exclude_count;
    SpanText selector; /* --selector; empty: none */
    uint32_t types; /* bits 1 << ResourceType of what the command works on; 0: all */
    SelectIndirect indirect;
    bool with_empty; /* models whose file is empty count too */
    const struct PreviousState *state; /* of --state; NULL: none */
    const Str *only; /* unique ids, instead of all of the above; NULL: none */
    size_t only_count;
} SelectOptions;

/* False after a selection-invalid error. Criteria that match nothing are warned about (selection-empty). The set lives
 * in the arena. */
bool select_nodes(Arena *arena, const Graph *graph, const SelectOptions *options, DiagSink *sink, NodeSet *selected);

#endif
