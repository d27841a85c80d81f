/* A selection, a pattern, a manifest: any text is read or refused, and every place lies inside of it. */
#include "artifacts/pull.h"
#include "base/wild.h"
#include "graph/select.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool held)
{
    if (!held) abort();
}

static void check_spec(const SelectSpec *spec, size_t size)
{
    require(spec->raw.span.start <= spec->raw.span.end && spec->raw.span.end <= size);
    require((spec->kind == SELECT_CRITERION) == (spec->criterion != NULL));
    for (size_t i = 0; i < spec->part_count; i++) check_spec(spec->parts[i], size);
}

static void walk(Str text, int depth)
{
    JsonPull pull = {.text = text};
    Str key, value;
    if (depth > 8) return;
    if (text.len && text.ptr[0] == '[') {
        if (!pull_open(&pull, '[')) return;
        while (pull_item(&pull) && pull_value(&pull, &value)) walk(value, depth + 1);
        return;
    }
    if (!pull_open(&pull, '{')) return;
    while (pull_key(&pull, &key) && pull_value(&pull, &value)) {
        require(key.ptr >= text.ptr && key.ptr + key.len <= text.ptr + text.len);
        require(value.len && value.ptr + value.len <= text.ptr + text.len);
        walk(value, depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 4096) return 0;
    Arena *arena = arena_new();
    DiagSink sink;
    diag_sink_init(&sink);
    Str text = str_dup(arena, str_n((const char *)data, size));
    SourceTable *sources = source_table_new();
    SpanText words = {text, {source_add(sources, STR("words"), text), 0, (uint32_t)size}};
    SelectSpec *spec = spec_from_words(arena, &words, 1, &sink);
    require((spec == NULL) == (sink.errors > 0));
    if (spec) check_spec(spec, size);
    for (size_t i = 0; i < sink.count; i++) require(sink.items[i].span.end <= size);
    Str pattern = str_slice(text, 0, size / 2 < 64 ? size / 2 : 64), rest = str_from_index(text, size / 2);
    if (wild_matches(pattern, str_slice(rest, 0, 64))) require(wild_matches(STR("*"), rest));
    if (!wild_has(text)) require(wild_matches(text, text));
    walk(text, 0);
    source_table_free(sources);
    diag_sink_release(&sink);
    arena_free(arena);
    return 0;
}
