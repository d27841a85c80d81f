#include "base/vec.h"

#include "base/mem.h"

#include <stdint.h>

void *vec_grown(Arena *arena, void *at, size_t *cap, size_t need, size_t element_size)
{
    size_t next = *cap ? *cap + *cap / 2 : 4;
    if (next < need) next = need;
    if (next > SIZE_MAX / element_size) mem_exhausted(next);
    at = arena_grow(arena, at, *cap * element_size, next * element_size);
    *cap = next;
    return at;
}
