/* Run-time errors: where they happened, and by which calls the run came there. */
#include "template/eval.h"

#include "base/edit.h"
#include "template/library.h"

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

static void note_call(DiagSink *sink, size_t i, size_t count, Span call, Str name)
{
    bool cut = count > CHAIN_INNER + CHAIN_OUTER + 1;
    if (!cut || i < CHAIN_INNER || i + CHAIN_OUTER >= count)
        diag_note(sink, call, "in '%.*s', called here", STR_ARG(name));
    else if (i == CHAIN_INNER)
        diag_note(sink, SPAN_NONE, "and %zu calls between", count - CHAIN_INNER - CHAIN_OUTER);
}

void tpl_note_chain(DiagSink *sink, const DiagNote *chain, size_t count)
{
    for (size_t i = 0; i < count; i++) note_call(sink, i, count, chain[i].span, chain[i].message);
}

static void note_chain(TplEval *e)
{
    size_t count = 0, i = 0;
    for (const SrcChain *c = e->frame ? e->frame->chain : NULL; c; c = c->outer) count++;
    for (const SrcChain *c = e->frame ? e->frame->chain : NULL; c; c = c->outer)
        note_call(e->sink, i++, count, c->call, c->name);
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

/* x.uper() names the method that was meant, target.nam the key. The owner is evaluated once more, so only where that does
 * nothing. */
static bool is_path(const Node *node)
{
    switch ((NodeKind)node->kind) {
    case N_CONST:
    case N_LOCAL:
    case N_OUTER:
    case N_GLOBAL: return true;
    case N_ATTRIBUTE: return is_path(((const AttributeNode *)node)->object);
    case N_ITEM: return is_path(((const ItemNode *)node)->object) && is_path(((const ItemNode *)node)->key);
    default: return false;
    }
}

/* What cannot be called for it is not there: a macro that nobody wrote, a package that is not installed. */
static void explain_global(TplEval *e, const Node *node, bool owner)
{
    if (node->kind != N_GLOBAL || !e->host.explain || e->sink->items[e->sink->count - 1].hint.len) return;
    Str hint = e->host.explain(e->host.data, e, ((const NameNode *)node)->name, owner);
    if (hint.len) diag_hint(e->sink, "%.*s", STR_ARG(hint));
}

bool eval_undefined_callee(TplEval *e, Frame *f, Value v, const Node *callee)
{
    eval_undefined_node(e, f, v, callee);
    explain_global(e, callee, false);
    return false;
}

bool eval_undefined_owner(TplEval *e, Frame *f, Value v, const Node *owner)
{
    eval_undefined_node(e, f, v, owner);
    explain_global(e, owner, true);
    return false;
}

bool eval_undefined_node(TplEval *e, Frame *f, Value v, const Node *node)
{
    Span span = node_span(f, node);
    eval_undefined(e, v, span);
    if (!(v.flags & VALUE_MISSING_PART) || !is_path(node)) return false;
    bool attribute = node->kind == N_ATTRIBUTE;
    if (!attribute && node->kind != N_ITEM) return false;
    Value object;
    if (eval(e, f, attribute ? ((const AttributeNode *)node)->object : ((const ItemNode *)node)->object, &object) &&
        object.kind != V_UNDEFINED) {
        TplCall call = eval_at(e, span);
        value_part_hint(&call, object, value_text(v));
    }
    return false;
}
