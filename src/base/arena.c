#include "base/arena.h"

#include "base/mem.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

typedef struct Block {
    struct Block *previous;
    size_t size; /* payload bytes */
    size_t used;
    alignas(max_align_t) unsigned char data[];
} Block;

struct Arena {
    Block *block; /* the newest, allocated from */
    size_t reserved;
};

enum {
    FIRST_BLOCK = 4096,
    LARGEST_BLOCK = 1 << 20,
    /* An arena that has grown to the second goes on by blocks of the first, in large pages: a tenth of the time of reading
     * ten thousand models was the system handing out pages one by one. */
    HUGE_BLOCK = 4 << 20,
    HUGE_FROM = 8 << 20,
};
static const size_t ALIGN = alignof(max_align_t);

static size_t round_up(size_t size)
{
    if (size > SIZE_MAX / 2) mem_exhausted(size);
    return (size + ALIGN - 1) & ~(ALIGN - 1);
}

static Block *block_new(Arena *arena, size_t size)
{
    Block *block = mem_alloc(sizeof(Block) + size);
    block->previous = arena->block;
    block->size = size;
    block->used = 0;
    arena->block = block;
    arena->reserved += sizeof(Block) + size;
    return block;
}

#ifndef CDBT_DEBUG_ARENA
static Block *block_huge(Arena *arena)
{
    Block *block = mem_alloc_large(HUGE_BLOCK);
    *block = (Block){.previous = arena->block, .size = HUGE_BLOCK - sizeof(Block)};
    arena->block = block;
    arena->reserved += HUGE_BLOCK;
    return block;
}
#endif

Arena *arena_new(void)
{
    return mem_zalloc(sizeof(Arena));
}

void arena_free(Arena *arena)
{
    if (!arena) return;
    for (Block *block = arena->block; block;) {
        Block *previous = block->previous;
        mem_free(block);
        block = previous;
    }
    mem_free(arena);
}

void arena_clear(Arena *arena)
{
    arena_rewind(arena, (ArenaMark){0});
}

void *arena_alloc(Arena *arena, size_t size)
{
    size = round_up(size ? size : 1);
#ifdef CDBT_DEBUG_ARENA
    Block *single = block_new(arena, size);
    single->used = size;
    return single->data;
#else
    Block *block = arena->block;
    if (!block || block->size - block->used < size) {
        size_t next = block ? block->size * 2 : FIRST_BLOCK;
        if (next > LARGEST_BLOCK) next = LARGEST_BLOCK;
        if (next < FIRST_BLOCK) next = FIRST_BLOCK;
        if (size > next / 4 && block && block->size - block->used > 256) {
            /* A large object gets a block of its own below the newest one, whose rest stays in use. */
            Block *own = mem_alloc(sizeof(Block) + size);
            own->previous = block->previous;
            own->size = size;
            own->used = size;
            block->previous = own;
            arena->reserved += sizeof(Block) + size;
            return own->data;
        }
        if (arena->reserved >= HUGE_FROM && size <= next)
            block = block_huge(arena);
        else
            block = block_new(arena, size > next ? size : next);
    }
    void *ptr = block->data + block->used;
    block->used += size;
    return ptr;
#endif
}

void *arena_zalloc(Arena *arena, size_t size)
{
    void *ptr = arena_alloc(arena, size);
    memset(ptr, 0, size);
    return ptr;
}

void *arena_copy(Arena *arena, const void *bytes, size_t size)
{
    void *ptr = arena_alloc(arena, size);
    if (size) memcpy(ptr, bytes, size);
    return ptr;
}

void *arena_grow(Arena *arena, void *old, size_t old_size, size_t new_size)
{
    if (!old) return arena_alloc(arena, new_size);
    if (new_size <= old_size) return old;
#ifndef CDBT_DEBUG_ARENA
    Block *block = arena->block;
    size_t had = round_up(old_size ? old_size : 1), want = round_up(new_size);
    if (block && (unsigned char *)old + had == block->data + block->used && block->size - block->used >= want - had) {
        block->used += want - had;
        return old;
    }
#endif
    void *ptr = arena_alloc(arena, new_size);
    memcpy(ptr, old, old_size);
    return ptr;
}

ArenaMark arena_mark(const Arena *arena)
{
    return (ArenaMark){arena->block, arena->block ? arena->block->used : 0};
}

void arena_rewind(Arena *arena, ArenaMark mark)
{
    if (!mark.block) {
        /* Keep one block of ordinary size, so that a cleared arena starts without the system's help. */
        Block *kept = NULL;
        for (Block *block = arena->block; block;) {
            Block *previous = block->previous;
            if (!kept && block->size <= LARGEST_BLOCK && block->size >= FIRST_BLOCK) {
                kept = block;
            } else {
                arena->reserved -= sizeof(Block) + block->size;
                mem_free(block);
            }
            block = previous;
        }
        if (kept) {
            kept->previous = NULL;
            kept->used = 0;
        }
        arena->block = kept;
        return;
    }
    while (arena->block != mark.block) {
        Block *block = arena->block;
        INVARIANT(block != NULL);
        arena->block = block->previous;
        arena->reserved -= sizeof(Block) + block->size;
        mem_free(block);
    }
    arena->block->used = mark.used;
}

void arena_adopt(Arena *arena, Arena *other)
{
    if (other->block) {
        if (!arena->block) {
            arena->block = other->block;
        } else {
            /* Below our newest block: we go on allocating from that one. */
            Block *last = other->block;
            while (last->previous) last = last->previous;
            last->previous = arena->block->previous;
            arena->block->previous = other->block;
        }
        arena->reserved += other->reserved;
        other->block = NULL;
    }
    arena_free(other);
}

size_t arena_bytes(const Arena *arena)
{
    return arena->reserved;
}
