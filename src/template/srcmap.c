#include "template/srcmap.h"

#include "base/vec.h"

#include <string.h>

const SrcMap *value_srcmap(Value text)
{
    if (text.kind != V_STR || !(text.flags & VALUE_MAPPED)) return NULL;
    const SrcMap *map;
    memcpy(&map, text.u.str - sizeof map, sizeof map);
    return map;
}

size_t srcmap_first(const SrcMap *map, size_t offset)
{
    size_t low = 0, high = map->count; /* the last segment that starts at or before the offset */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (map->segments[middle].offset <= offset)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static void fill_chain(Arena *arena, const SrcChain *chain, SrcOrigin *origin)
{
    size_t count = 0;
    for (const SrcChain *c = chain; c; c = c->outer) count++;
    DiagNote *notes = ARENA_ARRAY(arena, DiagNote, count ? count : 1);
    size_t i = 0;
    for (const SrcChain *c = chain; c; c = c->outer) notes[i++] = (DiagNote){c->call, c->name};
    origin->chain = notes;
    origin->chain_count = count;
}

bool srcmap_find_range(Arena *arena, const SrcMap *map, size_t from, size_t to, SrcOrigin *origin)
{
    if (!map || !map->count || from < map->segments[0].offset) return false;
    size_t i = srcmap_first(map, from);
    const SrcSegment *s = &map->segments[i];
    origin->span = (Span){s->source, s->start, s->end};
    if (s->exact) {
        size_t start = s->start + (from - s->offset);
        if (start > s->end) start = s->end; /* an offset behind the text */
        size_t end = start + (to > from ? to - from : 1);
        origin->span.start = (uint32_t)start;
        if (end < s->end) origin->span.end = (uint32_t)end;
    }
    fill_chain(arena, s->chain, origin);
    return true;
}

bool srcmap_find(Arena *arena, const SrcMap *map, size_t offset, SrcOrigin *origin)
{
    return srcmap_find_range(arena, map, offset, offset + 1, origin);
}

Value mapped_room(Arena *arena, size_t length, size_t count, char **text, SrcSegment **segments)
{
    SrcMap *map = arena_alloc(arena, sizeof *map + count * sizeof *map->segments);
    char *bytes = arena_alloc(arena, sizeof map + length + 1);
    map->count = (uint32_t)count;
    memcpy(bytes, &map, sizeof map);
    *text = bytes + sizeof map;
    (*text)[length] = 0;
    *segments = map->segments;
    Value value = value_str(str_n(*text, length));
    value.flags = VALUE_MAPPED;
    return value;
}

Value mapped_value(Arena *arena, Str text, const SrcSegment *segments, size_t count)
{
    if (!text.len) return value_str(STR_EMPTY);
    char *bytes;
    SrcSegment *made;
    Value value = mapped_room(arena, text.len, count, &bytes, &made);
    memcpy(bytes, text.ptr, text.len);
    if (count) memcpy(made, segments, count * sizeof *made);
    return value;
}

static const SrcChain *copy_chain(Arena *arena, const SrcChain *chain, const SrcChain *last, const SrcChain *last_copy)
{
    if (!chain) return NULL;
    if (chain == last) return last_copy; /* neighbours share their chain */
    SrcChain *first = NULL, **at = &first;
    for (const SrcChain *c = chain; c; c = c->outer) {
        SrcChain *copy = arena_copy(arena, c, sizeof *c);
        copy->name = str_dup(arena, c->name);
        copy->outer = NULL;
        *at = copy;
        at = (SrcChain **)(void *)&copy->outer;
    }
    return first;
}

Value value_copy_mapped(Arena *arena, Value text)
{
    const SrcMap *map = value_srcmap(text);
    if (!map) {
        Value copy = value_str(str_dup(arena, value_text(text)));
        return copy;
    }
    Value copy = mapped_value(arena, value_text(text), map->segments, map->count);
    const SrcMap *made = value_srcmap(copy);
    const SrcChain *last = NULL, *last_copy = NULL;
    for (uint32_t i = 0; made && i < made->count; i++) {
        SrcSegment *s = (SrcSegment *)(uintptr_t)&made->segments[i];
        const SrcChain *original = s->chain;
        s->chain = copy_chain(arena, original, last, last_copy);
        last = original;
        last_copy = s->chain;
    }
    copy.flags = (uint8_t)(copy.flags | (text.flags & ~VALUE_MAPPED));
    return copy;
}

/* ---- cutting and joining ---- */

void mapped_begin(MappedText *out, Arena *arena)
{
    *out = (MappedText){.arena = arena};
    buf_init(&out->text, arena);
}

static void add_segment(MappedText *out, SrcSegment segment)
{
    if (out->count == out->cap)
        out->segments = vec_grown(out->arena, out->segments, &out->cap, out->count + 1, sizeof *out->segments);
    out->segments[out->count++] = segment;
}

void mapped_add_str(MappedText *out, Str text, Span from)
{
    if (!text.len) return;
    add_segment(out, (SrcSegment){.offset = (uint32_t)out->text.len,
                                  .start = from.start,
                                  .end = from.end,
                                  .source = from.source & 0x7fffffff});
    buf_add(&out->text, text);
}

void mapped_add_slice(MappedText *out, Value text, size_t from, size_t to, Span otherwise)
{
    if (to > text.len) to = text.len;
    if (from >= to) return;
    const SrcMap *map = value_srcmap(text);
    if (!map || !map->count) {
        mapped_add_str(out, str_slice(value_text(text), from, to), otherwise);
        return;
    }
    out->mapped = true;
    size_t start = out->text.len;
    for (size_t i = srcmap_first(map, from); i < map->count && map->segments[i].offset < to; i++) {
        SrcSegment s = map->segments[i];
        if (s.offset < from) {
            if (s.exact) s.start += (uint32_t)(from - s.offset);
            s.offset = (uint32_t)from;
        }
        s.offset = (uint32_t)(s.offset - from + start);
        add_segment(out, s);
    }
    buf_add(&out->text, str_slice(value_text(text), from, to));
}

void mapped_add(MappedText *out, Value text, Span otherwise)
{
    mapped_add_slice(out, text, 0, text.len, otherwise);
}

Value mapped_end(MappedText *out)
{
    if (!out->mapped) return value_str(buf_str(&out->text));
    return mapped_value(out->arena, buf_str(&out->text), out->segments, out->count);
}

Value value_slice_mapped(Arena *arena, Value text, size_t from, size_t to)
{
    if (to > text.len) to = text.len;
    if (from > to) from = to;
    if (from == 0 && to == text.len) return text;
    if (!value_srcmap(text)) return value_str(str_slice(value_text(text), from, to));
    MappedText out;
    mapped_begin(&out, arena);
    mapped_add_slice(&out, text, from, to, SPAN_NONE);
    return mapped_end(&out);
}

Value srcmap_follow(Arena *arena, Value from, Value made)
{
    if (made.kind != V_STR || (made.flags & VALUE_MAPPED) || !made.len || !value_srcmap(from)) return made;
    uintptr_t start = (uintptr_t)from.u.str, at = (uintptr_t)made.u.str;
    if (at < start || at + made.len > start + from.len) return made;
    Value part = value_slice_mapped(arena, from, at - start, at - start + made.len);
    part.flags = (uint8_t)((part.flags & VALUE_MAPPED) | made.flags);
    return part;
}

Value srcmap_follow_positions(Arena *arena, Value from, Value made)
{
    const SrcMap *map = value_srcmap(from);
    if (!map || made.kind != V_STR || (made.flags & VALUE_MAPPED) || made.len != from.len) return made;
    Value same = mapped_value(arena, value_text(made), map->segments, map->count);
    same.flags = (uint8_t)(same.flags | made.flags);
    return same;
}

Value srcmap_replace(Arena *arena, Value text, Str old, Value with, int64_t count, Span otherwise)
{
    MappedText out;
    mapped_begin(&out, arena);
    Str s = value_text(text);
    size_t at = 0;
    for (size_t hit; count != 0 && old.len && (hit = str_find(s, old, at)) != STR_NPOS; at = hit + old.len) {
        mapped_add_slice(&out, text, at, hit, otherwise);
        mapped_add(&out, with, otherwise);
        if (count > 0) count--;
    }
    mapped_add_slice(&out, text, at, s.len, otherwise);
    return mapped_end(&out);
}
