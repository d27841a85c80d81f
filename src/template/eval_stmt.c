/* Statements and assignments. */
#include "template/eval.h"

#include <string.h>

void eval_enter_scope(Frame *f, const ScopeInfo *scope)
{
    for (uint32_t i = 0; i < scope->count; i++) {
        const ScopeStart *start = &scope->starts[i];
        Value *slot = &f->slots[start->slot];
        slot->kind = V_EMPTY;
        if (!start->copies) continue;
        const Frame *at = f;
        for (unsigned up = 0; at && up < start->up; up++) at = at->outer;
        if (at) *slot = at->slots[start->outer_slot];
    }
}

static bool unpack(TplEval *e, Frame *f, const ListNode *target, Value v)
{
    TplCall call = eval_at(e, node_span(f, &target->n));
    if (v.kind == V_UNDEFINED) return eval_undefined(e, v, call.span);
    Value items;
    if (!value_iterate(&call, v, &items)) return false;
    uint32_t have = items.u.list->n;
    if (have != target->count)
        return tpl_fail_at(e, call.span, DIAG_template_value, "%u name%s cannot take %u value%s", target->count,
                           target->count == 1 ? "" : "s", have, have == 1 ? "" : "s");
    for (uint32_t i = 0; i < have; i++)
        if (!eval_assign(e, f, target->items[i], items.u.list->at[i])) return false;
    return true;
}

static bool assign_attribute(TplEval *e, Frame *f, const AttributeNode *target, Value v)
{
    Value object;
    if (!eval(e, f, target->object, &object)) return false;
    Span span = node_span(f, &target->n);
    if (object.kind == V_UNDEFINED) return eval_undefined(e, object, span);
    if (object.kind != V_OBJECT || !object.u.object->class->set_attr) {
        tpl_fail_at(e, span, DIAG_template_type,
                    "attributes can be assigned to a namespace only, and this is of type %s", value_type_name(object));
        if (object.kind == V_DICT)
            diag_hint(e->sink, "change a dict by its method: do %.*s.update({'%.*s': ..})",
                      STR_ARG(((const NameNode *)target->object)->name), STR_ARG(target->name));
        else
            diag_hint(e->sink, "make one with 'set ns = namespace(..)'");
        return false;
    }
    TplCall call = eval_at(e, span);
    return object.u.object->class->set_attr(&call, object.u.object, target->name, v);
}

bool eval_assign_parts(TplEval *e, Frame *f, const Node *target, Value v)
{
    if (target->kind == N_TUPLE) return unpack(e, f, (const ListNode *)target, v);
    return assign_attribute(e, f, (const AttributeNode *)target, v);
}

WALKER static bool exec_output(TplEval *e, Frame *f, const OutputNode *n)
{
    Value v;
    if (n->value->kind == N_CALL && !e->native) {
        /* A macro writes right behind the text so far. */
        if (!eval_call(e, f, (const CallNode *)n->value, NULL, true, &v)) return false;
        return v.kind == V_EMPTY || eval_emit(e, f, &n->n, v);
    }
    if (!eval(e, f, n->value, &v)) return false;
    if (e->native) eval_native_output(e, n, v);
    return eval_emit(e, f, &n->n, v);
}

/* set x .. endset, and filter blocks. */
APART static Exec exec_captured(TplEval *e, Frame *f, const SetBlockNode *n)
{
    eval_enter_scope(f, &n->scope);
    Capture capture = capture_begin(e);
    Exec result = eval_body(e, f, n->body);
    if (result != EXEC_OK) {
        capture_drop(e, capture);
        return result;
    }
    Value text = capture_end(e, capture);
    if (n->filter) {
        e->block_text = text;
        if (!eval(e, f, n->filter, &text)) return EXEC_FAIL;
    }
    if (n->target) return eval_assign(e, f, n->target, text) ? EXEC_OK : EXEC_FAIL;
    return eval_emit(e, f, &n->n, text) ? EXEC_OK : EXEC_FAIL;
}

APART static Exec exec_with(TplEval *e, Frame *f, const WithNode *n)
{
    eval_enter_scope(f, &n->scope);
    for (uint32_t i = 0; i < n->count; i++) {
        Value v;
        if (!eval(e, f, n->values[i], &v) || !eval_assign(e, f, n->targets[i], v)) return EXEC_FAIL;
    }
    return eval_body(e, f, n->body);
}

APART static Exec exec_call_block(TplEval *e, Frame *f, const CallBlockNode *n)
{
    MacroValue *body = ARENA_NEW(e->arena, MacroValue);
    *body = (MacroValue){.fn = n->fn, .outer = f};
    Value caller = {.kind = V_MACRO, .u.macro = body}, result;
    if (!eval_call(e, f, n->call, &caller, true, &result)) return EXEC_FAIL;
    if (result.kind == V_EMPTY) return EXEC_OK;
    if (result.kind != V_STR) {
        tpl_fail_at(e, node_span(f, &n->call->n), DIAG_template_type,
                    "a call block needs text, and this call gave a value of type %s", value_type_name(result));
        return EXEC_FAIL;
    }
    return eval_emit(e, f, &n->n, result) ? EXEC_OK : EXEC_FAIL;
}

APART static void exec_macro(TplEval *e, Frame *f, const MacroNode *n)
{
    if (!n->target) return; /* a block of the host, which takes it from the unit */
    MacroValue *macro = ARENA_NEW(e->arena, MacroValue);
    *macro = (MacroValue){.fn = &n->macro->fn, .macro = n->macro, .outer = f};
    f->slots[n->target->slot] = (Value){.kind = V_MACRO, .u.macro = macro};
}

WALKER static Exec exec_if(TplEval *e, Frame *f, const IfNode *n)
{
    for (uint32_t i = 0; i < n->count; i++) {
        if (n->branches[i].test) {
            Value test;
            if (!eval(e, f, n->branches[i].test, &test)) return EXEC_FAIL;
            if (!eval_truthy(test)) continue;
        }
        return eval_body(e, f, n->branches[i].body);
    }
    return EXEC_OK;
}

WALKER static Exec exec_one(TplEval *e, Frame *f, const Node *node)
{
    switch ((NodeKind)node->kind) {
    case N_IF: return exec_if(e, f, (const IfNode *)node);
    case N_FOR: return eval_for(e, f, (const ForNode *)node);
    case N_SET: {
        const SetNode *n = (const SetNode *)node;
        Value v;
        return eval(e, f, n->value, &v) && eval_assign(e, f, n->target, v) ? EXEC_OK : EXEC_FAIL;
    }
    case N_SET_BLOCK:
    case N_FILTER_BLOCK: return exec_captured(e, f, (const SetBlockNode *)node);
    case N_DO: {
        Value v;
        return eval(e, f, ((const DoNode *)node)->value, &v) ? EXEC_OK : EXEC_FAIL;
    }
    case N_WITH: return exec_with(e, f, (const WithNode *)node);
    case N_MACRO: exec_macro(e, f, (const MacroNode *)node); return EXEC_OK;
    case N_CALL_BLOCK: return exec_call_block(e, f, (const CallBlockNode *)node);
    case N_BREAK: return EXEC_BREAK;
    case N_CONTINUE: return EXEC_CONTINUE;
    default: tpl_fail_at(e, node_span(f, node), DIAG_template_syntax, "this is no statement"); return EXEC_FAIL;
    }
}

WALKER Exec eval_body(TplEval *e, Frame *f, Body body)
{
    for (uint32_t i = 0; i < body.n; i++) {
        const Node *node = body.at[i];
        if (node->kind == N_TEXT) {
            const TextNode *n = (const TextNode *)node;
            if (e->native) eval_native_text(e, n->text);
            if (!eval_emit_text(e, f, node, n->text, !node->op)) return EXEC_FAIL;
        } else if (node->kind == N_OUTPUT) {
            if (!exec_output(e, f, (const OutputNode *)node)) return EXEC_FAIL;
        } else {
            Exec result = exec_one(e, f, node);
            if (result != EXEC_OK) return result;
        }
    }
    return EXEC_OK;
}
