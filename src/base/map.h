/* A map from string to pointer that remembers the order of insertion.
 *
 * Keys are not copied: they must live as long as the map. Everything belongs to the map's arena; nothing is freed
 * singly. Zero-initialise with map_init. Thread rule: as its arena; lookups alone may run in many threads. */
#ifndef CDBT_BASE_MAP_H
#define CDBT_BASE_MAP_H

#include "base/str.h"

typedef struct MapEntry {
    Str key;
    void *value;
    uint64_t hash;
} MapEntry;

typedef struct Map {
    Arena *arena;
    MapEntry *entries; /* in order of insertion; `count` of them */
    size_t count, entries_cap;
    uint32_t *slots; /* index of an entry + 1, or 0 */
    size_t slot_count; /* a power of two, or 0 */
} Map;

void map_init(Map *map, Arena *arena);
void *map_get(const Map *map, Str key); /* NULL if there is none */
bool map_has(const Map *map, Str key);
/* Adds or replaces; returns the value that was there before, or NULL. */
void *map_put(Map *map, Str key, void *value);
/* The place of the value of `key`, made with NULL in it if it was not there; valid until the next insertion. */
void **map_slot(Map *map, Str key);

#endif
