#include "base/thread.h"

#include "base/mem.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#endif

/* Instrumented frames are several times larger. gcc says so in one way, clang in another. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STACK_FACTOR 4
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define STACK_FACTOR 4
#endif
#endif
#ifndef STACK_FACTOR
#define STACK_FACTOR 1
#endif

enum { MOST_WORKERS = 256 };

unsigned thread_cores(void)
{
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        int n = CPU_COUNT(&set);
        if (n > 0) return (unsigned)n;
    }
#endif
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (unsigned)n : 1;
}

unsigned parallel_workers(size_t items, unsigned workers)
{
    if (workers == 0) workers = thread_cores();
    if (workers > MOST_WORKERS) workers = MOST_WORKERS;
    if (workers > items) workers = (unsigned)items;
    return workers ? workers : 1;
}

typedef struct Job {
    void (*work)(void *context, unsigned worker, size_t item);
    void *context;
    size_t items, chunk;
    atomic_size_t next;
} Job;

typedef struct Worker {
    Job *job;
    unsigned number;
    pthread_t thread;
} Worker;

static void work_off(Job *job, unsigned number)
{
    for (;;) {
        size_t from = atomic_fetch_add(&job->next, job->chunk);
        if (from >= job->items) return;
        size_t to = job->items - from < job->chunk ? job->items : from + job->chunk;
        for (size_t i = from; i < to; i++) job->work(job->context, number, i);
    }
}

static void *run_worker(void *argument)
{
    Worker *worker = argument;
    work_off(worker->job, worker->number);
    return NULL;
}

void parallel_for(size_t items, unsigned workers, void (*work)(void *context, unsigned worker, size_t item),
                  void *context)
{
    workers = parallel_workers(items, workers);
    Job job = {.work = work, .context = context, .items = items};
    /* Small enough that the last chunks end about together, large enough that the counter is no bottleneck. */
    job.chunk = items / ((size_t)workers * 32);
    if (job.chunk == 0) job.chunk = 1;
    if (job.chunk > 64) job.chunk = 64;
    atomic_init(&job.next, 0);
    if (workers == 1) {
        work_off(&job, 0);
        return;
    }
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, (size_t)THREAD_STACK * STACK_FACTOR);
    Worker *crew = mem_zalloc(workers * sizeof *crew);
    unsigned started = 0;
    for (; started < workers; started++) {
        crew[started] = (Worker){.job = &job, .number = started};
        if (pthread_create(&crew[started].thread, &attributes, run_worker, &crew[started]) != 0) break;
    }
    pthread_attr_destroy(&attributes);
    if (started == 0) work_off(&job, 0);
    for (unsigned i = 0; i < started; i++) pthread_join(crew[i].thread, NULL);
    mem_free(crew);
}
