/* A pool of read-only values, each kept once: thousands of nodes are configured alike.
 *
 * Two values are the same here if nothing could tell them apart: kinds, texts and the order of keys count (1, 1.0 and true
 * are three values). What is kept is frozen, lives in the pool's arena and is shared by all who asked for it.
 * Thread rule: one thread at a time; kept values may be read by any thread. */
#ifndef CDBT_TEMPLATE_VALUE_POOL_H
#define CDBT_TEMPLATE_VALUE_POOL_H

#include "template/value.h"

typedef struct ValuePool {
    Arena *arena;
    struct PoolEntry *at; /* open addressing */
    size_t count, room;
} ValuePool;

void value_pool_init(ValuePool *pool, Arena *arena);
/* The pool's own value like `v` (a dict or a list; anything else is simply copied). What `v` shares at its first level
 * with `base`, a frozen dict that outlives the pool, stays shared; base may be undefined. */
Value value_pool_keep(ValuePool *pool, Value v, Value base);

#endif
