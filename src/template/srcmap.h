/* Source maps: for each byte of rendered text, what it came from.
 *
 * A map is a list of segments in the order of the text; a segment reaches to the start of the next one. A segment of
 * literal text is exact: its bytes stand for those of the source one by one (a filter may have changed their case). Any
 * other is the result of an expression and maps to that expression as a whole. Each carries the chain of macro calls that was running.
 *
 * A text with a map is a V_STR with VALUE_MAPPED whose bytes are preceded by a pointer to the map, so that maps travel
 * with values through variables, macro results and `return`. Functions that cut and join texts keep maps by the
 * MappedText below.
 *
 * Ownership: maps and mapped texts live in the arena that made them; copy them with value_copy_mapped.
 * Thread rule: complete maps are read-only. */
#ifndef CDBT_TEMPLATE_SRCMAP_H
#define CDBT_TEMPLATE_SRCMAP_H

#include "template/template.h"

typedef struct SrcChain { /* a macro call that is running */
    const struct SrcChain *outer; /* the call that led to it */
    Span call;
    Str name; /* of the called macro */
} SrcChain;

typedef struct SrcSegment {
    uint32_t offset; /* in the text */
    uint32_t start, end; /* in the source */
    uint32_t source : 31; /* SourceId */
    uint32_t exact : 1;
    const SrcChain *chain; /* NULL: not inside any macro */
} SrcSegment;

struct SrcMap {
    uint32_t count;
    SrcSegment segments[];
};

/* Where [from, to) of the text came from: exact if one piece of literal text holds it, otherwise what holds `from`. */
bool srcmap_find_range(Arena *arena, const SrcMap *map, size_t from, size_t to, SrcOrigin *origin);

/* A text that is put together from others and keeps their maps. */
typedef struct MappedText {
    Arena *arena;
    Buf text;
    SrcSegment *segments;
    size_t count, cap;
    bool mapped; /* has a piece that carries a map */
} MappedText;

void mapped_begin(MappedText *out, Arena *arena);
void mapped_add(MappedText *out, Value text,
                Span otherwise); /* a V_STR; `otherwise`: what it came from if it has no map */
void mapped_add_slice(MappedText *out, Value text, size_t from, size_t to, Span otherwise);
void mapped_add_str(MappedText *out, Str text, Span from);
Value mapped_end(MappedText *out); /* a plain string if no piece had a map */

/* For functions that make text from text: `made` with what `from` knows of its origin, if made is a part of from's own
 * bytes, or `made` itself otherwise. */
Value srcmap_follow(Arena *arena, Value from, Value made);
/* The same for a text of the same length whose bytes stand where those of `from` stood (another case, say). */
Value srcmap_follow_positions(Arena *arena, Value from, Value made);
/* text.replace(old, new): count -1 means all. `otherwise`: what `with` came from if it has no map. */
Value srcmap_replace(Arena *arena, Value text, Str old, Value with, int64_t count, Span otherwise);

/* text[from:to] in bytes, with its part of the map. */
Value value_slice_mapped(Arena *arena, Value text, size_t from, size_t to);
/* A string with a map made of `segments`. */
Value mapped_value(Arena *arena, Str text, const SrcSegment *segments, size_t count);
/* The same to be filled in by the caller: `length` bytes, at least one, and `count` segments. */
Value mapped_room(Arena *arena, size_t length, size_t count, char **text, SrcSegment **segments);
size_t srcmap_first(const SrcMap *map, size_t offset); /* the segment that holds the offset */

#endif
