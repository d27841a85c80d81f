/* The YAML reader with any text: a tree or errors, and every node, error and place inside the text. */
#include "yaml/yaml.h"
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool held)
{
    if (!held) abort();
}

typedef struct Walk {
    Arena *arena;
    const SourceTable *sources;
    DiagSink *sink;
    size_t size;
    int steps; /* an alias is its anchor's node: a small text may be a large tree */
} Walk;

static void check_span(const Walk *walk, Span span)
{
    require(span.source != 0);
    require(span.start <= span.end && span.end <= walk->size);
    require(source_position(walk->sources, span.source, span.start).line >= 1);
}

static void walk_node(Walk *walk, const YamlNode *node)
{
    if (walk->steps-- <= 0) return;
    require(node != NULL);
    check_span(walk, node->span);
    if (yaml_is_scalar(node)) {
        check_span(walk, node->inner);
        require(node->inner.start >= node->span.start && node->inner.end <= node->span.end);
        if (node->exact)
            require(str_eq(node->text, str_n(source_text(walk->sources, node->span.source).ptr + node->inner.start,
                                             node->inner.end - node->inner.start)));
        check_span(walk, yaml_place(walk->sources, node, node->text.len / 2));
        check_span(walk, yaml_place(walk->sources, node, node->text.len));
        (void)yaml_scalar_str(walk->arena, node);
    } else if (node->kind == YAML_SEQ) {
        for (size_t i = 0; i < node->u.seq.count; i++) walk_node(walk, node->u.seq.items[i]);
    } else {
        require(node->kind == YAML_MAP);
        for (size_t i = 0; i < node->u.map.count; i++) {
            const YamlPair *pair = &node->u.map.pairs[i];
            walk_node(walk, pair->key);
            walk_node(walk, pair->value);
            if (yaml_is_scalar(pair->key)) require(yaml_get(node, pair->key->text) != NULL);
        }
    }
    bool flag = false;
    int64_t number = 0;
    Str text = STR_EMPTY, *texts = NULL;
    size_t count = 0;
    const YamlNode *other = NULL;
    (void)yaml_to_bool(node, "a thing", walk->sink, &flag);
    (void)yaml_to_int(node, "a thing", walk->sink, &number);
    (void)yaml_to_str(node, "a thing", walk->sink, &text);
    (void)yaml_to_map(node, "a thing", walk->sink, &other);
    (void)yaml_to_strs(walk->arena, node, "a thing", walk->sink, &texts, &count);
    if (node->kind == YAML_MAP) {
        const Str known[] = {STR("name"), STR("columns")};
        (void)yaml_check_keys(node, known, 2, "a model", walk->sink);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SourceTable *sources = source_table_new();
    Arena *arena = arena_new();
    DiagSink sink;
    diag_sink_init(&sink);
    SourceId id = source_add(sources, STR("fuzz.yml"), str_n((const char *)data, size));
    const YamlNode *root = NULL;
    bool parsed = yaml_parse(arena, sources, id, &sink, &root);
    require(parsed == (sink.errors == 0));
    Walk walk = {arena, sources, &sink, size, 5000};
    if (parsed && root) walk_node(&walk, root);
    for (size_t i = 0; i < sink.count; i++) check_span(&walk, sink.items[i].span);
    diag_sink_release(&sink);
    arena_free(arena);
    source_table_free(sources);
    return 0;
}
