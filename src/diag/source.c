#include "cdbt/diag.h"

#include "base/mem.h"

#include <pthread.h>
#include <string.h>

/* Sources stand in chunks that never move, so that readers need the lock only to learn that an id exists; ids are
 * handed out under the lock and a source is complete before its id is known to anybody. */
enum { CHUNK = 1024, CHUNKS = 4096 };

typedef struct Source {
    Str path, text;
    Str shown; /* in the text's place, in messages; empty: the text */
} Source;

struct SourceTable {
    pthread_mutex_t lock;
    uint32_t count;
    Source *chunks[CHUNKS];
    Arena *texts; /* what was adopted; NULL if nothing */
};

SourceTable *source_table_new(void)
{
    SourceTable *table = mem_zalloc(sizeof *table);
    pthread_mutex_init(&table->lock, NULL);
    table->count = 1; /* id 0 means none */
    table->chunks[0] = mem_zalloc(sizeof(Source) * CHUNK);
    table->chunks[0][0] = (Source){STR_EMPTY, STR_EMPTY, STR_EMPTY};
    return table;
}

void source_table_free(SourceTable *table)
{
    if (!table) return;
    for (size_t i = 0; i < CHUNKS; i++) mem_free(table->chunks[i]);
    arena_free(table->texts);
    pthread_mutex_destroy(&table->lock);
    mem_free(table);
}

void source_table_adopt(SourceTable *table, Arena *arena)
{
    pthread_mutex_lock(&table->lock);
    if (!table->texts)
        table->texts = arena;
    else
        arena_adopt(table->texts, arena);
    pthread_mutex_unlock(&table->lock);
}

SourceId source_add(SourceTable *table, Str path, Str text)
{
    if (text.len > UINT32_MAX) text.len = UINT32_MAX;
    pthread_mutex_lock(&table->lock);
    uint32_t id = table->count++;
    INVARIANT(id / CHUNK < CHUNKS);
    Source **chunk = &table->chunks[id / CHUNK];
    if (!*chunk) *chunk = mem_zalloc(sizeof(Source) * CHUNK);
    (*chunk)[id % CHUNK] = (Source){path, text, STR_EMPTY};
    pthread_mutex_unlock(&table->lock);
    return id;
}

static const Source *source_at(const SourceTable *table, SourceId id)
{
    return &table->chunks[id / CHUNK][id % CHUNK];
}

Str source_path(const SourceTable *table, SourceId id)
{
    return source_at(table, id)->path;
}

Str source_text(const SourceTable *table, SourceId id)
{
    return source_at(table, id)->text;
}

void source_show(SourceTable *table, SourceId id, Str shown)
{
    INVARIANT(shown.len == source_text(table, id).len);
    table->chunks[id / CHUNK][id % CHUNK].shown = shown;
}

static bool continues(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

SourcePosition source_position(const SourceTable *table, SourceId id, uint32_t offset)
{
    Str text = source_text(table, id);
    if (offset > text.len) offset = (uint32_t)text.len;
    uint32_t line = 1, start = 0;
    for (size_t at = 0; (at = str_find_char(text, '\n', at)) != STR_NPOS && at < offset; at++) {
        line++;
        start = (uint32_t)at + 1;
    }
    uint32_t column = 1;
    for (uint32_t i = start; i < offset; i++)
        if (!continues(text.ptr[i])) column++;
    size_t end = str_find_char(text, '\n', start);
    if (end == STR_NPOS) end = text.len;
    if (end > start && text.ptr[end - 1] == '\r') end--;
    Str shown = source_at(table, id)->shown;
    return (SourcePosition){line, column, str_n((shown.len ? shown.ptr : text.ptr) + start, end - start), start};
}

uint32_t source_offset(const SourceTable *table, SourceId id, uint32_t line, uint32_t column)
{
    Str text = source_text(table, id);
    size_t at = 0;
    for (uint32_t i = 1; i < line; i++) {
        size_t end = str_find_char(text, '\n', at);
        if (end == STR_NPOS) return (uint32_t)text.len;
        at = end + 1;
    }
    for (uint32_t i = 1; i < column && at < text.len && text.ptr[at] != '\n'; i++) {
        at++;
        while (at < text.len && continues(text.ptr[at])) at++;
    }
    return (uint32_t)at;
}

Span span_join(Span a, Span b)
{
    if (!a.source) return b;
    if (a.source != b.source) return a;
    return (Span){a.source, a.start < b.start ? a.start : b.start, a.end > b.end ? a.end : b.end};
}
