/* Choosing nodes: dbt's --select and --exclude.
 *
 * A criterion is [@][N+][method:]value[+N]; words are united, commas intersect. Without a method a value with a '/' is a
 * path, one that ends in .sql, .py or .csv a file, anything else an fqn or name, with wildcards.
 * Thread rule: reads the graph only. */
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

typedef struct SelectOptions {
    const SpanText *select; /* none: everything */
    size_t select_count;
    const SpanText *exclude;
    size_t exclude_count;
    uint32_t types; /* bits 1 << ResourceType of what the command works on; 0: all */
    SelectIndirect indirect;
} SelectOptions;

/* False after a selection-invalid error. Criteria that match nothing are warned about (selection-empty). The set lives
 * in the arena. */
bool select_nodes(Arena *arena, const Graph *graph, const SelectOptions *options, DiagSink *sink, NodeSet *selected);

#endif
