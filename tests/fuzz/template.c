/* Any text as a template: a tree or errors with places inside the text; rendering it ends, within small limits, in text
 * whose map is whole, or in errors with places.
 * The first byte chooses the family, the native rendering and dbt's lenient undefined; the rest is the template. */
#include "template/library.h"
#include "template/srcmap.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool held)
{
    if (!held) abort();
}

static bool fn_return(TplCall *call, Value *result)
{
    Value v;
    (void)result;
    return tpl_args(call, "value=?", &v) && tpl_return(call, v);
}

static bool fn_ref(TplCall *call, Value *result)
{
    Value args[2];
    if (!tpl_args(call, "name, other=?", args)) return false;
    *result = value_str(value_to_str(call->arena, args[0]));
    return true;
}

static bool lookup(void *data, TplEval *eval, Str name, Value *result)
{
    Arena *arena = tpl_eval_arena(eval);
    (void)data;
    if (str_eq(name, STR("return"))) {
        *result = value_func(arena, "return", fn_return, VALUE_NONE, NULL);
    } else if (str_eq(name, STR("ref"))) {
        *result = value_func(arena, "ref", fn_ref, VALUE_NONE, NULL);
    } else if (str_eq(name, STR("d"))) {
        *result = value_dict(arena);
        dict_set_str(result->u.dict, STR("a"), value_int(1));
        dict_set_str(result->u.dict, STR("b"), value_str(STR("text")));
    } else if (str_eq(name, STR("xs"))) {
        *result = value_list(arena);
        for (int i = 0; i < 3; i++) list_push(result->u.list, value_int(i));
    } else {
        return false;
    }
    return true;
}

static const TplTag tags[] = {
    {STR_INIT("test"), STR_INIT("endtest"), TPL_TAG_MACRO},
    {STR_INIT("materialization"), STR_INIT("endmaterialization"), TPL_TAG_OPTIONS},
    {STR_INIT("snapshot"), STR_INIT("endsnapshot"), TPL_TAG_BODY},
    {STR_INIT("docs"), STR_INIT("enddocs"), TPL_TAG_BODY},
};

static void check_span(const SourceTable *sources, Span span, bool required)
{
    if (required) require(span.source != 0);
    if (!span.source) return;
    require(span.start <= span.end && span.end <= source_text(sources, span.source).len);
}

static void check_diags(const SourceTable *sources, const DiagSink *sink)
{
    for (size_t i = 0; i < sink->count; i++) {
        check_span(sources, sink->items[i].span, true);
        for (size_t k = 0; k < sink->items[i].note_count; k++) check_span(sources, sink->items[i].notes[k].span, false);
    }
}

static void check_map(const SourceTable *sources, Arena *arena, Value text)
{
    const SrcMap *map = value_srcmap(text);
    if (!text.len) return;
    require(map && map->count && map->segments[0].offset == 0);
    for (uint32_t i = 0; i < map->count; i++) {
        const SrcSegment *s = &map->segments[i];
        uint32_t end = i + 1 < map->count ? map->segments[i + 1].offset : text.len;
        require(s->offset < end && end <= text.len);
        check_span(sources, (Span){s->source, s->start, s->end}, true);
        if (s->exact) { /* literal text is what the source says, whatever a filter did to its case */
            require(end - s->offset <= s->end - s->start);
            for (uint32_t at = s->offset; at < end; at++) {
                unsigned char made = (unsigned char)text.u.str[at];
                unsigned char from = (unsigned char)source_text(sources, s->source).ptr[s->start + (at - s->offset)];
                require(made == from || made >= 0x80 || from >= 0x80 || (made ^ from) == 0x20);
            }
        }
    }
    SrcOrigin origin;
    require(srcmap_find(arena, map, text.len / 2, &origin));
}

static void check_blocks(const SourceTable *sources, TplEval *eval, const TplUnit *unit)
{
    size_t count;
    const TplBlock *blocks = tpl_blocks(unit, &count);
    for (size_t i = 0; i < count; i++) {
        const TplBlock *b = &blocks[i];
        check_span(sources, b->body, true);
        check_span(sources, b->extent, true);
        require(b->whole.start >= b->extent.start && b->whole.end <= b->extent.end);
        require(b->body.start >= b->span.end && b->body.end <= b->whole.end);
        Value result;
        if (b->unit) (void)tpl_render(eval, b->unit, &result);
        if (b->macro)
            (void)tpl_call(eval, tpl_macro_value(tpl_eval_arena(eval), b->macro, NULL), b->span, NULL, 0, NULL, NULL, 0,
                           &result);
    }
    const TplCallSite *sites = tpl_call_sites(unit, &count);
    for (size_t i = 0; i < count; i++) {
        check_span(sources, sites[i].span, true);
        require(i == 0 || sites[i - 1].span.start <= sites[i].span.start);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > 20000) return 0;
    TplFamily family = (TplFamily)(data[0] % 3);
    bool native = data[0] & 4, lenient = data[0] & 8;
    Str text = str_n((const char *)data + 1, size - 1);
    SourceTable *sources = source_table_new();
    Arena *arena = arena_new(), *render = arena_new();
    DiagSink sink;
    diag_sink_init(&sink);
    SourceId id = source_add(sources, STR("fuzz.sql"), text);
    TplOptions options = {family, tags, sizeof tags / sizeof *tags};
    const TplUnit *unit = tpl_parse(arena, sources, (Span){id, 0, (uint32_t)text.len}, &options, &sink);
    require((unit != NULL) == (sink.errors == 0));
    TplEval *eval = tpl_eval_new(render, sources, &sink, (TplHost){.lookup = lookup},
                                 (TplLimits){.depth = 60, .steps = 2000, .output = 100000});
    tpl_eval_set_lenient(eval, lenient);
    if (unit) {
        Value result;
        bool ok = native ? tpl_render_native(eval, unit, &result) : tpl_render(eval, unit, &result);
        require(ok == (sink.errors == 0));
        if (ok && !native) check_map(sources, render, result);
        if (ok && !native && tpl_is_plain(text, family)) require(str_eq(value_text(result), text));
        check_blocks(sources, eval, unit);
    }
    check_diags(sources, &sink);
    tpl_eval_free(eval);
    diag_sink_release(&sink);
    arena_free(render);
    arena_free(arena);
    source_table_free(sources);
    return 0;
}
