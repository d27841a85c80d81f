/* Plans and the scheduler, with work that only notes what it is given. */
#include "unit/graph/graph_test.h"

#include "run/schedule.h"

#include <pthread.h>
#include <time.h>

enum { ROOM = 64 };

typedef struct Log {
    pthread_mutex_t lock;
    uint32_t order[ROOM], skipped[ROOM], because[ROOM];
    size_t n, skipped_n;
    bool fails[ROOM], readers[ROOM];
    int writing, most_writing, lanes; /* lanes: given to nodes that only read */
    Schedule *schedule;
    size_t stop_after;
} Log;

static Arena *arena;
static DiagSink sink;
static Manifest *m;
static Log seen;

static int setup(void **state)
{
    (void)state;
    arena = arena_new();
    diag_sink_init(&sink);
    m = new_manifest();
    seen = (Log){.stop_after = ROOM};
    pthread_mutex_init(&seen.lock, NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    pthread_mutex_destroy(&seen.lock);
    manifest_free(m);
    diag_sink_release(&sink);
    arena_free(arena);
    return 0;
}

static ScheduleOutcome work(void *data, unsigned worker, uint32_t node, bool lane)
{
    (void)worker;
    Log *log = data;
    pthread_mutex_lock(&log->lock);
    log->lanes += lane && log->readers[node];
    if (lane && ++log->writing > log->most_writing) log->most_writing = log->writing;
    log->order[log->n++] = node;
    if (log->n >= log->stop_after) schedule_stop(log->schedule);
    pthread_mutex_unlock(&log->lock);
    nanosleep(&(struct timespec){0, 100000}, NULL);
    pthread_mutex_lock(&log->lock);
    if (lane) log->writing--;
    pthread_mutex_unlock(&log->lock);
    return log->fails[node] ? SCHEDULE_FAILED : SCHEDULE_DONE;
}

/* Work that takes longer than the patience with the lane, and its preparation. */
static uint32_t prepared_by[ROOM];
static int preparations;

static bool every(void *data, uint32_t node)
{
    (void)data;
    return node % 2 == 0;
}

static void prepare(void *data, unsigned worker, uint32_t node)
{
    Log *log = data;
    nanosleep(&(struct timespec){0, 2000000}, NULL);
    pthread_mutex_lock(&log->lock);
    prepared_by[node] = worker + 1;
    preparations++;
    pthread_mutex_unlock(&log->lock);
}

static ScheduleOutcome slow_work(void *data, unsigned worker, uint32_t node, bool lane)
{
    Log *log = data;
    pthread_mutex_lock(&log->lock);
    if (prepared_by[node]) assert_int_equal(prepared_by[node], worker + 1); /* by the same worker, and in the lane */
    assert_true(lane || !prepared_by[node]);
    pthread_mutex_unlock(&log->lock);
    nanosleep(&(struct timespec){0, 8000000}, NULL);
    return work(data, worker, node, lane);
}

static void leave_out(void *data, uint32_t node, uint32_t because)
{
    Log *log = data;
    log->skipped[log->skipped_n] = node;
    log->because[log->skipped_n++] = because;
}

static bool writes(void *data, uint32_t node)
{
    const Log *log = data;
    return !log->readers[node];
}

static Plan *plan_of(bool gates, const Node *left_out)
{
    Graph *graph = graph_build(arena, m, &sink);
    NodeSet all = node_set_new(arena, graph->node_count);
    for (uint32_t i = 0; i < graph->node_count; i++) node_set_add(all, i);
    if (left_out) node_set_remove(all, left_out->index);
    PlanOptions options = {all, 1u << RESOURCE_MODEL | 1u << RESOURCE_SEED | 1u << RESOURCE_TEST, gates, false};
    return plan_make(arena, graph, &options);
}

static void run(const Plan *plan, unsigned threads)
{
    Schedule schedule = {.plan = plan,
                         .threads = threads,
                         .max_writers = 1,
                         .work = work,
                         .skip = leave_out,
                         .writes = writes,
                         .data = &seen};
    seen.schedule = &schedule;
    schedule_run(&schedule);
}

static bool ran(const Node *node)
{
    for (size_t i = 0; i < seen.n; i++)
        if (seen.order[i] == node->index) return true;
    return false;
}

static size_t place(const Node *node)
{
    assert_true(ran(node));
    size_t i = 0;
    while (seen.order[i] != node->index) i++;
    return i;
}

static uint32_t skipped_because(const Node *node)
{
    for (size_t i = 0; i < seen.skipped_n; i++)
        if (seen.skipped[i] == node->index) return seen.because[i];
    return PLAN_NONE;
}

static Node *model(const char *name)
{
    return add_node(m, RESOURCE_MODEL, name, "models/x.sql");
}
static Node *test(const char *name)
{
    return add_node(m, RESOURCE_TEST, name, "tests/x.sql");
}

static void the_longest_chain_goes_first(void **state)
{
    (void)state;
    Node *lonely = model("lonely"), *head = model("head"), *middle = model("middle"), *tail = model("tail");
    add_edge(m, middle, head);
    add_edge(m, tail, middle);
    run(plan_of(false, NULL), 1);
    assert_int_equal(seen.n, 4);
    assert_int_equal(place(head), 0);
    assert_int_equal(place(middle), 1);
    assert_true(ran(lonely) && ran(tail));
}

static void a_failed_node_skips_what_is_below_it_and_no_sibling(void **state)
{
    (void)state;
    Node *top = model("top"), *bad = model("bad"), *good = model("good"), *below = model("below"), *gap = model("gap"),
         *far = model("far");
    add_edge(m, bad, top);
    add_edge(m, good, top);
    add_edge(m, below, bad);
    add_edge(m, gap, below);
    add_edge(m, far, gap);
    seen.fails[bad->index] = true;
    run(plan_of(false, gap), 1); /* gap is not selected: order and failure go through it */
    assert_true(ran(top) && ran(bad) && ran(good));
    assert_false(ran(below) || ran(far) || ran(gap));
    assert_int_equal(skipped_because(below), bad->index);
    assert_int_equal(skipped_because(far), bad->index);
    assert_int_equal(seen.skipped_n, 2);
}

static void one_writer_at_a_time_and_readers_beside_it(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++) {
        Node *parent = model("m"), *child = test("t");
        add_edge(m, child, parent);
        seen.readers[child->index] = true;
    }
    run(plan_of(true, NULL), 4);
    assert_int_equal(seen.n, 16);
    assert_int_equal(seen.most_writing, 1);
    /* alone, a reader has the lane, too */
    seen.n = 0;
    seen.lanes = 0;
    run(plan_of(true, NULL), 1);
    assert_int_equal(seen.lanes, 8);
}

static void tests_come_before_the_children_of_what_they_test(void **state)
{
    (void)state;
    Node *parent = model("parent"), *child = model("child"), *other = test("other"), *bad = test("bad"),
         *late = test("late");
    add_edge(m, child, parent);
    add_edge(m, bad, parent);
    add_edge(m, other, parent);
    add_edge(m, late, child);
    seen.fails[bad->index] = true;
    run(plan_of(true, NULL), 1);
    assert_true(ran(parent) && ran(bad) && ran(other));
    assert_int_equal(skipped_because(child), bad->index);
    assert_int_equal(skipped_because(late), bad->index);
    /* without gates (run, test) nothing waits for a test */
    seen.n = seen.skipped_n = 0;
    run(plan_of(false, NULL), 1);
    assert_true(ran(child));
}

static void a_test_of_parent_and_child_gates_the_child(void **state)
{
    (void)state;
    Node *a = model("a"), *b = model("b"), *c = model("c"), *both = test("both");
    add_edge(m, b, a);
    add_edge(m, c, b);
    add_edge(m, both, a);
    add_edge(m, both, b);
    Plan *plan = plan_of(true, NULL);
    assert_int_equal(plan->gate_of[both->index], b->index);
    run(plan, 1);
    assert_true(place(b) < place(both));
    assert_true(place(both) < place(c));
}

static void a_test_of_two_strangers_blocks_what_is_below_both(void **state)
{
    (void)state;
    Node *a = model("a"), *b = model("b"), *only_a = model("only_a"), *join = model("join"), *after = model("after"),
         *both = test("both");
    add_edge(m, only_a, a);
    add_edge(m, join, a);
    add_edge(m, join, b);
    add_edge(m, after, join);
    add_edge(m, after, only_a);
    add_edge(m, both, a);
    add_edge(m, both, b);
    seen.fails[both->index] = true;
    Plan *plan = plan_of(true, NULL);
    assert_int_equal(plan->gate_of[both->index], PLAN_NONE);
    assert_int_equal(plan->later_start[both->index + 1] - plan->later_start[both->index], 1);
    run(plan, 1);
    assert_true(ran(only_a)); /* it does not read b */
    assert_int_equal(skipped_because(join), both->index);
    assert_int_equal(skipped_because(after), both->index);
}

static void a_seed_that_fills_a_source_comes_before_those_that_read_it(void **state)
{
    (void)state;
    Node *source = add_node(m, RESOURCE_SOURCE, "raw", "models/s.yml");
    Node *reader = model("reader"), *below = model("below"), *further = model("further");
    Node *seed = add_node(m, RESOURCE_SEED, "raw_seed", "seeds/raw.csv");
    source->relation_name = seed->relation_name = STR("\"raw\"");
    add_edge(m, reader, source);
    add_edge(m, below, reader);
    add_edge(m, further, below);
    run(plan_of(true, NULL), 1);
    assert_true(place(seed) < place(reader));
}

static void what_is_stopped_does_not_start(void **state)
{
    (void)state;
    Node *last = NULL;
    for (int i = 0; i < 10; i++) {
        Node *node = model("n");
        if (last) add_edge(m, node, last);
        last = node;
    }
    seen.stop_after = 4;
    run(plan_of(false, NULL), 2);
    assert_int_equal(seen.n, 4);
    assert_int_equal(seen.skipped_n, 0);
}

/* Ten thousand nodes, each with a test of two parents: planning and passing on stay linear. */
static void a_plan_of_many_nodes_ends(void **state)
{
    (void)state;
    enum { MANY = 10000 };
    Node *before = NULL, *last = NULL;
    for (int i = 0; i < MANY; i++) {
        Node *node = model("n"), *both = test("t");
        if (last) add_edge(m, node, last);
        add_edge(m, both, node);
        if (before) add_edge(m, both, before);
        before = last;
        last = node;
    }
    Plan *plan = plan_of(true, NULL);
    assert_int_equal(plan->node_count, 2 * MANY);
    for (uint32_t i = 0; i < plan->node_count; i++)
        if (m->nodes[plan->nodes[i]]->type == RESOURCE_TEST)
            assert_int_not_equal(plan->gate_of[plan->nodes[i]], PLAN_NONE);
}

static void run_prepared(unsigned threads)
{
    seen.n = 0;
    seen.most_writing = preparations = 0;
    memset(prepared_by, 0, sizeof prepared_by);
    Schedule schedule = {.plan = plan_of(false, NULL),
                         .threads = threads,
                         .max_writers = 1,
                         .work = slow_work,
                         .skip = leave_out,
                         .writes = writes,
                         .prepares = every,
                         .prepare = prepare,
                         .data = &seen};
    seen.schedule = &schedule;
    schedule_run(&schedule);
}

static void work_is_prepared_while_another_has_the_lane(void **state)
{
    (void)state;
    enum { MANY = 12 };
    Node *nodes[MANY];
    for (int i = 0; i < MANY; i++) {
        nodes[i] = model(str_fmt(arena, "m%d", i).ptr);
        if (i >= 8) add_edge(m, nodes[i], nodes[i - 8]);
    }
    run_prepared(3);
    assert_int_equal(seen.n, MANY);
    for (int i = 0; i < MANY; i++) assert_true(ran(nodes[i]));
    for (int i = 8; i < MANY; i++) assert_true(place(nodes[i]) > place(nodes[i - 8]));
    assert_int_equal(seen.most_writing, 1);
    assert_true(preparations > 0);
    run_prepared(1);
    assert_int_equal(seen.n, MANY);
    assert_int_equal(preparations, 0);
    seen.stop_after = 3; /* what was prepared when all is stopped does not begin */
    run_prepared(3);
    assert_true(seen.n <= 3 + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_longest_chain_goes_first, setup, teardown),
        cmocka_unit_test_setup_teardown(a_failed_node_skips_what_is_below_it_and_no_sibling, setup, teardown),
        cmocka_unit_test_setup_teardown(one_writer_at_a_time_and_readers_beside_it, setup, teardown),
        cmocka_unit_test_setup_teardown(tests_come_before_the_children_of_what_they_test, setup, teardown),
        cmocka_unit_test_setup_teardown(a_test_of_parent_and_child_gates_the_child, setup, teardown),
        cmocka_unit_test_setup_teardown(a_test_of_two_strangers_blocks_what_is_below_both, setup, teardown),
        cmocka_unit_test_setup_teardown(a_seed_that_fills_a_source_comes_before_those_that_read_it, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_stopped_does_not_start, setup, teardown),
        cmocka_unit_test_setup_teardown(work_is_prepared_while_another_has_the_lane, setup, teardown),
        cmocka_unit_test_setup_teardown(a_plan_of_many_nodes_ends, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
