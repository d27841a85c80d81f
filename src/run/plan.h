/* The plan of a run: which nodes have work, which ephemeral models they need, what must come before what.
 *
 * Gates. In `build`, the tests of a node run before its children. That takes one counter a node and no edges: the children
 * wait until the node and all tests that gate it are done. A test of several nodes gates the one that has all others as
 * ancestors; if there is none, it becomes a blocker of the first nodes below all of them. (dbt: Linker.add_test_edges.)
 * Unit tests come before the model that they test: when nothing blocks the model any more, they run, and the model waits.
 *
 * Ownership: everything lives in the arena given. Thread rule: read-only once it is made. */
#ifndef CDBT_RUN_PLAN_H
#define CDBT_RUN_PLAN_H

#include "graph/graph.h"
#include "manifest/manifest.h"

#define PLAN_NONE UINT32_MAX

typedef struct Plan {
    const Manifest *manifest;
    const Graph *graph;
    uint32_t *nodes; /* those that give results, parents before children */
    uint32_t node_count;
    NodeSet work; /* the same as a set */
    uint32_t *ephemerals; /* all ephemeral models that the planned nodes need, parents before children */
    uint32_t ephemeral_count;
    const Node **start_hooks, **end_hooks; /* in dbt's order: packages before the project itself */
    size_t start_hook_count, end_hook_count;

    /* Extra order, by node: tests that gate it (counted), what a test gates, extra edges from i to later[..]. */
    uint32_t *gate_count; /* NULL if nothing is gated */
    uint32_t *gate_of; /* of a test: the node whose children wait for it, or PLAN_NONE */
    uint32_t *unit_of; /* of a unit test: the model that waits for it, or PLAN_NONE; NULL if none does */
    uint32_t *later_start, *later; /* as in Graph; NULL if there are none */
} Plan;

typedef struct PlanOptions {
    NodeSet selected;
    uint32_t types; /* bits 1 << ResourceType of what gives results */
    bool gates; /* tests come before the children of what they test */
    bool hooks;
} PlanOptions;

Plan *plan_make(Arena *arena, const Graph *graph, const PlanOptions *options);

#endif
