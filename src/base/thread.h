/* Work for all cores: one loop whose items may run in any order.
 *
 * Items are handed out in small chunks as workers become free. The calling thread waits and does no work itself unless
 * there is only one worker, when everything runs inline in order. Each worker has THREAD_STACK bytes of stack, enough for
 * the deepest template evaluation that the limits allow.
 * Thread rule: may be called from any thread; not meant to be nested. */
#ifndef CDBT_BASE_THREAD_H
#define CDBT_BASE_THREAD_H

#include <stddef.h>

enum { THREAD_STACK = 8 << 20 };

unsigned thread_cores(void); /* those that this process may use, at least 1 */

/* How many workers parallel_for will use for `items`: to size arrays of per-worker state. 0 means all cores. */
unsigned parallel_workers(size_t items, unsigned workers);

/* Calls work(context, worker, item) for each item < items, `worker` < parallel_workers(items, workers). Everything that
 * the workers wrote is visible to the caller afterwards. If the system refuses threads the rest does the work. */
void parallel_for(size_t items, unsigned workers, void (*work)(void *context, unsigned worker, size_t item),
                  void *context);

#endif
