/* Macros: binding arguments to parameters as Jinja2 does, running the body, and macros as values. */
#include "template/eval.h"

#include "base/edit.h"

#include <string.h>

Value tpl_macro_value(Arena *arena, const TplMacro *macro, void *owner)
{
    MacroValue *value = ARENA_NEW(arena, MacroValue);
    *value = (MacroValue){.fn = &macro->fn, .macro = macro, .owner = owner};
    return (Value){.kind = V_MACRO, .u.macro = value};
}

const TplMacro *value_macro(Value v)
{
    return v.kind == V_MACRO ? v.u.macro->macro : NULL;
}

void *value_macro_owner(Value v)
{
    return v.kind == V_MACRO ? v.u.macro->owner : NULL;
}

bool eval_macro_attribute(TplEval *e, const MacroValue *macro, Str name, Value *out)
{
    const Function *fn = macro->fn;
    if (str_eq(name, STR("name"))) {
        *out = macro->macro ? value_str(fn->name) : VALUE_NONE;
    } else if (str_eq(name, STR("arguments"))) {
        Value names = value_list(e->arena);
        for (uint32_t i = 0; i < fn->param_count; i++) list_push(names.u.list, value_str(fn->params[i]->name));
        *out = value_tuple(e->arena, names.u.list->at, names.u.list->n);
    } else if (str_eq(name, STR("catch_kwargs"))) {
        *out = value_bool(fn->kwargs_slot >= 0);
    } else if (str_eq(name, STR("catch_varargs"))) {
        *out = value_bool(fn->varargs_slot >= 0);
    } else if (str_eq(name, STR("caller"))) {
        *out = value_bool(fn->caller_slot >= 0 || fn->explicit_caller);
    } else {
        return false;
    }
    return true;
}

static void note_definition(TplEval *e, const MacroValue *macro)
{
    if (macro->macro) diag_note(e->sink, macro->macro->span, "'%.*s' is defined here", STR_ARG(macro->fn->name));
}

static bool too_many(TplEval *e, const MacroValue *macro, Span span, const Args *args)
{
    const Function *fn = macro->fn;
    tpl_fail_at(e, span, DIAG_template_call, "macro '%.*s' takes not more than %u argument%s, %zu given",
                STR_ARG(fn->name), fn->param_count, fn->param_count == 1 ? "" : "s", args->arg_count);
    note_definition(e, macro);
    return false;
}

static bool unknown_name(TplEval *e, const MacroValue *macro, Span span, Str name, bool twice)
{
    const Function *fn = macro->fn;
    if (twice) {
        tpl_fail_at(e, span, DIAG_template_call, "macro '%.*s' is given '%.*s' twice, by position and by name",
                    STR_ARG(fn->name), STR_ARG(name));
    } else if (str_eq(name, STR("caller"))) {
        tpl_fail_at(e, span, DIAG_template_call, "macro '%.*s' cannot be used with a call block", STR_ARG(fn->name));
        diag_hint(e->sink, "a macro that can has 'caller()' in its body");
    } else {
        tpl_fail_at(e, span, DIAG_template_call, "macro '%.*s' takes no keyword argument '%.*s'", STR_ARG(fn->name),
                    STR_ARG(name));
        Str *params = ARENA_ARRAY(e->sink->arena, Str, fn->param_count + 1), best;
        for (uint32_t i = 0; i < fn->param_count; i++) params[i] = fn->params[i]->name;
        if (nearest(name, params, fn->param_count, &best)) diag_hint(e->sink, "did you mean '%.*s'?", STR_ARG(best));
    }
    note_definition(e, macro);
    return false;
}

/* Jinja2's rules: parameters without a value are undefined, not an error; what is left over goes to varargs and kwargs if
 * the body mentions them. Defaults are evaluated here, in the macro's own scope. */
static bool bind_arguments(TplEval *e, Frame *f, const MacroValue *macro, Span span, const Args *args)
{
    const Function *fn = macro->fn;
    uint32_t params = fn->param_count;
    size_t positional = args->arg_count < params ? args->arg_count : params;
    for (size_t i = 0; i < positional; i++) f->slots[fn->params[i]->slot] = args->args[i];
    Value extra = {.kind = V_EMPTY};
    if (fn->kwargs_slot >= 0) extra = value_dict(e->arena);
    for (size_t k = 0; k < args->named_count; k++) {
        Str name = args->names[k];
        uint32_t i = 0;
        while (i < params && !str_eq(fn->params[i]->name, name)) i++;
        if (i < params && i >= positional)
            f->slots[fn->params[i]->slot] = args->named[k];
        else if (i == params && fn->caller_slot >= 0 && str_eq(name, STR("caller")))
            f->slots[fn->caller_slot] = args->named[k];
        else if (extra.kind == V_DICT)
            dict_set_str(extra.u.dict, name, args->named[k]);
        else
            return unknown_name(e, macro, span, name, i < params);
    }
    if (fn->kwargs_slot >= 0) f->slots[fn->kwargs_slot] = extra;
    if (fn->varargs_slot >= 0)
        f->slots[fn->varargs_slot] = value_tuple(e->arena, args->args + positional, args->arg_count - positional);
    else if (args->arg_count > params)
        return too_many(e, macro, span, args);
    if (fn->caller_slot >= 0 && f->slots[fn->caller_slot].kind == V_EMPTY)
        f->slots[fn->caller_slot] = value_undefined(STR("caller"));
    return true;
}

static bool bind_defaults(TplEval *e, Frame *f, const Function *fn)
{
    for (uint32_t i = 0; i < fn->param_count; i++) {
        Value *slot = &f->slots[fn->params[i]->slot];
        if (slot->kind != V_EMPTY) continue;
        Value v = value_undefined(fn->params[i]->name);
        if (fn->defaults[i] && !eval(e, f, fn->defaults[i], &v)) return false;
        *slot = v;
    }
    return true;
}

bool eval_macro(TplEval *e, const MacroValue *macro, Span span, const Args *args, bool emit, Value *out)
{
    const Function *fn = macro->fn;
    if (!eval_step(e, span) || !eval_deeper(e, span)) return false;
    bool of_host = macro->owner && !fn->is_caller;
    if (of_host && e->host_macros++ == 0 && e->host.called) e->host.called(e->host.data, e, macro->owner);
    SrcChain *chain = arena_alloc(e->arena, sizeof *chain);
    *chain = (SrcChain){e->frame ? e->frame->chain : NULL, span, fn->name};
    Frame local = {.outer = macro->outer, .fn = fn, .chain = chain};
    if (macro->outer) local.lenient = macro->outer->lenient; /* defined in a text that is rendered so */
    Frame *f = &local;
    size_t count = fn->slot_count;
    if (fn->has_inner) {
        f = arena_copy(e->arena, &local, sizeof local);
        f->slots = arena_alloc(e->arena, (count + 1) * sizeof(Value));
        for (size_t i = 0; i < count; i++) f->slots[i].kind = V_EMPTY;
    } else {
        f->slots = eval_slots_push(e, count);
    }
    if (fn->scope.count) eval_enter_scope(f, &fn->scope);
    Frame *before = e->frame;
    Capture capture = capture_begin(e);
    /* Wrong arguments are the caller's mistake and reported there. */
    bool ok = bind_arguments(e, f, macro, span, args);
    e->frame = f;
    ok = ok && bind_defaults(e, f, fn);
    bool text = ok && eval_body(e, f, fn->body) != EXEC_FAIL;
    ok = text;
    if (!text && e->returning && !fn->is_caller) {
        /* return() ends the macro with a value; the text so far is forgotten. */
        e->returning = false;
        *out = e->returned;
        ok = true;
    }
    if (!text) {
        capture_drop(e, capture);
    } else if (emit) {
        e->native = capture.native;
        out->kind = V_EMPTY;
    } else {
        *out = capture_end(e, capture);
    }
    e->frame = before;
    if (!fn->has_inner) eval_slots_pop(e, f->slots, count);
    if (of_host) e->host_macros--;
    e->depth--;
    return ok;
}
