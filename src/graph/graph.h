/* The graph of a manifest's nodes: dense numbers, edges in arrays, order, cycles.
 *
 * Edges go from a node to those that depend on it. Only enabled nodes are in it; a node's number is Node.index.
 * Ownership: the graph's arrays belong to the arena given. Thread rule: read-only after graph_build. */
#ifndef CDBT_GRAPH_GRAPH_H
#define CDBT_GRAPH_GRAPH_H

#include "manifest/manifest.h"

typedef struct Graph {
    const Manifest *manifest;
    uint32_t node_count;
    /* Parents of node i: parents[parent_start[i] .. parent_start[i + 1]), children likewise. */
    uint32_t *parent_start, *parents;
    uint32_t *child_start, *children;
    uint32_t *order; /* all nodes, parents before children; among free ones the smaller number first */
    uint32_t *height; /* nodes on the longest path from here to a leaf, this one included: what to run first */
    bool cyclic;
} Graph;

/* Builds the graph from Node.depends_on. Cycles are reported link by link (node-cycle, once each); then `order` lacks
 * the nodes on and behind them and `cyclic` is set. */
Graph *graph_build(Arena *arena, const Manifest *manifest, DiagSink *sink);

/* A set of nodes, as bits. */
typedef struct NodeSet {
    uint64_t *bits;
    uint32_t node_count;
} NodeSet;

NodeSet node_set_new(Arena *arena, uint32_t node_count);
NodeSet node_set_copy(Arena *arena, NodeSet set);
bool node_set_has(NodeSet set, uint32_t node);
void node_set_add(NodeSet set, uint32_t node);
void node_set_remove(NodeSet set, uint32_t node);
void node_set_or(NodeSet into, NodeSet other);
void node_set_and(NodeSet into, NodeSet other);
void node_set_minus(NodeSet into, NodeSet other);
uint32_t node_set_count(NodeSet set);

/* Adds all ancestors (or descendants) of the nodes in `set`, at most `depth` edges away (negative: all). */
void graph_add_ancestors(const Graph *graph, Arena *scratch, NodeSet set, int depth);
void graph_add_descendants(const Graph *graph, Arena *scratch, NodeSet set, int depth);

#endif
