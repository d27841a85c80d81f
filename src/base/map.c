#include "base/map.h"

#include "base/mem.h"
#include "base/vec.h"

#include <string.h>

void map_init(Map *map, Arena *arena)
{
    *map = (Map){.arena = arena};
}

static size_t find(const Map *map, Str key, uint64_t hash)
{
    if (!map->slot_count) return STR_NPOS;
    size_t mask = map->slot_count - 1;
    for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
        uint32_t slot = map->slots[i];
        if (!slot) return STR_NPOS;
        const MapEntry *entry = &map->entries[slot - 1];
        if (entry->hash == hash && str_eq(entry->key, key)) return slot - 1;
    }
}

static void place(Map *map, uint64_t hash, size_t index)
{
    size_t mask = map->slot_count - 1;
    size_t i = (size_t)hash & mask;
    while (map->slots[i]) i = (i + 1) & mask;
    map->slots[i] = (uint32_t)(index + 1);
}

static void rehash(Map *map)
{
    map->slot_count = map->slot_count ? map->slot_count * 2 : 8;
    map->slots = ARENA_ARRAY(map->arena, uint32_t, map->slot_count);
    for (size_t i = 0; i < map->count; i++) place(map, map->entries[i].hash, i);
}

void *map_get(const Map *map, Str key)
{
    size_t i = find(map, key, str_hash(key));
    return i == STR_NPOS ? NULL : map->entries[i].value;
}

bool map_has(const Map *map, Str key)
{
    return find(map, key, str_hash(key)) != STR_NPOS;
}

void **map_slot(Map *map, Str key)
{
    uint64_t hash = str_hash(key);
    size_t i = find(map, key, hash);
    if (i == STR_NPOS) {
        INVARIANT(map->count < UINT32_MAX - 1);
        if (4 * (map->count + 1) > 3 * map->slot_count) rehash(map);
        if (map->count == map->entries_cap)
            map->entries = vec_grown(map->arena, map->entries, &map->entries_cap, map->count + 1, sizeof *map->entries);
        i = map->count++;
        map->entries[i] = (MapEntry){.key = key, .hash = hash};
        place(map, hash, i);
    }
    return &map->entries[i].value;
}

void *map_put(Map *map, Str key, void *value)
{
    void **slot = map_slot(map, key);
    void *before = *slot;
    *slot = value;
    return before;
}
