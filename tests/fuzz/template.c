/* The template engine with any text: it must end, within its limits, and say with a place what is wrong.
 * The first byte chooses the family and whether the native rendering is meant; the rest is the template. */
#include "template/template.h"
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool held)
{
    if (!held) abort();
}

/* dbt's tags, so that every shape of a block is met. */
static const TplTag TAGS[] = {
    {STR_INIT("test"), STR_INIT("endtest"), TPL_TAG_MACRO},
    {STR_INIT("materialization"), STR_INIT("endmaterialization"), TPL_TAG_OPTIONS},
    {STR_INIT("snapshot"), STR_INIT("endsnapshot"), TPL_TAG_BODY},
    {STR_INIT("docs"), STR_INIT("enddocs"), TPL_TAG_TEXT},
};

static bool identity(TplCall *call, Value *result)
{
    *result = call->arg_count ? call->args[0] : VALUE_NONE;
    return true;
}

static bool lookup(void *data, TplEval *eval, Str name, Value *result)
{
    (void)data;
    if (str_eq(name, STR("ref"))) {
        Func *ref = ARENA_NEW(tpl_eval_arena(eval), Func);
        *ref = (Func){.call = identity, .name = "ref"};
        *result = (Value){.kind = V_FUNC, .u.func = ref};
        return true;
    }
    if (str_eq(name, STR("s"))) {
        *result = value_str(STR("text with \xc3\xa9, 'quotes' and\nlines"));
        return true;
    }
    if (str_eq(name, STR("n"))) {
        *result = value_int(42);
        return true;
    }
    return false;
}

static void check_span(const SourceTable *sources, Span span, size_t size)
{
    require(span.source != 0);
    require(span.start <= span.end && span.end <= size);
    require(source_position(sources, span.source, span.start).line >= 1);
}

static void check_diagnostics(const SourceTable *sources, const DiagSink *sink, size_t size)
{
    for (size_t i = 0; i < sink->count; i++) {
        check_span(sources, sink->items[i].span, size);
        require(sink->items[i].message.len > 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    TplOptions options = {.family = (TplFamily)(data[0] % 3), .tags = TAGS, .tag_count = sizeof TAGS / sizeof *TAGS};
    bool native = data[0] & 4;
    Str text = str_n((const char *)data + 1, size - 1);

    SourceTable *sources = source_table_new();
    Arena *trees = arena_new(), *values = arena_new();
    DiagSink sink;
    diag_sink_init(&sink);
    SourceId id = source_add(sources, STR("fuzz.sql"), text);
    TplUnit *unit = tpl_parse(trees, sources, (Span){id, 0, (uint32_t)text.len}, &options, &sink);
    require((unit == NULL) == (sink.errors > 0));
    if (unit) {
        TplLimits limits = {.depth = 60, .steps = 20000, .output = 1 << 18};
        TplEval *eval = tpl_eval_new(values, sources, &sink, (TplHost){.lookup = lookup}, limits);
        Value result;
        bool rendered = native ? tpl_render_native(eval, unit, &result) : tpl_render(eval, unit, &result);
        require(rendered == (sink.errors == 0));
        if (rendered && !native) {
            require(result.kind == V_STR);
            const SrcMap *map = value_srcmap(result);
            SrcOrigin origin;
            for (size_t at = 0; map && at < result.len; at += 1 + result.len / 8)
                if (srcmap_find(values, map, at, &origin)) check_span(sources, origin.span, text.len);
        }
        tpl_eval_free(eval);
    }
    check_diagnostics(sources, &sink, text.len);
    diag_sink_release(&sink);
    arena_free(values);
    arena_free(trees);
    source_table_free(sources);
    return 0;
}
