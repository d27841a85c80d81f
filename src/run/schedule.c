#include "run/schedule.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"

#include <pthread.h>
#include <time.h>

/* How long what holds the lane must have run before others read beside it: work that is over sooner is done faster one
 * after the other than by connections that first read the schema again. */
enum { PATIENCE_US = 3000 };

/* Node numbers, the one with the longest chain below it on top; of equals the smaller number. */
typedef struct Heap {
    uint32_t *at;
    size_t n;
} Heap;

typedef struct State {
    Schedule *schedule;
    const Plan *plan;
    const Graph *graph;
    Arena *arena;
    uint32_t *blockers, *gates; /* what is still to be done before a node, before its children */
    uint32_t *cause, *gate_cause; /* the failed node that skips it, that skips its children; PLAN_NONE */
    bool *writes, *prepares;
    bool *units_began; /* of a model: its unit tests were let go */
    Heap readers, writers;
    uint32_t remaining; /* planned nodes that are neither done nor skipped */
    uint32_t running, writing;
    uint32_t idle; /* workers that wait until they are told, without a time */
    uint32_t preparing; /* workers that do so */
    uint32_t prepared; /* nodes that wait for the lane with most of their work done: they go first */
    int64_t last_us; /* how long the last node that writes took, without its waits */
    int64_t lane_since; /* when the single lane was taken or left last */
    uint32_t *done; /* nodes whose end is still to be passed on: a stack */
    size_t done_count;
    pthread_mutex_t lock;
    pthread_cond_t changed;
} State;

/* ---- heaps ---- */

static bool before(const Graph *graph, uint32_t a, uint32_t b)
{
    return graph->height[a] != graph->height[b] ? graph->height[a] > graph->height[b] : a < b;
}

static void heap_push(const Graph *graph, Heap *heap, uint32_t node)
{
    size_t i = heap->n++;
    while (i && before(graph, node, heap->at[(i - 1) / 2])) {
        heap->at[i] = heap->at[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    heap->at[i] = node;
}

static uint32_t heap_take(const Graph *graph, Heap *heap, size_t i)
{
    uint32_t taken = heap->at[i], last = heap->at[--heap->n];
    while (i && i < heap->n && before(graph, last, heap->at[(i - 1) / 2])) {
        heap->at[i] = heap->at[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= heap->n) break;
        if (child + 1 < heap->n && before(graph, heap->at[child + 1], heap->at[child])) child++;
        if (!before(graph, heap->at[child], last)) break;
        heap->at[i] = heap->at[child];
        i = child;
    }
    heap->at[i] = last;
    return taken;
}

static uint32_t heap_pop(const Graph *graph, Heap *heap)
{
    return heap_take(graph, heap, 0);
}

/* ---- passing on what is done ---- */

static bool is_test(const State *s, uint32_t node)
{
    return s->plan->manifest->nodes[node]->type == RESOURCE_TEST;
}

/* A unit test that its model waits for: it ran before the model. */
static bool is_before(const State *s, uint32_t node)
{
    return s->plan->unit_of && s->plan->unit_of[node] != PLAN_NONE;
}

static void reach(State *s, uint32_t node);

/* Lets the unit tests of a model go, which then waits for them; false if it has none (any more). */
static bool begin_units(State *s, uint32_t node)
{
    const Plan *plan = s->plan;
    const Graph *graph = s->graph;
    if (!plan->unit_of || s->units_began[node]) return false;
    s->units_began[node] = true;
    uint32_t start = graph->child_start[node], end = graph->child_start[node + 1], count = 0;
    for (uint32_t e = start; e < end; e++) count += plan->unit_of[graph->children[e]] == node;
    if (!count) return false;
    s->blockers[node] = count;
    for (uint32_t e = start; e < end; e++) {
        uint32_t unit = graph->children[e];
        if (plan->unit_of[unit] != node) continue;
        s->cause[unit] = s->cause[node];
        reach(s, unit);
    }
    return true;
}

/* Nothing blocks the node any more. */
static void reach(State *s, uint32_t node)
{
    if (begin_units(s, node)) return;
    if (!node_set_has(s->plan->work, node)) {
        s->done[s->done_count++] = node;
    } else if (s->cause[node] != PLAN_NONE) {
        s->remaining--;
        s->schedule->skip(s->schedule->data, node, s->cause[node]);
        s->done[s->done_count++] = node;
    } else {
        heap_push(s->graph, s->writes[node] ? &s->writers : &s->readers, node);
    }
}

static void unblock(State *s, uint32_t node, uint32_t cause)
{
    if (cause != PLAN_NONE && s->cause[node] == PLAN_NONE) s->cause[node] = cause;
    if (--s->blockers[node] == 0) reach(s, node);
}

static void open_gate(State *s, uint32_t node, uint32_t cause)
{
    if (cause != PLAN_NONE && s->gate_cause[node] == PLAN_NONE) s->gate_cause[node] = cause;
    if (--s->gates[node]) return;
    const Graph *graph = s->graph;
    for (uint32_t e = graph->child_start[node]; e < graph->child_start[node + 1]; e++)
        if (!is_test(s, graph->children[e]) && !is_before(s, graph->children[e]))
            unblock(s, graph->children[e], s->gate_cause[node]);
}

static void pass_on(State *s)
{
    const Plan *plan = s->plan;
    const Graph *graph = s->graph;
    while (s->done_count) {
        uint32_t node = s->done[--s->done_count], cause = s->cause[node];
        for (uint32_t e = graph->child_start[node]; e < graph->child_start[node + 1]; e++)
            if (is_test(s, graph->children[e])) unblock(s, graph->children[e], cause);
        open_gate(s, node, cause);
        if (is_before(s, node)) unblock(s, plan->unit_of[node], cause);
        if (plan->gate_of && plan->gate_of[node] != PLAN_NONE) open_gate(s, plan->gate_of[node], cause);
        for (uint32_t e = plan->later ? plan->later_start[node] : 0; plan->later && e < plan->later_start[node + 1];
             e++)
            unblock(s, plan->later[e], cause);
    }
}

static void begin(State *s)
{
    const Plan *plan = s->plan;
    const Graph *graph = s->graph;
    uint32_t n = graph->node_count;
    s->blockers = ARENA_ARRAY(s->arena, uint32_t, n + 1);
    s->gates = ARENA_ARRAY(s->arena, uint32_t, n + 1);
    s->cause = ARENA_ARRAY(s->arena, uint32_t, n + 1);
    s->gate_cause = ARENA_ARRAY(s->arena, uint32_t, n + 1);
    s->done = ARENA_ARRAY(s->arena, uint32_t, n + 1);
    s->writes = ARENA_ARRAY(s->arena, bool, n + 1);
    s->prepares = ARENA_ARRAY(s->arena, bool, n + 1);
    s->units_began = ARENA_ARRAY(s->arena, bool, n + 1);
    s->readers.at = ARENA_ARRAY(s->arena, uint32_t, plan->node_count + 1);
    s->writers.at = ARENA_ARRAY(s->arena, uint32_t, plan->node_count + 1);
    s->remaining = plan->node_count;
    for (uint32_t i = 0; i < n; i++) {
        s->cause[i] = s->gate_cause[i] = PLAN_NONE;
        s->blockers[i] = graph->parent_start[i + 1] - graph->parent_start[i];
        s->gates[i] = 1 + (plan->gate_count ? plan->gate_count[i] : 0);
    }
    for (uint32_t e = 0; plan->later && e < plan->later_start[n]; e++) s->blockers[plan->later[e]]++;
    const Schedule *schedule = s->schedule;
    for (uint32_t i = 0; i < plan->node_count; i++) {
        uint32_t node = plan->nodes[i];
        s->writes[node] = schedule->writes(schedule->data, node);
        s->prepares[node] =
            s->writes[node] && schedule->prepare && schedule->threads > 1 && schedule->prepares(schedule->data, node);
    }
    VEC(uint32_t) free_nodes = {0};
    for (uint32_t i = 0; i < n; i++)
        if (!s->blockers[i]) vec_push(s->arena, &free_nodes, i);
    for (size_t i = 0; i < free_nodes.n; i++) {
        reach(s, free_nodes.at[i]);
        pass_on(s);
    }
}

/* ---- workers ---- */

typedef enum How { WITHOUT_LANE, IN_LANE, PREPARED } How;

/* The place of the first node, by their order, that can be prepared while another has the lane; the heap's size if none. */
static size_t find_preparable(const State *s)
{
    size_t best = s->writers.n;
    for (size_t i = 0; i < s->writers.n; i++)
        if (s->prepares[s->writers.at[i]] &&
            (best == s->writers.n || before(s->graph, s->writers.at[i], s->writers.at[best])))
            best = i;
    return best;
}

/* Where one writes and others may read beside it, once that has taken a while. */
static uint32_t take_beside(State *s, How *how, int64_t *wait_until)
{
    if (!s->readers.n && !s->writers.n) return PLAN_NONE;
    if (s->last_us < PATIENCE_US && clock_wall_us() - s->lane_since < PATIENCE_US) {
        *wait_until = s->lane_since + PATIENCE_US;
        return PLAN_NONE;
    }
    size_t writer = find_preparable(s);
    if (!s->readers.n && writer == s->writers.n) return PLAN_NONE;
    if (writer == s->writers.n || (s->readers.n && before(s->graph, s->readers.at[0], s->writers.at[writer])))
        return heap_pop(s->graph, &s->readers);
    *how = PREPARED;
    return heap_take(s->graph, &s->writers, writer);
}

/* The lane is free, but another worker prepares something and will want it soon: with work that takes long, the writing alone
 * goes through the lane, and nobody waits for another's evaluation. */
static bool keeps_lane_free(const State *s, uint32_t node)
{
    return s->preparing && s->last_us >= PATIENCE_US && s->prepares[node];
}

static void enter_lane(State *s)
{
    s->writing++;
    s->lane_since = s->schedule->max_writers == 1 ? clock_wall_us() : 0;
}

static void leave_lane(State *s, bool wrote, int64_t took)
{
    s->writing--;
    if (s->schedule->max_writers != 1) return;
    int64_t now = clock_wall_us();
    if (wrote) s->last_us = took + now - s->lane_since;
    s->lane_since = now;
}

/* The next node for a free worker; PLAN_NONE if none can start now: then *wait_until is when to look again, or 0 if only
 * the end of another node can help. */
static uint32_t take(State *s, How *how, int64_t *wait_until)
{
    const Schedule *schedule = s->schedule;
    bool single = schedule->max_writers == 1;
    bool room = (!schedule->max_writers || s->writing < schedule->max_writers) && !s->prepared;
    *wait_until = 0;
    *how = WITHOUT_LANE;
    if (room && s->writers.n && (!s->readers.n || !before(s->graph, s->readers.at[0], s->writers.at[0]))) {
        if (single && keeps_lane_free(s, s->writers.at[0])) {
            *how = PREPARED;
            return heap_pop(s->graph, &s->writers);
        }
        *how = IN_LANE;
        enter_lane(s);
        return heap_pop(s->graph, &s->writers);
    }
    if (single && room && s->readers.n && (!s->writers.n || schedule->threads <= 1)) {
        *how = IN_LANE;
        enter_lane(s);
    } else if (single && !room) {
        return take_beside(s, how, wait_until);
    }
    return s->readers.n ? heap_pop(s->graph, &s->readers) : PLAN_NONE;
}

static void wait_for_change(State *s, int64_t until)
{
    INVARIANT(s->running); /* otherwise nothing could ever become ready: the plan would hold a circle */
    if (until) {
        struct timespec time = {(time_t)(until / 1000000), (long)(until % 1000000) * 1000};
        pthread_cond_timedwait(&s->changed, &s->lock, &time);
    } else {
        s->idle++;
        pthread_cond_wait(&s->changed, &s->lock);
        s->idle--;
    }
}

/* A node has ended. With one lane and short work, who is woken finds it taken again by this very worker: those that wait for
 * a time are left to it. */
static void tell_others(State *s)
{
    bool more = s->readers.n + s->writers.n > 1;
    if (s->schedule->max_writers != 1 || s->prepared || !s->remaining || (s->idle && more))
        pthread_cond_broadcast(&s->changed);
}

/* Called and left with the lock. False if all was stopped meanwhile: the node has not begun. */
static bool prepare(State *s, unsigned worker, uint32_t node, int64_t *took)
{
    const Schedule *schedule = s->schedule;
    s->preparing++;
    pthread_mutex_unlock(&s->lock);
    int64_t since = clock_wall_us();
    schedule->prepare(schedule->data, worker, node);
    *took = clock_wall_us() - since;
    pthread_mutex_lock(&s->lock);
    s->preparing--;
    s->prepared++;
    while (s->writing && !atomic_load(&schedule->stop)) pthread_cond_wait(&s->changed, &s->lock);
    s->prepared--;
    if (atomic_load(&schedule->stop)) return false;
    enter_lane(s);
    return true;
}

static void work(void *context, unsigned worker, size_t item)
{
    State *s = context;
    (void)item;
    pthread_mutex_lock(&s->lock);
    while (s->remaining && !atomic_load(&s->schedule->stop)) {
        How how;
        int64_t until;
        uint32_t node = take(s, &how, &until);
        if (node == PLAN_NONE) {
            wait_for_change(s, until);
            continue;
        }
        s->running++;
        if (how != IN_LANE && s->readers.n + s->writers.n) pthread_cond_signal(&s->changed);
        int64_t took = 0;
        bool lane = how != WITHOUT_LANE, begins = how != PREPARED || prepare(s, worker, node, &took);
        ScheduleOutcome outcome = SCHEDULE_DONE;
        if (begins) {
            pthread_mutex_unlock(&s->lock);
            outcome = s->schedule->work(s->schedule->data, worker, node, lane);
            pthread_mutex_lock(&s->lock);
            if (lane) leave_lane(s, s->writes[node], took);
        }
        s->running--;
        if (!begins) break;
        s->remaining--;
        if (outcome == SCHEDULE_FAILED) s->cause[node] = node;
        s->done[s->done_count++] = node;
        pass_on(s);
        tell_others(s);
    }
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

void schedule_run(Schedule *schedule)
{
    State s = {.schedule = schedule, .plan = schedule->plan, .graph = schedule->plan->graph, .arena = arena_new()};
    pthread_mutex_init(&s.lock, NULL);
    pthread_cond_init(&s.changed, NULL);
    begin(&s);
    unsigned threads = schedule->threads ? schedule->threads : 1;
    if (s.remaining) parallel_for(threads, threads, work, &s);
    pthread_cond_destroy(&s.changed);
    pthread_mutex_destroy(&s.lock);
    arena_free(s.arena);
}

void schedule_stop(Schedule *schedule)
{
    atomic_store(&schedule->stop, true);
}
