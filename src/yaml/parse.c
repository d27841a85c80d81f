/* libyaml's events to a tree: aliases, merge keys and duplicate keys are settled on the way. */
#include "yaml/internal.h"

#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "base/vec.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum {
    DEEPEST = 200, /* of nesting; whoever walks the tree may recurse */
    EXPANDED_MOST = 5000000, /* nodes of the tree when every alias is followed, those of merge keys too */
    INDEX_FROM = 12, /* a mapping with fewer keys is simply scanned */
};

typedef struct Anchor {
    const YamlNode *node; /* NULL while it is being read */
    Span span;
    uint64_t weight; /* nodes below it, itself included, with aliases followed */
} Anchor;

/* A sequence or mapping that is being read. Its children stand in Builder.pending from `first` on; a mapping's keys and
 * values alternate there. */
typedef struct Frame {
    YamlNode *node;
    Anchor *anchor;
    size_t first;
    uint64_t weight;
    uint32_t end; /* where the last child ends in the source, also if that is an alias */
} Frame;

typedef struct Builder {
    Arena *arena, *texts, *scratch;
    DiagSink *sink;
    SourceId source;
    size_t base; /* length of the byte order mark */
    Str text; /* behind it */
    MarkCursor marks;
    VEC(Frame) frames;
    VEC(const YamlNode *) pending;
    Map anchors;
    bool aliases;
    const YamlNode *root;
    bool failed;
} Builder;

size_t yaml_mark_byte(MarkCursor *cursor, size_t characters)
{
    Str text = cursor->text;
    if (cursor->ascii) return characters < text.len ? characters : text.len;
    while (cursor->characters < characters && cursor->bytes < text.len) {
        cursor->bytes++;
        while (cursor->bytes < text.len && ((unsigned char)text.ptr[cursor->bytes] & 0xC0) == 0x80) cursor->bytes++;
        cursor->characters++;
    }
    while (cursor->characters > characters) {
        cursor->bytes--;
        while (cursor->bytes > 0 && ((unsigned char)text.ptr[cursor->bytes] & 0xC0) == 0x80) cursor->bytes--;
        cursor->characters--;
    }
    return cursor->bytes;
}

static Span span_at(const Builder *builder, size_t start, size_t end)
{
    return (Span){builder->source, (uint32_t)(builder->base + start), (uint32_t)(builder->base + end)};
}

static Span event_span(Builder *builder, const yaml_event_t *event)
{
    size_t start = yaml_mark_byte(&builder->marks, event->start_mark.index);
    size_t end = yaml_mark_byte(&builder->marks, event->end_mark.index);
    return span_at(builder, start, end);
}

#define FAIL(builder, span, ...)                                                                                       \
    do {                                                                                                               \
        diag_add((builder)->sink, DIAG_yaml_syntax, (span), __VA_ARGS__);                                              \
        (builder)->failed = true;                                                                                      \
    } while (0)

/* ---- scalars ---- */

/* Where the value itself begins: behind an anchor and a tag. */
static size_t behind_properties(Str text, size_t at, size_t end)
{
    while (at < end && (text.ptr[at] == '&' || text.ptr[at] == '!')) {
        while (at < end && !strchr(" \t\r\n", text.ptr[at])) at++;
        while (at < end && strchr(" \t\r\n#", text.ptr[at])) {
            if (text.ptr[at] == '#')
                while (at < end && text.ptr[at] != '\n') at++;
            else
                at++;
        }
    }
    return at;
}

static void place_scalar(Builder *builder, YamlNode *node, const yaml_event_t *event)
{
    size_t start = node->span.start - builder->base, end = node->span.end - builder->base;
    size_t from =
        event->data.scalar.tag || event->data.scalar.anchor ? behind_properties(builder->text, start, end) : start;
    size_t to = end;
    while (to > from && strchr(" \t\r\n", builder->text.ptr[to - 1])) to--; /* the line breaks behind a block */
    node->span.end = (uint32_t)(builder->base + to);
    switch (event->data.scalar.style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
        if (from + 2 <= to) from++, to--;
        break;
    case YAML_LITERAL_SCALAR_STYLE: node->literal = node->block = true; break;
    case YAML_FOLDED_SCALAR_STYLE: node->block = true; break;
    default: node->plain = true; break;
    }
    if (node->block) {
        size_t line = str_find_char(builder->text, '\n', from);
        from = line == STR_NPOS || line >= to ? to : line + 1;
    }
    node->inner = span_at(builder, from, to);
    Str written = str_slice(builder->text, from, to);
    Str decoded = str_n((const char *)event->data.scalar.value, event->data.scalar.length);
    node->exact = str_eq(written, decoded);
    node->text = node->exact ? written : str_dup(builder->texts, decoded);
}

static bool known_tag(Str name, ScalarTag *tag)
{
    static const struct {
        const char *name;
        ScalarTag tag;
    } tags[] = {{"null", TAG_NULL},   {"bool", TAG_BOOL},           {"int", TAG_INT},
                {"float", TAG_FLOAT}, {"timestamp", TAG_TIMESTAMP}, {"str", TAG_STR}};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (str_eq(name, str_from(tags[i].name))) {
            *tag = tags[i].tag;
            return true;
        }
    return false;
}

static const char TAG_PREFIX[] = "tag:yaml.org,2002:";

/* "!!set" for what libyaml gives as "tag:yaml.org,2002:set". */
static Str shown_tag(Arena *arena, Str tag)
{
    if (!str_starts(tag, str_from(TAG_PREFIX))) return tag;
    return str_fmt(arena, "!!%.*s", STR_ARG(str_from_index(tag, sizeof TAG_PREFIX - 1)));
}

static void unknown_tag(Builder *builder, Span span, Str tag)
{
    Str shown = shown_tag(builder->scratch, tag);
    FAIL(builder, span, "the tag '%.*s' is not supported", STR_ARG(shown));
    diag_hint(builder->sink, "remove the tag, or quote the value if it is meant to begin with '!'");
}

static void read_scalar(Builder *builder, YamlNode *node, const yaml_event_t *event, bool is_key)
{
    place_scalar(builder, node, event);
    ScalarTag tag = TAG_STR;
    Str written_tag = str_from((const char *)event->data.scalar.tag);
    if (written_tag.len && !str_eq(written_tag, STR("!"))) { /* '!' says nothing: libyaml tells in plain_implicit */
        bool standard = str_starts(written_tag, str_from(TAG_PREFIX));
        if (!standard || !known_tag(str_from_index(written_tag, sizeof TAG_PREFIX - 1), &tag)) {
            unknown_tag(builder, node->span, written_tag);
            return;
        }
    } else if (event->data.scalar.plain_implicit) {
        tag = yaml_resolve(node->text);
    }
    if ((tag == TAG_MERGE || tag == TAG_VALUE) && !is_key) {
        FAIL(builder, node->span, "'%.*s' alone has a special meaning in YAML and cannot be a value",
             STR_ARG(node->text));
        diag_hint(builder->sink, "quote it: \"%.*s\"", STR_ARG(node->text));
        return;
    }
    if (written_tag.len && str_eq(node->text, STR("<<"))) node->plain = false; /* `!!str <<` is no merge key */
    Str error;
    if (!yaml_construct(builder->arena, node, tag, &error)) {
        FAIL(builder, node->span, "%.*s", STR_ARG(error));
        diag_hint(builder->sink, "quote it if it is meant as text");
    }
}

/* ---- mappings ---- */

static bool is_merge_key(const YamlNode *key)
{
    return key->kind == YAML_STR && key->plain && str_eq(key->text, STR("<<"));
}

/* A text that is equal for keys that are equal as Python sees them (1, 1.0 and true are). Texts of strings never hold
 * the byte FF, so no other kind can be mistaken for one. */
static Str key_identity(Arena *arena, const YamlNode *key)
{
    switch (key->kind) {
    case YAML_STR: return key->text;
    case YAML_NULL: return STR("\xFFnull");
    case YAML_BOOL: return str_fmt(arena, "\xFF%d", key->u.boolean);
    case YAML_INT: return str_fmt(arena, "\xFF%" PRId64, key->u.integer);
    case YAML_FLOAT: {
        double value = key->u.real;
        if (value == floor(value) && fabs(value) < 9e15) return str_fmt(arena, "\xFF%.0f", value + 0.0);
        char text[32];
        size_t n = double_repr(value, text);
        return str_fmt(arena, "\xFF%.*s", (int)n, text);
    }
    default: {
        Str iso = yaml_iso(arena, key->u.time, key->kind == YAML_DATE);
        return str_fmt(arena, "\xFF%.*s", STR_ARG(iso));
    }
    }
}

/* Pairs gather as in a Python dict: a key that is there already keeps its position and takes the new value. */
typedef struct Pairs {
    YamlPair *at;
    Str *identities;
    bool *own; /* written in this mapping, not merged */
    size_t count;
    bool mapped;
    Map map; /* identity -> index + 1, for many */
} Pairs;

static size_t find_pair(const Pairs *pairs, Str identity)
{
    if (pairs->mapped) return (size_t)(uintptr_t)map_get(&pairs->map, identity) - 1;
    for (size_t i = 0; i < pairs->count; i++)
        if (str_eq(pairs->identities[i], identity)) return i;
    return SIZE_MAX;
}

static void add_pair(Builder *builder, Pairs *pairs, YamlPair pair, bool own)
{
    Str identity = key_identity(builder->scratch, pair.key);
    size_t i = find_pair(pairs, identity);
    bool known = i != SIZE_MAX;
    if (!known) {
        i = pairs->count++;
        pairs->identities[i] = identity;
        if (pairs->mapped) map_put(&pairs->map, identity, (void *)(uintptr_t)(i + 1));
    } else if (own && pairs->own[i]) {
        diag_add(builder->sink, DIAG_yaml_duplicate_key, pair.key->span,
                 "the key '%.*s' stands twice; the last one counts", STR_ARG(pair.key->text));
        diag_note(builder->sink, pairs->at[i].key->span, "the first one is here");
        diag_hint(builder->sink, "remove one of the two");
    }
    /* Of equal keys of different kinds (1 and true) a dict keeps the first; otherwise the place that counts is nicer. */
    if (known && pairs->at[i].key->kind != pair.key->kind) pair.key = pairs->at[i].key;
    pairs->at[i] = pair;
    pairs->own[i] = own;
}

static void merge_from(Builder *builder, Pairs *pairs, const YamlNode *map)
{
    for (size_t i = 0; i < map->u.map.count; i++) add_pair(builder, pairs, map->u.map.pairs[i], false);
}

/* What a merge key holds: the number of pairs, or an error. */
static size_t merge_size(Builder *builder, const YamlNode *value)
{
    size_t count = 0;
    const YamlNode *wrong = NULL;
    if (value->kind == YAML_MAP) {
        count = value->u.map.count;
    } else if (value->kind == YAML_SEQ) {
        for (size_t i = 0; i < value->u.seq.count && !wrong; i++) {
            const YamlNode *item = value->u.seq.items[i];
            if (item->kind == YAML_MAP)
                count += item->u.map.count;
            else
                wrong = item;
        }
    } else {
        wrong = value;
    }
    if (wrong) {
        FAIL(builder, wrong->span, "the merge key '<<' takes a mapping or a list of mappings, not %s",
             yaml_kind_name(wrong->kind));
        diag_hint(builder->sink, "write `<<: *name`, where `&name` marks a mapping");
    }
    return count;
}

static bool usable_key(Builder *builder, const YamlNode *map, const YamlNode *key)
{
    if (key->kind != YAML_SEQ && key->kind != YAML_MAP) return true;
    Str written = str_slice(builder->text, map->span.start - builder->base, map->span.start - builder->base + 2);
    if (str_eq(written, STR("{{"))) {
        FAIL(builder, span_at(builder, map->span.start - builder->base, map->span.start - builder->base + 2),
             "a value that begins with '{{' must be quoted: '{' opens a mapping in YAML");
        diag_hint(builder->sink, "put the whole value into quotes: \"{{ ... }}\"");
    } else {
        FAIL(builder, key->span, "the key of a mapping cannot be %s", yaml_kind_name(key->kind));
        diag_hint(builder->sink, "quote it if it is meant as text");
    }
    return false;
}

static void finish_map(Builder *builder, YamlNode *node, const YamlNode *const *items, size_t count)
{
    bool merges = false;
    size_t most = 0;
    for (size_t i = 0; i < count; i += 2) {
        if (!usable_key(builder, node, items[i])) return;
        if (is_merge_key(items[i])) {
            merges = true;
            most += merge_size(builder, items[i + 1]);
            if (builder->failed) return;
        } else {
            most++;
        }
    }
    if (most == 0) return;
    /* What the frame needs only until the mapping is complete goes back to the scratch arena at once. */
    ArenaMark mark = arena_mark(builder->scratch);
    /* A large mapping has its index before its pairs: few are, and every node would pay for the pointer. */
    bool indexed = most >= INDEX_FROM;
    Map *index = arena_alloc(builder->arena, (indexed ? sizeof(Map) : 0) + most * sizeof(YamlPair));
    Pairs pairs = {.at = indexed ? (YamlPair *)(void *)(index + 1) : (YamlPair *)(void *)index,
                   .identities = arena_alloc(builder->scratch, most * sizeof(Str)),
                   .own = arena_alloc(builder->scratch, most * sizeof(bool))};
    if (indexed) {
        pairs.mapped = true;
        map_init(&pairs.map, builder->scratch);
    }
    /* As PyYAML flattens: merged pairs come first, those of a later mapping of a list before those of an earlier one,
     * which overwrites them. */
    for (size_t i = 0; merges && i < count; i += 2) {
        if (!is_merge_key(items[i])) continue;
        const YamlNode *value = items[i + 1];
        if (value->kind == YAML_MAP) merge_from(builder, &pairs, value);
        if (value->kind == YAML_SEQ)
            for (size_t k = value->u.seq.count; k > 0; k--) merge_from(builder, &pairs, value->u.seq.items[k - 1]);
    }
    for (size_t i = 0; i < count; i += 2)
        if (!merges || !is_merge_key(items[i])) add_pair(builder, &pairs, (YamlPair){items[i], items[i + 1]}, true);
    node->u.map.pairs = pairs.at;
    node->u.map.count = (uint32_t)pairs.count;
    node->u.map.indexed = indexed;
    if (indexed) {
        map_init(index, builder->arena);
        for (size_t i = 0; i < pairs.count; i++) map_put(index, pairs.at[i].key->text, &pairs.at[i]);
    }
    arena_rewind(builder->scratch, mark);
}

/* ---- the tree ---- */

static Anchor *new_anchor(Builder *builder, const yaml_char_t *name, Span span)
{
    if (!name) return NULL;
    Str key = str_from((const char *)name);
    Span place = span_at(builder, span.start - builder->base, span.start - builder->base + key.len + 1);
    Anchor *before = map_get(&builder->anchors, key);
    if (before) {
        FAIL(builder, place, "the anchor '&%.*s' stands twice", STR_ARG(key));
        diag_note(builder->sink, before->span, "the first one is here");
        diag_hint(builder->sink, "give one of the two another name");
        return NULL;
    }
    Anchor *anchor = ARENA_NEW(builder->scratch, Anchor);
    anchor->span = place;
    map_put(&builder->anchors, str_dup(builder->scratch, key), anchor);
    return anchor;
}

/* Hands a finished node, written at `span`, to what holds it. */
static void place_node(Builder *builder, const YamlNode *node, Span span, uint64_t weight)
{
    if (builder->frames.n == 0) {
        builder->root = node;
        return;
    }
    Frame *frame = &builder->frames.at[builder->frames.n - 1];
    frame->weight += weight;
    frame->end = span.end;
    vec_push(builder->scratch, &builder->pending, node);
    if (builder->aliases && frame->weight > EXPANDED_MOST)
        FAIL(builder, span, "aliases make this file too large: more than %d values", EXPANDED_MOST);
}

static bool next_is_key(const Builder *builder)
{
    if (builder->frames.n == 0) return false;
    const Frame *frame = &builder->frames.at[builder->frames.n - 1];
    return frame->node->kind == YAML_MAP && (builder->pending.n - frame->first) % 2 == 0;
}

static YamlNode *new_node(Builder *builder, Span span)
{
    YamlNode *node = ARENA_NEW(builder->arena, YamlNode);
    node->span = node->inner = span;
    node->text = STR_EMPTY;
    return node;
}

static void on_alias(Builder *builder, const yaml_event_t *event)
{
    Span span = event_span(builder, event);
    Str name = str_from((const char *)event->data.alias.anchor);
    const Anchor *anchor = map_get(&builder->anchors, name);
    if (!anchor) {
        FAIL(builder, span, "there is no anchor '&%.*s' above this alias", STR_ARG(name));
        diag_hint(builder->sink, "quote the value if it is meant as text: \"*%.*s\"", STR_ARG(name));
    } else if (!anchor->node) {
        FAIL(builder, span, "the alias '*%.*s' stands inside of what it stands for", STR_ARG(name));
        diag_note(builder->sink, anchor->span, "the anchor is here");
    } else {
        builder->aliases = true;
        place_node(builder, anchor->node, span, anchor->weight);
    }
}

static void on_scalar(Builder *builder, const yaml_event_t *event)
{
    YamlNode *node = new_node(builder, event_span(builder, event));
    Anchor *anchor = new_anchor(builder, event->data.scalar.anchor, node->span);
    if (builder->failed) return;
    read_scalar(builder, node, event, next_is_key(builder));
    if (builder->failed) return;
    if (anchor) anchor->node = node, anchor->weight = 1;
    place_node(builder, node, node->span, 1);
}

static void on_start(Builder *builder, const yaml_event_t *event, YamlKind kind)
{
    bool is_map = kind == YAML_MAP;
    YamlNode *node = new_node(builder, event_span(builder, event));
    node->kind = kind;
    const yaml_char_t *name = is_map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor;
    Str tag = str_from((const char *)(is_map ? event->data.mapping_start.tag : event->data.sequence_start.tag));
    Anchor *anchor = new_anchor(builder, name, node->span);
    if (tag.len) {
        Str wanted = is_map ? STR("tag:yaml.org,2002:map") : STR("tag:yaml.org,2002:seq");
        if (!str_eq(tag, wanted) && !str_eq(tag, STR("!"))) unknown_tag(builder, node->span, tag);
    }
    if (builder->frames.n >= DEEPEST && !builder->failed)
        FAIL(builder, node->span, "lists and mappings are nested more than %d deep", DEEPEST);
    if (builder->failed) return;
    vec_push(builder->scratch, &builder->frames,
             (Frame){.node = node, .anchor = anchor, .first = builder->pending.n, .weight = 1});
}

static void on_end(Builder *builder, const yaml_event_t *event)
{
    Frame frame = builder->frames.at[--builder->frames.n];
    YamlNode *node = frame.node;
    size_t count = builder->pending.n - frame.first;
    const YamlNode *const *items = count ? builder->pending.at + frame.first : NULL;
    /* A closing bracket has a width. Without one libyaml sees the end only at the next token, past blank lines and
     * comments; then the last child knows better. */
    bool bracket = event->end_mark.index != event->start_mark.index;
    node->span.end = bracket || frame.end < node->span.start ? event_span(builder, event).end : frame.end;
    node->inner = node->span;
    if (node->kind == YAML_MAP) {
        finish_map(builder, node, items, count);
    } else if (count) {
        node->u.seq.items = arena_copy(builder->arena, items, count * sizeof *items);
        node->u.seq.count = count;
    }
    if (builder->failed) return;
    builder->pending.n = frame.first;
    if (frame.anchor) frame.anchor->node = node, frame.anchor->weight = frame.weight;
    place_node(builder, node, node->span, frame.weight);
}

/* False when the stream has ended, or nothing more can be read. */
static bool on_event(Builder *builder, const yaml_event_t *event, unsigned *documents)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (++*documents > 1) {
            FAIL(builder, event_span(builder, event), "a second document begins here; a file may hold only one");
            diag_hint(builder->sink, "remove the line '---', or move what follows to a file of its own");
        }
        break;
    case YAML_ALIAS_EVENT: on_alias(builder, event); break;
    case YAML_SCALAR_EVENT: on_scalar(builder, event); break;
    case YAML_SEQUENCE_START_EVENT: on_start(builder, event, YAML_SEQ); break;
    case YAML_MAPPING_START_EVENT: on_start(builder, event, YAML_MAP); break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: on_end(builder, event); break;
    case YAML_STREAM_END_EVENT: return false;
    default: break;
    }
    return !builder->failed;
}

static bool readable(Builder *builder)
{
    Str whole = builder->text;
    size_t bad = utf8_bad(whole);
    if (bad == STR_NPOS) return true;
    bool wide = str_starts(whole, STR("\xFF\xFE")) || str_starts(whole, STR("\xFE\xFF"));
    diag_add(builder->sink, DIAG_encoding, span_at(builder, bad, bad + 1),
             wide ? "this is UTF-16 text, not UTF-8" : "this is not UTF-8 text");
    diag_hint(builder->sink, "save the file as UTF-8");
    return false;
}

bool yaml_parse(Arena *arena, const SourceTable *sources, SourceId source, DiagSink *sink, const YamlNode **root)
{
    return yaml_parse_apart(arena, arena, sources, source, sink, root);
}

bool yaml_parse_apart(Arena *tree, Arena *texts, const SourceTable *sources, SourceId source, DiagSink *sink,
                      const YamlNode **root)
{
    *root = NULL;
    Str whole = source_text(sources, source);
    Builder builder = {.arena = tree, .texts = texts, .sink = sink, .source = source, .text = utf8_without_bom(whole)};
    builder.base = whole.len - builder.text.len;
    if (!readable(&builder)) return false;
    builder.marks = (MarkCursor){.text = builder.text, .ascii = utf8_ascii(builder.text)};

    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) mem_exhausted(sizeof parser);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)(builder.text.len ? builder.text.ptr : ""),
                                 builder.text.len);
    builder.scratch = arena_new();
    map_init(&builder.anchors, builder.scratch);
    unsigned documents = 0;
    for (bool more = true; more;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            if (parser.error == YAML_MEMORY_ERROR) mem_exhausted(0);
            yaml_explain(sink, source, builder.text, builder.base, &parser);
            builder.failed = true;
            break;
        }
        more = on_event(&builder, &event, &documents);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    arena_free(builder.scratch);
    if (builder.failed) return false;
    *root = builder.root;
    return true;
}

const YamlNode *yaml_copy(Arena *arena, const YamlNode *node)
{
    if (!node) return NULL;
    YamlNode *copy = arena_copy(arena, node, sizeof *node);
    switch (node->kind) {
    case YAML_DATE:
    case YAML_TIME: copy->u.time = arena_copy(arena, node->u.time, sizeof *node->u.time); break;
    case YAML_SEQ:
        copy->u.seq.items = arena_alloc(arena, node->u.seq.count * sizeof *copy->u.seq.items);
        for (size_t i = 0; i < node->u.seq.count; i++) copy->u.seq.items[i] = yaml_copy(arena, node->u.seq.items[i]);
        break;
    case YAML_MAP:
        copy->u.map.pairs = arena_alloc(arena, node->u.map.count * sizeof *copy->u.map.pairs);
        copy->u.map.indexed = false;
        for (size_t i = 0; i < node->u.map.count; i++)
            copy->u.map.pairs[i] =
                (YamlPair){yaml_copy(arena, node->u.map.pairs[i].key), yaml_copy(arena, node->u.map.pairs[i].value)};
        break;
    default: break;
    }
    return copy;
}
