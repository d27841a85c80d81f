#include "graph_test.h"

static Arena *arena;
static DiagSink sink;

static int setup(void **state)
{
    (void)state;
    arena = arena_new();
    diag_sink_init(&sink);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    diag_sink_release(&sink);
    arena_free(arena);
    return 0;
}

static void parents_come_first(void **state)
{
    (void)state;
    Manifest *m = new_manifest();
    Node *mart = add_node(m, RESOURCE_MODEL, "mart", "models/mart.sql");
    Node *left = add_node(m, RESOURCE_MODEL, "left", "models/left.sql");
    Node *right = add_node(m, RESOURCE_MODEL, "right", "models/right.sql");
    Node *seed = add_node(m, RESOURCE_SEED, "seed", "seeds/seed.csv");
    add_edge(m, mart, left);
    add_edge(m, mart, right);
    add_edge(m, left, seed);
    add_edge(m, right, seed);
    Graph *g = graph_build(arena, m, &sink);
    assert_false(g->cyclic);
    const uint32_t wanted[] = {3, 1, 2, 0};
    assert_memory_equal(g->order, wanted, sizeof wanted);
    assert_int_equal(g->height[seed->index], 3);
    assert_int_equal(g->height[left->index], 2);
    assert_int_equal(g->height[mart->index], 1);
    manifest_free(m);
}

static void a_cycle_is_told_link_by_link(void **state)
{
    (void)state;
    Manifest *m = new_manifest();
    Node *a = add_node(m, RESOURCE_MODEL, "a", "models/a.sql");
    Node *b = add_node(m, RESOURCE_MODEL, "b", "models/b.sql");
    Node *c = add_node(m, RESOURCE_MODEL, "c", "models/c.sql");
    Node *behind = add_node(m, RESOURCE_MODEL, "behind", "models/behind.sql");
    add_edge(m, a, b);
    add_edge(m, b, c);
    add_edge(m, c, a);
    add_edge(m, behind, a);
    Graph *g = graph_build(arena, m, &sink);
    assert_true(g->cyclic);
    assert_int_equal(sink.count, 1);
    const Diag *diag = &sink.items[0];
    assert_int_equal(diag->code, DIAG_node_cycle);
    assert_string_equal(str_c(arena, diag->message), "nodes depend on each other in a circle: a depends on b, which "
                                                     "depends on c, which depends on a");
    assert_int_equal(diag->span.source, a->span.source);
    assert_int_equal(diag->note_count, 2);
    assert_int_equal(diag->notes[0].span.source, b->span.source);
    assert_string_equal(str_c(arena, diag->notes[1].message), "'c' refers to 'a' here");
    manifest_free(m);
}

static void two_cycles_are_both_told(void **state)
{
    (void)state;
    Manifest *m = new_manifest();
    Node *self = add_node(m, RESOURCE_MODEL, "self", "models/self.sql");
    Node *x = add_node(m, RESOURCE_MODEL, "x", "models/x.sql");
    Node *y = add_node(m, RESOURCE_MODEL, "y", "models/y.sql");
    add_edge(m, self, self);
    add_edge(m, x, y);
    add_edge(m, y, x);
    graph_build(arena, m, &sink);
    assert_int_equal(sink.count, 2);
    assert_string_equal(str_c(arena, sink.items[0].message), "a node depends on itself: self depends on self");
    manifest_free(m);
}

/* A hundred thousand nodes in a row: nothing may recurse along a path. */
static void a_long_chain_needs_no_stack(void **state)
{
    (void)state;
    enum { LENGTH = 100000 };
    Manifest *m = new_manifest();
    Node **nodes = arena_alloc(arena, sizeof(Node *) * LENGTH);
    for (size_t i = 0; i < LENGTH; i++) {
        nodes[i] = add_node(m, RESOURCE_MODEL, "n", "n.sql");
        if (i) add_edge(m, nodes[i - 1], nodes[i]);
    }
    Graph *g = graph_build(arena, m, &sink);
    assert_int_equal(g->order[0], LENGTH - 1);
    assert_int_equal(g->height[LENGTH - 1], LENGTH);
    add_edge(m, nodes[LENGTH - 1], nodes[0]);
    diag_sink_clear(&sink);
    g = graph_build(arena, m, &sink);
    assert_true(g->cyclic);
    assert_int_equal(sink.count, 1);
    manifest_free(m);
}

static void depth_limits_how_far_a_set_spreads(void **state)
{
    (void)state;
    Manifest *m = new_manifest();
    Node *nodes[4];
    for (size_t i = 0; i < 4; i++) {
        nodes[i] = add_node(m, RESOURCE_MODEL, "n", "n.sql");
        if (i) add_edge(m, nodes[i], nodes[i - 1]);
    }
    Graph *g = graph_build(arena, m, &sink);
    NodeSet set = node_set_new(arena, g->node_count);
    node_set_add(set, 0);
    graph_add_descendants(g, arena, set, 2);
    assert_int_equal(node_set_count(set), 3);
    assert_false(node_set_has(set, 3));
    NodeSet up = node_set_new(arena, g->node_count);
    node_set_add(up, 3);
    graph_add_ancestors(g, arena, up, 0);
    assert_int_equal(node_set_count(up), 1);
    graph_add_ancestors(g, arena, up, -1);
    assert_int_equal(node_set_count(up), 4);
    node_set_minus(up, set);
    assert_int_equal(node_set_count(up), 1);
    assert_true(node_set_has(up, 3));
    manifest_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(parents_come_first, setup, teardown),
        cmocka_unit_test_setup_teardown(a_cycle_is_told_link_by_link, setup, teardown),
        cmocka_unit_test_setup_teardown(two_cycles_are_both_told, setup, teardown),
        cmocka_unit_test_setup_teardown(a_long_chain_needs_no_stack, setup, teardown),
        cmocka_unit_test_setup_teardown(depth_limits_how_far_a_set_spreads, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
