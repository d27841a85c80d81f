#include "support/tpl.h"

#include <string.h>

static bool fn_return(TplCall *call, Value *result)
{
    Value v;
    (void)result;
    if (!tpl_args(call, "value=?", &v)) return false;
    return tpl_return(call, tpl_arg_given(v) ? v : VALUE_NONE);
}

static bool fn_fail(TplCall *call, Value *result)
{
    Value text;
    (void)result;
    if (!tpl_args(call, "text", &text)) return false;
    return tpl_fail(call, DIAG_compiler_error, "%.*s", STR_ARG(value_text(text)));
}

static bool fn_kind(TplCall *call, Value *result)
{
    Value v;
    if (!tpl_args(call, "value", &v)) return false;
    *result = value_str(str_from(value_type_name(v)));
    return true;
}

static bool fn_render(TplCall *call, Value *result)
{
    Tpl *t = call->func->data;
    Value text;
    if (!tpl_args(call, "text", &text)) return false;
    const TplUnit *unit = tpl_unit(t, str_c(t->parse_arena, value_text(text)));
    return unit && tpl_render(call->eval, unit, result);
}

static bool lookup(void *data, TplEval *eval, Str name, Value *result)
{
    static const struct {
        const char *name;
        TplNative fn;
    } functions[] = {{"return", fn_return}, {"fail", fn_fail}, {"kind", fn_kind}, {"render", fn_render}};
    Tpl *t = data;
    t->lookups++;
    const Value *value = map_get(&t->context, name);
    if (value) {
        *result = *value;
        return true;
    }
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (str_eq(name, str_from(functions[i].name))) {
            *result = value_func(tpl_eval_arena(eval), functions[i].name, functions[i].fn, VALUE_NONE, t);
            return true;
        }
    return false;
}

static Str suggest(void *data, TplEval *eval, Str name)
{
    const Tpl *t = data;
    (void)eval;
    for (size_t i = 0; i < t->context.count; i++)
        if (str_eq_nocase(t->context.entries[i].key, name)) return t->context.entries[i].key;
    return STR_EMPTY;
}

void tpl_open_limits(Tpl *t, TplLimits limits)
{
    *t = (Tpl){.parse_arena = arena_new(), .arena = arena_new(), .sources = source_table_new()};
    diag_sink_init(&t->sink);
    map_init(&t->context, t->parse_arena);
    t->options.family = TPL_CURLY;
    t->eval = tpl_eval_new(t->arena, t->sources, &t->sink, (TplHost){t, lookup, suggest, NULL, NULL}, limits);
}

void tpl_open(Tpl *t)
{
    tpl_open_limits(t, (TplLimits){0});
}

void tpl_close(Tpl *t)
{
    tpl_eval_free(t->eval);
    diag_sink_release(&t->sink);
    source_table_free(t->sources);
    arena_free(t->arena);
    arena_free(t->parse_arena);
}

void tpl_let(Tpl *t, const char *name, Value value)
{
    map_put(&t->context, str_from(name), arena_copy(t->parse_arena, &value, sizeof value));
}

TplUnit *tpl_unit(Tpl *t, const char *text)
{
    SourceId id = source_add(t->sources, STR("t.sql"), str_from(text));
    return tpl_parse(t->parse_arena, t->sources, (Span){id, 0, (uint32_t)strlen(text)}, &t->options, &t->sink);
}

bool tpl_text(Tpl *t, const char *text, Value *result)
{
    const TplUnit *unit = tpl_unit(t, text);
    return unit && tpl_render(t->eval, unit, result);
}

Str tpl_run(Tpl *t, const char *text)
{
    diag_sink_clear(&t->sink);
    Value result;
    if (tpl_text(t, text, &result)) return value_text(result);
    Buf out;
    buf_init(&out, t->arena);
    buf_addz(&out, "error: ");
    for (size_t i = 0; i < t->sink.count; i++) {
        if (i) buf_addz(&out, "; ");
        buf_add(&out, t->sink.items[i].message);
    }
    return buf_str(&out);
}

static void add_place(Buf *out, const SourceTable *sources, Span span)
{
    SourcePosition at = source_position(sources, span.source, span.start);
    buf_addf(out, "%.*s:%u:%u", STR_ARG(source_path(sources, span.source)), at.line, at.column);
}

static void add_caret(Buf *out, const SourceTable *sources, Span span)
{
    SourcePosition at = source_position(sources, span.source, span.start);
    buf_addf(out, "  %.*s\n  ", STR_ARG(at.line_text));
    for (uint32_t i = 1; i < at.column; i++) buf_addc(out, ' ');
    size_t left = at.line_text.len - (span.start - at.line_start);
    size_t width = span.end > span.start ? span.end - span.start : 1;
    if (width > left) width = left ? left : 1;
    for (size_t i = 0; i < width; i++) buf_addc(out, '^');
    buf_addc(out, '\n');
}

Str tpl_report(Tpl *t)
{
    Buf out;
    buf_init(&out, t->arena);
    for (size_t i = 0; i < t->sink.count; i++) {
        const Diag *diag = &t->sink.items[i];
        add_place(&out, t->sources, diag->span);
        buf_addf(&out, ": %s: %.*s\n", diag_code_word(diag->code), STR_ARG(diag->message));
        add_caret(&out, t->sources, diag->span);
        for (size_t k = 0; k < diag->note_count; k++) {
            buf_addz(&out, "note: ");
            if (diag->notes[k].span.source) {
                add_place(&out, t->sources, diag->notes[k].span);
                buf_addz(&out, ": ");
            }
            buf_addf(&out, "%.*s\n", STR_ARG(diag->notes[k].message));
        }
        if (diag->hint.len) buf_addf(&out, "hint: %.*s\n", STR_ARG(diag->hint));
    }
    return buf_str(&out);
}

Str tpl_to_angle(Arena *arena, Str curly)
{
    Buf out;
    buf_init(&out, arena);
    char quote = 0, closing = 0; /* inside a string of a tag; the second-to-last character of the mark that ends it */
    unsigned depth = 0;
    for (size_t i = 0; i < curly.len; i++) {
        char c = curly.ptr[i], next = i + 1 < curly.len ? curly.ptr[i + 1] : 0;
        if (quote) {
            buf_addc(&out, c);
            if (c == '\\' && next)
                buf_addc(&out, curly.ptr[++i]);
            else if (c == quote)
                quote = 0;
        } else if (!closing) {
            if (c == '{' && (next == '{' || next == '%' || next == '#')) {
                closing = next == '{' ? '}' : next;
                depth = 0;
                buf_addc(&out, '<');
                buf_addc(&out, next == '{' ? '<' : next);
                i++;
            } else {
                if (c == '<' && (next == '<' || next == '%' || next == '#')) buf_addc(&out, '\\');
                buf_addc(&out, c);
                if (c == '<' && next == '<') buf_addc(&out, curly.ptr[++i]);
            }
        } else if (c == closing && next == '}' && (closing != '}' || !depth)) {
            buf_addc(&out, closing == '}' ? '>' : closing);
            buf_addc(&out, '>');
            closing = 0;
            i++;
        } else {
            if (closing != '#' && (c == '\'' || c == '"')) quote = c;
            if (closing != '#' && c == '{') depth++;
            if (closing != '#' && c == '}') depth--;
            buf_addc(&out, c);
        }
    }
    return buf_str(&out);
}
