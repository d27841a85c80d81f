/* Growing arrays in an arena.
 *
 * VEC(T) declares `struct { T *at; size_t n, cap; }`; zero-initialised is empty. The elements belong to the arena that
 * is given at each push; use one arena for one vector. Thread rule: as its arena. */
#ifndef CDBT_BASE_VEC_H
#define CDBT_BASE_VEC_H

#include "base/arena.h"

#define VEC(T)                                                                                                         \
    struct {                                                                                                           \
        T *at;                                                                                                         \
        size_t n, cap;                                                                                                 \
    }

#define vec_push(arena, v, ...)                                                                                        \
    do {                                                                                                               \
        vec_reserve((arena), (v), 1);                                                                                  \
        (v)->at[(v)->n++] = (__VA_ARGS__);                                                                             \
    } while (0)

#define vec_reserve(arena, v, more)                                                                                    \
    do {                                                                                                               \
        if ((v)->n + (size_t)(more) > (v)->cap)                                                                        \
            (v)->at = vec_grown((arena), (v)->at, &(v)->cap, (v)->n + (size_t)(more), sizeof *(v)->at);                \
    } while (0)

/* The work behind vec_reserve: room for at least `need` elements, growing by half at least. */
void *vec_grown(Arena *arena, void *at, size_t *cap, size_t need, size_t element_size);

#endif
