#include "graph/graph.h"

#include "base/mem.h"

#include <string.h>

static void count_to_starts(uint32_t *starts, uint32_t count)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i <= count; i++) {
        uint32_t n = starts[i];
        starts[i] = sum;
        sum += n;
    }
}

static void build_edges(Graph *g, Arena *arena)
{
    uint32_t n = g->node_count;
    g->parent_start = ARENA_ARRAY(arena, uint32_t, n + 1);
    g->child_start = ARENA_ARRAY(arena, uint32_t, n + 1);
    uint32_t edges = 0;
    for (uint32_t i = 0; i < n; i++) {
        const Node *node = g->manifest->nodes[i];
        g->parent_start[i] = (uint32_t)node->depends_on_count;
        edges += (uint32_t)node->depends_on_count;
        for (size_t j = 0; j < node->depends_on_count; j++) g->child_start[node->depends_on[j]->index]++;
    }
    count_to_starts(g->parent_start, n);
    count_to_starts(g->child_start, n);
    g->parents = ARENA_ARRAY(arena, uint32_t, edges ? edges : 1);
    g->children = ARENA_ARRAY(arena, uint32_t, edges ? edges : 1);
    uint32_t *fill = mem_alloc(sizeof(uint32_t) * (n + 1));
    memcpy(fill, g->child_start, sizeof(uint32_t) * (n + 1));
    for (uint32_t i = 0; i < n; i++) {
        const Node *node = g->manifest->nodes[i];
        for (size_t j = 0; j < node->depends_on_count; j++) {
            uint32_t parent = node->depends_on[j]->index;
            g->parents[g->parent_start[i] + j] = parent;
            g->children[fill[parent]++] = i;
        }
    }
    mem_free(fill);
}

/* A binary heap of node numbers, smallest first: keeps the order stable whatever the edges' order is. */
static void heap_push(uint32_t *heap, uint32_t *count, uint32_t node)
{
    uint32_t i = (*count)++;
    while (i > 0 && heap[(i - 1) / 2] > node) {
        heap[i] = heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    heap[i] = node;
}

static uint32_t heap_pop(uint32_t *heap, uint32_t *count)
{
    uint32_t top = heap[0], last = heap[--*count];
    uint32_t i = 0;
    for (;;) {
        uint32_t child = 2 * i + 1;
        if (child >= *count) break;
        if (child + 1 < *count && heap[child + 1] < heap[child]) child++;
        if (heap[child] >= last) break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = last;
    return top;
}

static uint32_t sort_nodes(Graph *g)
{
    uint32_t n = g->node_count, done = 0, ready = 0;
    uint32_t *blockers = mem_alloc(sizeof(uint32_t) * (n + 1));
    uint32_t *heap = mem_alloc(sizeof(uint32_t) * (n + 1));
    for (uint32_t i = 0; i < n; i++) {
        blockers[i] = g->parent_start[i + 1] - g->parent_start[i];
        if (!blockers[i]) heap_push(heap, &ready, i);
    }
    while (ready) {
        uint32_t node = heap_pop(heap, &ready);
        g->order[done++] = node;
        for (uint32_t e = g->child_start[node]; e < g->child_start[node + 1]; e++)
            if (--blockers[g->children[e]] == 0) heap_push(heap, &ready, g->children[e]);
    }
    mem_free(blockers);
    mem_free(heap);
    return done;
}

/* Where `node` says that it depends on `parent`: the ref's or source's own place. */
static Span link_span(const Node *node, const Node *parent)
{
    for (size_t i = 0; i < node->ref_count; i++)
        if (str_eq(node->refs[i].name, parent->name)) return node->refs[i].span;
    return node->span;
}

enum { LINKS_SHOWN = 12 }; /* of a long circle: nobody reads more */

static void report_cycle(const Graph *g, const uint32_t *path, uint32_t length, DiagSink *sink)
{
    /* Start with the smallest number, so that a cycle reads the same from run to run. The path goes child to parent. */
    uint32_t first = 0;
    for (uint32_t i = 1; i < length; i++)
        if (path[i] < path[first]) first = i;
    Buf text;
    buf_init(&text, NULL);
    for (uint32_t i = 0; i <= length; i++) {
        if (i) buf_addz(&text, i == 1 ? " depends on " : ", which depends on ");
        if (i == LINKS_SHOWN && i + 1 < length) {
            buf_addf(&text, "(%u more)", length - i);
            i = length - 1;
            continue;
        }
        buf_add(&text, g->manifest->nodes[path[(first + i) % length]]->name);
    }
    const Node *node = g->manifest->nodes[path[first]];
    const Node *next = g->manifest->nodes[path[(first + 1) % length]];
    Str words = buf_str(&text);
    Diag *diag =
        diag_add(sink, DIAG_node_cycle, link_span(node, next), "%s %.*s",
                 length == 1 ? "a node depends on itself:" : "nodes depend on each other in a circle:", STR_ARG(words));
    diag->node = node->unique_id;
    buf_release(&text);
    for (uint32_t i = 1; i < length && i < LINKS_SHOWN; i++) {
        const Node *from = g->manifest->nodes[path[(first + i) % length]];
        const Node *to = g->manifest->nodes[path[(first + i + 1) % length]];
        diag_note(sink, link_span(from, to), "'%.*s' refers to '%.*s' here", STR_ARG(from->name), STR_ARG(to->name));
    }
    diag_hint(sink, "remove one of these references; move what both models need into a third one");
}

/* Walks parents from every node that could not be ordered, without recursion, and reports each cycle met once. */
static void find_cycles(const Graph *g, DiagSink *sink)
{
    enum { NEW, OPEN, DONE };
    uint32_t n = g->node_count;
    uint8_t *state = mem_zalloc(n + 1);
    uint32_t *stack = mem_alloc(sizeof(uint32_t) * (n + 1));
    uint32_t *edge = mem_alloc(sizeof(uint32_t) * (n + 1));
    for (uint32_t root = 0; root < n; root++) {
        if (state[root] != NEW) continue;
        uint32_t depth = 0;
        stack[0] = root;
        edge[0] = g->parent_start[root];
        state[root] = OPEN;
        for (;;) {
            uint32_t node = stack[depth];
            if (edge[depth] == g->parent_start[node + 1]) {
                state[node] = DONE;
                if (depth-- == 0) break;
                continue;
            }
            uint32_t parent = g->parents[edge[depth]++];
            if (state[parent] == OPEN) {
                uint32_t from = depth;
                while (stack[from] != parent) from--;
                report_cycle(g, stack + from, depth - from + 1, sink);
            } else if (state[parent] == NEW) {
                state[parent] = OPEN;
                depth++;
                stack[depth] = parent;
                edge[depth] = g->parent_start[parent];
            }
        }
    }
    mem_free(state);
    mem_free(stack);
    mem_free(edge);
}

Graph *graph_build(Arena *arena, const Manifest *manifest, DiagSink *sink)
{
    Graph *g = ARENA_NEW(arena, Graph);
    g->manifest = manifest;
    g->node_count = (uint32_t)manifest->node_count;
    build_edges(g, arena);
    g->order = ARENA_ARRAY(arena, uint32_t, g->node_count + 1);
    g->height = ARENA_ARRAY(arena, uint32_t, g->node_count + 1);
    uint32_t ordered = sort_nodes(g);
    if (ordered < g->node_count) {
        g->cyclic = true;
        find_cycles(g, sink);
    }
    for (uint32_t i = ordered; i > 0; i--) {
        uint32_t node = g->order[i - 1], best = 0;
        for (uint32_t e = g->child_start[node]; e < g->child_start[node + 1]; e++)
            if (g->height[g->children[e]] > best) best = g->height[g->children[e]];
        g->height[node] = best + 1;
    }
    return g;
}

/* ---- sets ---- */

static size_t words(uint32_t node_count)
{
    return ((size_t)node_count + 63) / 64;
}

NodeSet node_set_new(Arena *arena, uint32_t node_count)
{
    size_t n = words(node_count);
    return (NodeSet){ARENA_ARRAY(arena, uint64_t, n ? n : 1), node_count};
}

NodeSet node_set_copy(Arena *arena, NodeSet set)
{
    NodeSet copy = node_set_new(arena, set.node_count);
    memcpy(copy.bits, set.bits, words(set.node_count) * sizeof(uint64_t));
    return copy;
}

bool node_set_has(NodeSet set, uint32_t node)
{
    return set.bits[node / 64] >> (node % 64) & 1;
}

void node_set_add(NodeSet set, uint32_t node)
{
    set.bits[node / 64] |= UINT64_C(1) << (node % 64);
}

void node_set_remove(NodeSet set, uint32_t node)
{
    set.bits[node / 64] &= ~(UINT64_C(1) << (node % 64));
}

void node_set_or(NodeSet into, NodeSet other)
{
    for (size_t i = 0; i < words(into.node_count); i++) into.bits[i] |= other.bits[i];
}

void node_set_and(NodeSet into, NodeSet other)
{
    for (size_t i = 0; i < words(into.node_count); i++) into.bits[i] &= other.bits[i];
}

void node_set_minus(NodeSet into, NodeSet other)
{
    for (size_t i = 0; i < words(into.node_count); i++) into.bits[i] &= ~other.bits[i];
}

uint32_t node_set_count(NodeSet set)
{
    uint32_t count = 0;
    for (size_t i = 0; i < words(set.node_count); i++) count += (uint32_t)__builtin_popcountll(set.bits[i]);
    return count;
}

/* Breadth first over one of the two edge arrays; the frontier of each step lies behind the last one's in `queue`. */
static void spread(const uint32_t *starts, const uint32_t *edges, Arena *scratch, NodeSet set, int depth)
{
    uint32_t n = set.node_count, end = 0;
    uint32_t *queue = arena_alloc(scratch, sizeof(uint32_t) * ((size_t)n + 1));
    for (uint32_t i = 0; i < n; i++)
        if (node_set_has(set, i)) queue[end++] = i;
    for (uint32_t from = 0; from < end && depth != 0; depth = depth > 0 ? depth - 1 : depth) {
        uint32_t to = end;
        for (; from < to; from++)
            for (uint32_t e = starts[queue[from]]; e < starts[queue[from] + 1]; e++)
                if (!node_set_has(set, edges[e])) {
                    node_set_add(set, edges[e]);
                    queue[end++] = edges[e];
                }
    }
}

void graph_add_ancestors(const Graph *graph, Arena *scratch, NodeSet set, int depth)
{
    spread(graph->parent_start, graph->parents, scratch, set, depth);
}

void graph_add_descendants(const Graph *graph, Arena *scratch, NodeSet set, int depth)
{
    spread(graph->child_start, graph->children, scratch, set, depth);
}
