/* Run-time errors: where they happened, and by which calls the run came there. */
#include "template/eval.h"

#include "base/edit.h"

#include <stdio.h>
#include <string.h>

size_t tpl_call_chain(TplEval *e, DiagNote *notes, size_t room)
{
    size_t count = 0;
    for (const SrcChain *c = e->frame ? e->frame->chain : NULL; c; c = c->outer) {
        if (count < room) notes[count] = (DiagNote){c->call, c->name};
        count++;
    }
    return count < room ? count : room;
}

/* Of a long chain the ends say most. */
enum { CHAIN_INNER = 8, CHAIN_OUTER = 4 };

static void note_chain(TplEval *e)
{
    size_t count = 0, i = 0;
    for (const SrcChain *c = e->frame ? e->frame->chain : NULL; c; c = c->outer) count++;
    for (const SrcChain *c = e->frame ? e->frame->chain : NULL; c; c = c->outer, i++) {
        if (count > CHAIN_INNER + CHAIN_OUTER + 1 && i >= CHAIN_INNER && i + CHAIN_OUTER < count) {
            if (i == CHAIN_INNER)
                diag_note(e->sink, SPAN_NONE, "and %zu calls between", count - CHAIN_INNER - CHAIN_OUTER);
            continue;
        }
        diag_note(e->sink, c->call, "in '%.*s', called here", STR_ARG(c->name));
    }
}

static void report(TplEval *e, Span span, DiagCode code, const char *format, va_list args)
    __attribute__((format(printf, 4, 0)));

static void report(TplEval *e, Span span, DiagCode code, const char *format, va_list args)
{
    Str message = str_vfmt(e->sink->arena, format, args);
    diag_add(e->sink, code, span, "%.*s", STR_ARG(message));
    note_chain(e);
}

bool tpl_fail_at(TplEval *e, Span span, DiagCode code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report(e, span, code, format, args);
    va_end(args);
    return false;
}

bool tpl_fail(TplCall *call, DiagCode code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report(call->eval, call->span, code, format, args);
    va_end(args);
    return false;
}

/* ---- undefined values ---- */

static void suggest_name(TplEval *e, Str name)
{
    Str best;
    for (const Frame *f = e->frame; f; f = f->outer)
        if (nearest(name, f->fn->names, f->fn->name_count, &best)) {
            diag_hint(e->sink, "did you mean '%.*s'?", STR_ARG(best));
            return;
        }
    if (e->host.suggest) {
        best = e->host.suggest(e->host.data, e, name);
        if (best.len) {
            diag_hint(e->sink, "did you mean '%.*s'?", STR_ARG(best));
            return;
        }
    }
    size_t count;
    const char *const *globals = tpl_global_names(&count);
    Str *names = ARENA_ARRAY(e->sink->arena, Str, count ? count : 1);
    for (size_t i = 0; i < count; i++) names[i] = str_from(globals[i]);
    if (nearest(name, names, count, &best)) diag_hint(e->sink, "did you mean '%.*s'?", STR_ARG(best));
}

/* `text`: what the person wrote for the undefined value, or empty. */
static bool report_undefined(TplEval *e, Value v, Span span, Str text)
{
    Str name = value_text(v);
    if (v.flags & VALUE_NO_ELSE) {
        tpl_fail_at(e, span, DIAG_template_undefined,
                    "this is undefined: it is an 'if' without 'else' that does not apply");
        diag_hint(e->sink, "write what it is otherwise behind 'else'");
        return false;
    }
    if (!name.len)
        return tpl_fail_at(e, span, DIAG_template_undefined, "a value is needed here, and this is undefined");
    if (!text.len || str_eq(text, name)) {
        tpl_fail_at(e, span, DIAG_template_undefined, "'%.*s' is undefined", STR_ARG(name));
        if (str_eq(name, STR("caller")) && e->frame && e->frame->fn->is_caller)
            diag_hint(e->sink,
                      "inside a call block 'caller' is the block's own; keep the macro's in a variable before it:"
                      " set outer = caller");
        else if (str_eq(name, STR("caller")))
            diag_hint(e->sink, "the macro is meant to be used with a call block");
        else if (!(v.flags & VALUE_MISSING_PART))
            suggest_name(e, name);
        return false;
    }
    if ((v.flags & VALUE_MISSING_PART) && str_find(text, name, 0) != STR_NPOS)
        return tpl_fail_at(e, span, DIAG_template_undefined, "'%.*s' is undefined", STR_ARG(text));
    return tpl_fail_at(e, span, DIAG_template_undefined, "'%.*s' is undefined, because '%.*s' was undefined",
                       STR_ARG(text), STR_ARG(name));
}

bool value_undefined_error(TplCall *call, Value v)
{
    return report_undefined(call->eval, v, call->span, STR_EMPTY);
}

/* `span` is the undefined expression itself; a short one can be named. */
bool eval_undefined(TplEval *e, Value v, Span span)
{
    Str text = span.source ? str_slice(source_text(e->sources, span.source), span.start, span.end) : STR_EMPTY;
    if (text.len > 60 || str_find_char(text, '\n', 0) != STR_NPOS) text = STR_EMPTY;
    return report_undefined(e, v, span, text);
}
