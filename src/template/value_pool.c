#include "template/value_pool.h"

#include "base/hash.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

typedef struct PoolEntry {
    uint64_t hash;
    Value value; /* undefined: a free place */
} PoolEntry;

void value_pool_init(ValuePool *pool, Arena *arena)
{
    *pool = (ValuePool){.arena = arena};
}

static uint64_t mix(uint64_t hash, uint64_t more)
{
    hash = (hash ^ more) * 0x9E3779B97F4A7C15u;
    return hash ^ (hash >> 29);
}

static uint64_t hash_of(Value v)
{
    uint64_t hash = mix(v.kind, v.flags & ~(unsigned)VALUE_MAPPED);
    switch ((ValueKind)v.kind) {
    case V_BOOL: return mix(hash, v.u.boolean);
    case V_INT: return mix(hash, (uint64_t)v.u.integer);
    case V_STR: return mix(hash, str_hash(value_text(v)));
    case V_LIST:
    case V_TUPLE:
        for (uint32_t i = 0; i < v.u.list->n; i++) hash = mix(hash, hash_of(v.u.list->at[i]));
        return hash;
    case V_DICT:
    case V_SET:
        for (uint32_t i = 0; i < v.u.dict->used; i++) {
            const DictEntry *entry = &v.u.dict->entries[i];
            if (entry->key.kind == V_UNDEFINED) continue;
            hash = mix(hash, entry->hash);
            if (v.kind == V_DICT) hash = mix(hash, hash_of(entry->value));
        }
        return hash;
    default: return hash;
    }
}

static bool same(Value a, Value b);

static bool same_lists(const List *a, const List *b)
{
    if (a == b) return true;
    if (a->n != b->n) return false;
    for (uint32_t i = 0; i < a->n; i++)
        if (!same(a->at[i], b->at[i])) return false;
    return true;
}

static bool same_dicts(const Dict *a, const Dict *b)
{
    if (a == b) return true;
    if (a->live != b->live) return false;
    for (uint32_t i = 0, k = 0; i < a->used; i++) {
        if (a->entries[i].key.kind == V_UNDEFINED) continue;
        while (b->entries[k].key.kind == V_UNDEFINED) k++;
        if (a->entries[i].hash != b->entries[k].hash || !same(a->entries[i].key, b->entries[k].key) ||
            !same(a->entries[i].value, b->entries[k].value))
            return false;
        k++;
    }
    return true;
}

static bool same(Value a, Value b)
{
    if (a.kind != b.kind || ((a.flags ^ b.flags) & ~(unsigned)VALUE_MAPPED)) return false;
    switch ((ValueKind)a.kind) {
    case V_UNDEFINED:
    case V_NONE: return true;
    case V_BOOL: return a.u.boolean == b.u.boolean;
    case V_INT: return a.u.integer == b.u.integer;
    case V_FLOAT: /* 0.0 and -0.0 print differently; a NaN is never the same, which costs no more than its place */
        return a.u.real == b.u.real && !signbit(a.u.real) == !signbit(b.u.real);
    case V_STR: return str_eq(value_text(a), value_text(b));
    case V_LIST:
    case V_TUPLE: return same_lists(a.u.list, b.u.list);
    case V_DICT:
    case V_SET: return same_dicts(a.u.dict, b.u.dict);
    default: return a.u.list == b.u.list; /* objects, functions, macros: by identity */
    }
}

static bool shared_with(Value base, const DictEntry *entry)
{
    if (base.kind != V_DICT) return false;
    const Value *there = dict_find_hashed(base.u.dict, value_text(entry->key), entry->hash);
    return there && there->kind == entry->value.kind && there->u.list == entry->value.u.list;
}

static Value copy_sharing(Arena *arena, Value v, Value base)
{
    if (v.kind != V_DICT) return value_copy(arena, v);
    Value copy = value_dict_sized(arena, v.u.dict->live);
    for (uint32_t i = 0; i < v.u.dict->used; i++) {
        const DictEntry *entry = &v.u.dict->entries[i];
        if (entry->key.kind == V_UNDEFINED) continue;
        bool shared = entry->key.kind == V_STR && shared_with(base, entry);
        dict_set(copy.u.dict, value_copy(arena, entry->key), shared ? entry->value : value_copy(arena, entry->value));
    }
    return copy;
}

static PoolEntry *place_of(PoolEntry *at, size_t room, Value v, uint64_t hash)
{
    size_t i = (size_t)hash & (room - 1);
    while (at[i].value.kind != V_UNDEFINED && (at[i].hash != hash || !same(at[i].value, v))) i = (i + 1) & (room - 1);
    return &at[i];
}

static void grow(ValuePool *pool)
{
    size_t room = pool->room ? pool->room * 2 : 64;
    PoolEntry *at = ARENA_ARRAY(pool->arena, PoolEntry, room);
    for (size_t i = 0; i < pool->room; i++)
        if (pool->at[i].value.kind != V_UNDEFINED)
            *place_of(at, room, pool->at[i].value, pool->at[i].hash) = pool->at[i];
    pool->at = at;
    pool->room = room;
}

Value value_pool_keep(ValuePool *pool, Value v, Value base)
{
    if (v.kind != V_DICT && v.kind != V_LIST) return value_copy(pool->arena, v);
    if (pool->count * 2 >= pool->room) grow(pool);
    uint64_t hash = hash_of(v);
    PoolEntry *entry = place_of(pool->at, pool->room, v, hash);
    if (entry->value.kind == V_UNDEFINED) {
        *entry = (PoolEntry){hash, copy_sharing(pool->arena, v, base)};
        value_freeze(entry->value);
        pool->count++;
    }
    return entry->value;
}
