/* The scheduler: runs a plan's nodes on worker threads, each when nothing blocks it any more.
 *
 * Each node has a count of what still blocks it; the ready ones lie in two heaps, those that write and those that read,
 * longest chain first. Where the database takes one writer, only one of the writing nodes runs at a time, in the lane;
 * short work that only reads takes turns in the lane, and long work in the lane lets the other workers read beside it,
 * for nodes that only read and for what others are to write. A node that failed skips its descendants, through unselected nodes too, never its siblings.
 *
 * Thread rule: schedule_run is called from one thread and returns when all workers are done; `work` is called from the
 * workers, `skip` from any of them but one at a time. schedule_stop is async-signal-safe. */
#ifndef CDBT_RUN_SCHEDULE_H
#define CDBT_RUN_SCHEDULE_H

#include "run/plan.h"

#include <stdatomic.h>

typedef enum ScheduleOutcome { SCHEDULE_DONE, SCHEDULE_FAILED } ScheduleOutcome;

typedef struct Schedule {
    const Plan *plan;
    unsigned threads;
    uint32_t max_writers; /* 0: any number */
    /* Runs a node. `lane`: nobody writes meanwhile, so that it may use the writer's connection. Nodes that only read get
     * it too while no writer wants it: SQLite's other connections read the whole schema again after each change. */
    ScheduleOutcome (*work)(void *data, unsigned worker, uint32_t node, bool lane);
    /* A node that is left out because `because` (a node) failed. */
    void (*skip)(void *data, uint32_t node, uint32_t because);
    bool (*writes)(void *data, uint32_t node); /* called once a node, before anything runs */
    /* Of a node that writes, while another has had the lane for a while: most of its work, without writing. `work` follows
     * in the same worker, once it has the lane. Both may be NULL. `prepares` is called as `writes` is. */
    bool (*prepares)(void *data, uint32_t node);
    void (*prepare)(void *data, unsigned worker, uint32_t node);
    void *data;
    atomic_bool stop; /* no further node is started */
} Schedule;

/* Runs everything that is not stopped. */
void schedule_run(Schedule *schedule);
void schedule_stop(Schedule *schedule);

#endif
