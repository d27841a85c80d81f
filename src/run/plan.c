#include "run/plan.h"

#include "base/vec.h"

#include <string.h>

typedef struct Edge {
    uint32_t from, to;
} Edge;

typedef struct Planner {
    Arena *arena;
    const Graph *graph;
    const Manifest *manifest;
    Plan *plan;
    uint32_t *position; /* in graph->order */
    uint32_t *mark, *count; /* of walks: mark[n] == stamp, how many walks came by */
    uint32_t stamp;
    VEC(Edge) edges;
    VEC(uint32_t) stack;
} Planner;

static bool is_ephemeral(const Node *node)
{
    return node->type == RESOURCE_MODEL && str_eq(node->materialized, STR("ephemeral"));
}

/* ---- tests of several nodes ---- */

/* True if all `parents` but `last` are ancestors of `last`. */
static bool all_above(Planner *p, const uint32_t *parents, size_t count, uint32_t last)
{
    const Graph *graph = p->graph;
    uint32_t lowest = p->position[last];
    for (size_t i = 0; i < count; i++)
        if (p->position[parents[i]] < lowest) lowest = p->position[parents[i]];
    p->stamp++;
    p->stack.n = 0;
    vec_push(p->arena, &p->stack, last);
    p->mark[last] = p->stamp;
    while (p->stack.n) {
        uint32_t node = p->stack.at[--p->stack.n];
        for (uint32_t e = graph->parent_start[node]; e < graph->parent_start[node + 1]; e++) {
            uint32_t parent = graph->parents[e];
            if (p->mark[parent] == p->stamp || p->position[parent] < lowest) continue;
            p->mark[parent] = p->stamp;
            vec_push(p->arena, &p->stack, parent);
        }
    }
    for (size_t i = 0; i < count; i++)
        if (p->mark[parents[i]] != p->stamp) return false;
    return true;
}

/* Blocks the first nodes that lie below all parents: those with no parent of their own that does. */
static void block_common_descendants(Planner *p, uint32_t test, const uint32_t *parents, size_t count)
{
    const Graph *graph = p->graph;
    VEC(uint32_t) common = {0};
    uint32_t first = p->stamp + 1;
    for (size_t i = 0; i < count; i++) {
        p->stamp++;
        p->stack.n = 0;
        vec_push(p->arena, &p->stack, parents[i]);
        while (p->stack.n) {
            uint32_t node = p->stack.at[--p->stack.n];
            for (uint32_t e = graph->child_start[node]; e < graph->child_start[node + 1]; e++) {
                uint32_t child = graph->children[e];
                if (p->mark[child] == p->stamp || p->manifest->nodes[child]->type == RESOURCE_TEST) continue;
                p->count[child] = p->mark[child] < first ? 1 : p->count[child] + 1;
                p->mark[child] = p->stamp;
                if (p->count[child] == count) vec_push(p->arena, &common, child);
                vec_push(p->arena, &p->stack, child);
            }
        }
    }
    for (size_t i = 0; i < common.n; i++) {
        bool is_first = true;
        for (uint32_t e = graph->parent_start[common.at[i]]; is_first && e < graph->parent_start[common.at[i] + 1];
             e++) {
            uint32_t parent = graph->parents[e];
            is_first = !(p->mark[parent] >= first && p->count[parent] == count);
        }
        if (is_first) vec_push(p->arena, &p->edges, (Edge){test, common.at[i]});
    }
}

static void place_gate(Planner *p, uint32_t test)
{
    const Graph *graph = p->graph;
    const uint32_t *parents = graph->parents + graph->parent_start[test];
    size_t count = graph->parent_start[test + 1] - graph->parent_start[test];
    if (!count) return;
    uint32_t last = parents[0];
    for (size_t i = 1; i < count; i++)
        if (p->position[parents[i]] > p->position[last]) last = parents[i];
    if (count > 1 && !all_above(p, parents, count, last)) {
        block_common_descendants(p, test, parents, count);
        return;
    }
    p->plan->gate_of[test] = last;
    p->plan->gate_count[last]++;
}

static void make_gates(Planner *p)
{
    Plan *plan = p->plan;
    uint32_t n = p->graph->node_count;
    plan->gate_count = ARENA_ARRAY(p->arena, uint32_t, n + 1);
    plan->gate_of = ARENA_ARRAY(p->arena, uint32_t, n + 1);
    for (uint32_t i = 0; i < n; i++) plan->gate_of[i] = PLAN_NONE;
    p->mark = ARENA_ARRAY(p->arena, uint32_t, n + 1);
    p->count = ARENA_ARRAY(p->arena, uint32_t, n + 1);
    for (uint32_t i = 0; i < plan->node_count; i++)
        if (p->manifest->nodes[plan->nodes[i]]->type == RESOURCE_TEST) place_gate(p, plan->nodes[i]);
}

static void place_units(Planner *p)
{
    Plan *plan = p->plan;
    uint32_t n = p->graph->node_count;
    for (uint32_t i = 0; i < plan->node_count; i++) {
        const Node *node = p->manifest->nodes[plan->nodes[i]];
        if (node->type != RESOURCE_UNIT_TEST) continue;
        if (!plan->unit_of) {
            plan->unit_of = ARENA_ARRAY(p->arena, uint32_t, n + 1);
            for (uint32_t k = 0; k < n; k++) plan->unit_of[k] = PLAN_NONE;
        }
        plan->unit_of[node->index] = node->unit_test->tested->index;
    }
}

/* ---- what fills a source ---- */

/* A seed of this run that is stored where a source is said to be fills that source: those who read it wait. */
static void link_sources(Planner *p)
{
    Map seeds;
    map_init(&seeds, p->arena);
    for (uint32_t i = 0; i < p->plan->node_count; i++) {
        Node *node = p->manifest->nodes[p->plan->nodes[i]];
        if (node->type == RESOURCE_SEED && node->relation_name.len) map_put(&seeds, node->relation_name, node);
    }
    if (!seeds.count) return;
    for (uint32_t i = 0; i < p->graph->node_count; i++) {
        const Node *source = p->manifest->nodes[i];
        const Node *seed = source->type == RESOURCE_SOURCE ? map_get(&seeds, source->relation_name) : NULL;
        if (seed) vec_push(p->arena, &p->edges, (Edge){seed->index, i});
    }
}

static void make_edges(Planner *p)
{
    if (!p->edges.n) return;
    uint32_t n = p->graph->node_count;
    uint32_t *start = ARENA_ARRAY(p->arena, uint32_t, n + 2);
    uint32_t *later = ARENA_ARRAY(p->arena, uint32_t, p->edges.n);
    for (size_t i = 0; i < p->edges.n; i++) start[p->edges.at[i].from + 1]++;
    for (uint32_t i = 0; i < n; i++) start[i + 1] += start[i];
    uint32_t *next = arena_copy(p->arena, start, sizeof *start * (n + 1));
    for (size_t i = 0; i < p->edges.n; i++) later[next[p->edges.at[i].from]++] = p->edges.at[i].to;
    p->plan->later_start = start;
    p->plan->later = later;
}

/* ---- ephemeral models ---- */

static void find_ephemerals(Planner *p, NodeSet selected)
{
    const Graph *graph = p->graph;
    NodeSet needed = node_set_new(p->arena, graph->node_count);
    uint32_t count = 0;
    for (uint32_t o = graph->node_count; o-- > 0;) {
        uint32_t i = graph->order[o];
        if (is_ephemeral(p->manifest->nodes[i]) && node_set_has(selected, i) && !node_set_has(needed, i)) {
            node_set_add(needed, i);
            count++;
        }
        bool asks = node_set_has(p->plan->work, i) || node_set_has(needed, i);
        for (uint32_t e = graph->parent_start[i]; asks && e < graph->parent_start[i + 1]; e++) {
            uint32_t parent = graph->parents[e];
            if (!is_ephemeral(p->manifest->nodes[parent]) || node_set_has(needed, parent)) continue;
            node_set_add(needed, parent);
            count++;
        }
    }
    p->plan->ephemerals = ARENA_ARRAY(p->arena, uint32_t, count + 1);
    for (uint32_t o = 0; count && o < graph->node_count; o++)
        if (node_set_has(needed, graph->order[o])) p->plan->ephemerals[p->plan->ephemeral_count++] = graph->order[o];
}

/* ---- hooks ---- */

static bool has_tag(const Node *node, Str tag)
{
    for (size_t i = 0; i < node->tag_count; i++)
        if (str_eq(node->tags[i], tag)) return true;
    return false;
}

/* dbt: RunTask.get_hooks_by_type: by package and then by place; the installed packages' hooks first, the project's last. */
static size_t find_hooks(Planner *p, Str tag, const Node ***hooks)
{
    VEC(const Node *) found = {0};
    for (int own = 0; own < 2; own++)
        for (size_t i = 0; i < p->manifest->node_count; i++) {
            const Node *node = p->manifest->nodes[i];
            if (node->type == RESOURCE_OPERATION && node->package->is_root == (own == 1) && has_tag(node, tag))
                vec_push(p->arena, &found, node);
        }
    *hooks = found.at;
    return found.n;
}

Plan *plan_make(Arena *arena, const Graph *graph, const PlanOptions *options)
{
    Plan *plan = ARENA_NEW(arena, Plan);
    Planner p = {.arena = arena, .graph = graph, .manifest = graph->manifest, .plan = plan};
    uint32_t n = graph->node_count;
    *plan = (Plan){.manifest = graph->manifest, .graph = graph, .work = node_set_new(arena, n)};
    plan->nodes = ARENA_ARRAY(arena, uint32_t, n + 1);
    p.position = ARENA_ARRAY(arena, uint32_t, n + 1);
    for (uint32_t o = 0; o < n; o++) {
        uint32_t i = graph->order[o];
        const Node *node = graph->manifest->nodes[i];
        p.position[i] = o;
        if (!node_set_has(options->selected, i) || !(options->types & 1u << node->type) || is_ephemeral(node)) continue;
        plan->nodes[plan->node_count++] = i;
        node_set_add(plan->work, i);
    }
    find_ephemerals(&p, options->selected);
    if (options->gates) {
        make_gates(&p);
        place_units(&p);
    }
    link_sources(&p);
    make_edges(&p);
    if (options->hooks) {
        plan->start_hook_count = find_hooks(&p, STR("on-run-start"), &plan->start_hooks);
        plan->end_hook_count = find_hooks(&p, STR("on-run-end"), &plan->end_hooks);
    }
    return plan;
}
