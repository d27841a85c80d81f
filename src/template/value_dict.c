/* Dicts and sets: entries in order of insertion, found by a scan while they are few and by open addressing above. */
#include "base/mem.h"
#include "template/value.h"

#include <string.h>

enum { SCAN_LIMIT = 8 };

static bool same_key(Value a, Value b)
{
    if (a.kind == V_STR && b.kind == V_STR)
        return a.len == b.len && (a.u.str == b.u.str || memcmp(a.u.str, b.u.str, a.len) == 0);
    if (a.kind == V_OBJECT && b.kind == V_OBJECT && a.u.object == b.u.object) return true;
    return a.kind != V_UNDEFINED && value_equal(a, b);
}

/* Slots hold the index of an entry + 1; the slot of a removed entry stays taken until the next rebuild, so that the
 * chains behind it stay whole. */
static uint32_t find_entry(const Dict *dict, Value key, uint64_t hash)
{
    if (!dict->slot_count) {
        for (uint32_t i = 0; i < dict->used; i++)
            if (dict->entries[i].hash == hash && same_key(dict->entries[i].key, key)) return i;
        return UINT32_MAX;
    }
    uint32_t mask = dict->slot_count - 1;
    for (uint32_t at = (uint32_t)hash & mask; dict->slots[at]; at = (at + 1) & mask) {
        const DictEntry *e = &dict->entries[dict->slots[at] - 1];
        if (e->hash == hash && same_key(e->key, key)) return dict->slots[at] - 1;
    }
    return UINT32_MAX;
}

static void put_slot(Dict *dict, uint32_t index)
{
    uint32_t mask = dict->slot_count - 1;
    uint32_t at = (uint32_t)dict->entries[index].hash & mask;
    while (dict->slots[at]) at = (at + 1) & mask;
    dict->slots[at] = index + 1;
}

static void drop_removed(Dict *dict)
{
    uint32_t to = 0;
    for (uint32_t i = 0; i < dict->used; i++)
        if (dict->entries[i].key.kind != V_UNDEFINED) dict->entries[to++] = dict->entries[i];
    dict->used = to;
}

static void rebuild_slots(Dict *dict, uint32_t slot_count)
{
    if (slot_count != dict->slot_count)
        dict->slots = ARENA_ARRAY(dict->arena, uint32_t, slot_count);
    else
        memset(dict->slots, 0, slot_count * sizeof *dict->slots);
    dict->slot_count = slot_count;
    for (uint32_t i = 0; i < dict->used; i++)
        if (dict->entries[i].key.kind != V_UNDEFINED) put_slot(dict, i);
}

static void make_room(Dict *dict)
{
    if (dict->live < dict->used / 2) {
        drop_removed(dict);
        if (dict->slot_count) rebuild_slots(dict, dict->slot_count);
        return;
    }
    INVARIANT(dict->cap < UINT32_MAX / 4);
    uint32_t cap = dict->cap ? dict->cap * 2 : SCAN_LIMIT;
    dict->entries =
        arena_grow(dict->arena, dict->entries, dict->cap * sizeof *dict->entries, cap * sizeof *dict->entries);
    dict->cap = cap;
    if (cap > SCAN_LIMIT) {
        uint32_t slots = dict->slot_count ? dict->slot_count : SCAN_LIMIT;
        while (slots < cap * 2) slots *= 2;
        rebuild_slots(dict, slots);
    }
}

static void set_hashed(Dict *dict, Value key, uint64_t hash, Value v)
{
    uint32_t at = find_entry(dict, key, hash);
    if (at != UINT32_MAX) {
        dict->entries[at].value = v;
        return;
    }
    if (dict->used == dict->cap) make_room(dict);
    dict->entries[dict->used] = (DictEntry){.key = key, .value = v, .hash = hash};
    if (dict->slot_count) put_slot(dict, dict->used);
    dict->used++;
    dict->live++;
}

Value *dict_find(const Dict *dict, Value key)
{
    if (!dict->live || !value_hashable(key)) return NULL;
    uint32_t at = find_entry(dict, key, value_hash(key));
    return at == UINT32_MAX ? NULL : &dict->entries[at].value;
}

Value *dict_find_str(const Dict *dict, Str key)
{
    if (!dict->live) return NULL;
    uint32_t at = find_entry(dict, value_str(key), str_hash(key));
    return at == UINT32_MAX ? NULL : &dict->entries[at].value;
}

Value *dict_find_hashed(const Dict *dict, Str key, uint64_t hash)
{
    if (!dict->live) return NULL;
    uint32_t at = find_entry(dict, value_str(key), hash);
    return at == UINT32_MAX ? NULL : &dict->entries[at].value;
}

void dict_set(Dict *dict, Value key, Value v)
{
    INVARIANT(value_hashable(key));
    set_hashed(dict, key, value_hash(key), v);
}

void dict_set_str(Dict *dict, Str key, Value v)
{
    set_hashed(dict, value_str(key), str_hash(key), v);
}

bool dict_remove(Dict *dict, Value key, Value *removed_or_null)
{
    if (!dict->live || !value_hashable(key)) return false;
    uint32_t at = find_entry(dict, key, value_hash(key));
    if (at == UINT32_MAX) return false;
    if (removed_or_null) *removed_or_null = dict->entries[at].value;
    dict->entries[at].key = (Value){.kind = V_UNDEFINED};
    dict->entries[at].value = VALUE_NONE;
    dict->live--;
    if (at + 1 == dict->used && !dict->slot_count) dict->used--;
    return true;
}

Value dict_get_str(const Dict *dict, Str key)
{
    Value *found = dict_find_str(dict, key);
    return found ? *found : value_undefined(key);
}

/* Room for `cap` entries, and an index over it if it needs one. */
static void reserve(Dict *dict, uint32_t cap)
{
    dict->cap = cap;
    dict->entries = cap ? arena_alloc(dict->arena, cap * sizeof *dict->entries) : NULL;
    if (cap <= SCAN_LIMIT) return;
    uint32_t slots = 2 * SCAN_LIMIT;
    while (slots < cap + cap / 2) slots *= 2;
    rebuild_slots(dict, slots);
}

Value value_dict_sized(Arena *arena, uint32_t count)
{
    Value dict = value_dict(arena);
    reserve(dict.u.dict, count);
    return dict;
}

Value value_dict_clone(Arena *arena, Value dict, uint32_t room)
{
    const Dict *from = dict.u.dict;
    Value clone = value_dict(arena);
    Dict *to = clone.u.dict;
    to->cap = from->used + room;
    to->entries = arena_alloc(arena, to->cap * sizeof *to->entries);
    if (from->used) memcpy(to->entries, from->entries, from->used * sizeof *to->entries);
    to->used = from->used;
    to->live = from->live;
    uint32_t slots = 2 * SCAN_LIMIT;
    while (slots < to->cap + to->cap / 2) slots *= 2;
    if (to->cap <= SCAN_LIMIT) return clone;
    if (slots == from->slot_count) { /* the same entries at the same places */
        to->slots = arena_copy(arena, from->slots, slots * sizeof *to->slots);
        to->slot_count = slots;
    } else {
        rebuild_slots(to, slots);
    }
    return clone;
}
