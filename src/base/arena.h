/* Arenas: memory that is given back all at once.
 *
 * Lifetimes in cdbt: the project (each parse worker's arena is handed over to it), one render (cleared after each node),
 * one run. What is allocated here is never freed singly. An arena never returns NULL (see mem.h).
 * With -DCDBT_DEBUG_ARENA each allocation is a malloc of its own, so that ASan and valgrind see every object.
 * Thread rule: one thread at a time; different arenas are independent. */
#ifndef CDBT_BASE_ARENA_H
#define CDBT_BASE_ARENA_H

#include <stddef.h>

typedef struct Arena Arena;

/* A position in an arena, to go back to with arena_rewind. */
typedef struct ArenaMark {
    void *block;
    size_t used;
} ArenaMark;

Arena *arena_new(void);
void arena_free(Arena *arena); /* NULL is fine */
void arena_clear(Arena *arena); /* gives everything back, keeps the first block for reuse */

void *arena_alloc(Arena *arena, size_t size); /* aligned for any type; not zeroed */
void *arena_zalloc(Arena *arena, size_t size);
void *arena_copy(Arena *arena, const void *bytes, size_t size);
/* Grows the allocation at `old` (in place when it is the newest one); the old bytes are kept. */
void *arena_grow(Arena *arena, void *old, size_t old_size, size_t new_size);

ArenaMark arena_mark(const Arena *arena);
void arena_rewind(Arena *arena, ArenaMark mark);

/* Makes `arena` the owner of all that `other` holds; `other` is freed. Pointers stay valid. */
void arena_adopt(Arena *arena, Arena *other);

size_t arena_bytes(const Arena *arena); /* bytes reserved from the system */

#define ARENA_NEW(arena, T) ((T *)arena_zalloc((arena), sizeof(T)))
#define ARENA_ARRAY(arena, T, n) ((T *)arena_zalloc((arena), sizeof(T) * (n)))

#endif
