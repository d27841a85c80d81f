/* Calls: evaluating arguments, what can be called, and reading arguments in native functions. */
#include "template/eval.h"

#include "base/edit.h"
#include "base/vec.h"

#include <string.h>

/* ---- the caller's side ---- */

/* *args and **kwargs: how many there are is known only now. */
static bool spread_arguments(TplEval *e, Frame *f, const Arguments *nodes, Args *args)
{
    VEC(Value) list = {0}, named = {0};
    VEC(Str) names = {0};
    for (size_t i = 0; i < args->arg_count; i++) vec_push(e->arena, &list, args->args[i]);
    for (size_t i = 0; i < args->named_count; i++) {
        vec_push(e->arena, &named, args->named[i]);
        vec_push(e->arena, &names, args->names[i]);
    }
    Value v;
    if (nodes->star) {
        if (!eval(e, f, nodes->star, &v)) return false;
        TplCall call = eval_at(e, node_span(f, nodes->star));
        Value items;
        if (!value_iterate(&call, v, &items)) return false;
        for (uint32_t i = 0; i < items.u.list->n; i++) vec_push(e->arena, &list, items.u.list->at[i]);
    }
    if (nodes->star_star) {
        if (!eval(e, f, nodes->star_star, &v)) return false;
        Span span = node_span(f, nodes->star_star);
        if (v.kind == V_UNDEFINED) return eval_undefined(e, v, span);
        if (v.kind != V_DICT)
            return tpl_fail_at(e, span, DIAG_template_type, "a dict is needed behind '**', and this is of type %s",
                               value_type_name(v));
        for (uint32_t i = 0; i < v.u.dict->used; i++) {
            const DictEntry *entry = &v.u.dict->entries[i];
            if (entry->key.kind == V_UNDEFINED) continue;
            if (entry->key.kind != V_STR)
                return tpl_fail_at(e, span, DIAG_template_type, "the names of arguments must be strings");
            Str name = value_text(entry->key);
            for (size_t k = 0; k < names.n; k++)
                if (str_eq(names.at[k], name))
                    return tpl_fail_at(e, span, DIAG_template_call, "the argument '%.*s' is given twice",
                                       STR_ARG(name));
            vec_push(e->arena, &names, name);
            vec_push(e->arena, &named, entry->value);
        }
    }
    *args = (Args){list.at, list.n, names.at, named.at, named.n};
    return true;
}

bool eval_arguments(TplEval *e, Frame *f, const Arguments *nodes, ArgsRoom *room, Args *args)
{
    Value *values = room->args, *named = room->named;
    if (nodes->arg_count > ARGS_INLINE) values = arena_alloc(e->arena, nodes->arg_count * sizeof *values);
    if (nodes->named_count > ARGS_INLINE) named = arena_alloc(e->arena, nodes->named_count * sizeof *named);
    for (uint32_t i = 0; i < nodes->arg_count; i++)
        if (!eval(e, f, nodes->args[i], &values[i])) return false;
    for (uint32_t i = 0; i < nodes->named_count; i++)
        if (!eval(e, f, nodes->named[i], &named[i])) return false;
    *args = (Args){values, nodes->arg_count, nodes->names, named, nodes->named_count};
    if (nodes->star || nodes->star_star) return spread_arguments(e, f, nodes, args);
    return true;
}

bool eval_call_value(TplEval *e, Value callee, Span span, const Args *args, bool emit, Value *out)
{
    if (callee.kind == V_MACRO) return eval_macro(e, callee.u.macro, span, args, emit, out);
    if (callee.kind == V_UNDEFINED) {
        if (!(callee.flags & VALUE_LENIENT)) return eval_undefined(e, callee, span);
        *out = callee;
        return true;
    }
    if (!eval_step(e, span)) return false;
    TplCall call = {.eval = e,
                    .arena = e->arena,
                    .args = args->args,
                    .arg_count = args->arg_count,
                    .names = args->names,
                    .named = args->named,
                    .named_count = args->named_count,
                    .span = span};
    *out = VALUE_NONE;
    if (callee.kind == V_FUNC) {
        call.func = callee.u.func;
        if (!callee.u.func->call(&call, out) || (out->kind == V_STR && !tpl_may_make(&call, out->len))) return false;
        /* What a method of a text gives is mostly a part of it. */
        if (callee.u.func->self.kind == V_STR) *out = srcmap_follow(e->arena, callee.u.func->self, *out);
        return true;
    }
    if (callee.kind == V_OBJECT && callee.u.object->class->call)
        return callee.u.object->class->call(&call, callee.u.object, out);
    return tpl_fail_at(e, span, DIAG_template_type, "a value of type %s cannot be called", value_type_name(callee));
}

bool eval_call(TplEval *e, Frame *f, const CallNode *node, const Value *caller, bool emit, Value *out)
{
    Value callee;
    if (!eval(e, f, node->callee, &callee)) return false;
    if (callee.kind == V_UNDEFINED && !(callee.flags & VALUE_LENIENT))
        return eval_undefined_callee(e, f, callee, node->callee);
    ArgsRoom room;
    Args args;
    if (!eval_arguments(e, f, &node->args, &room, &args)) return false;
    if (caller) {
        Value *named = arena_alloc(e->arena, (args.named_count + 1) * sizeof *named);
        Str *names = arena_alloc(e->arena, (args.named_count + 1) * sizeof *names);
        if (args.named_count) {
            memcpy(named, args.named, args.named_count * sizeof *named);
            memcpy(names, args.names, args.named_count * sizeof *names);
        }
        named[args.named_count] = *caller;
        names[args.named_count] = STR("caller");
        args.named = named;
        args.names = names;
        args.named_count++;
    }
    return eval_call_value(e, callee, node_span(f, &node->n), &args, emit, out);
}

/* ---- from C ---- */

bool tpl_call(TplEval *e, Value callee, Span place, const Value *args, size_t arg_count, const Str *names,
              const Value *named, size_t named_count, Value *result)
{
    bool first;
    eval_run_enter(e, &first);
    Args all = {args, arg_count, names, named, named_count};
    bool ok = eval_call_value(e, callee, place, &all, false, result);
    eval_run_leave(e, first);
    return ok;
}

bool tpl_get_attr(TplEval *e, Value v, Str name, Span place, Value *result)
{
    bool first;
    eval_run_enter(e, &first);
    bool ok = eval_attribute(e, v, name, str_hash(name), true, place, result);
    eval_run_leave(e, first);
    return ok;
}

bool tpl_get_item(TplEval *e, Value v, Value key, Span place, Value *result)
{
    bool first;
    eval_run_enter(e, &first);
    bool ok = eval_item(e, v, key, place, result);
    eval_run_leave(e, first);
    return ok;
}

bool tpl_iterate(TplEval *e, Value v, Span place, Value *list)
{
    bool first;
    eval_run_enter(e, &first);
    TplCall call = eval_at(e, place);
    bool ok = value_iterate(&call, v, list);
    eval_run_leave(e, first);
    return ok;
}

/* ---- the callee's side ---- */

enum { PARAMS_MAX = 32 };

typedef struct Signature {
    Str names[PARAMS_MAX];
    bool optional[PARAMS_MAX];
    size_t count;
    size_t positional; /* only so many may be given without a name: those before a `*` */
    bool any_args, any_named; /* ends in *args, **kwargs: more are allowed, read them from the call */
} Signature;

/* "a, b=?, *, c=?": `*` alone ends what may be given by position; "*args" and "**kwargs" allow any others. */
static void read_signature(const char *text, Signature *sig)
{
    *sig = (Signature){.positional = PARAMS_MAX};
    Str rest = str_from(text), piece;
    while (str_split_next(&rest, ',', &piece)) {
        piece = str_trim(piece);
        if (!piece.len) continue;
        if (str_starts(piece, STR("**"))) {
            sig->any_named = true;
        } else if (piece.ptr[0] == '*') {
            if (piece.len > 1) sig->any_args = true;
            if (sig->positional == PARAMS_MAX) sig->positional = sig->count;
        } else if (sig->count < PARAMS_MAX) {
            size_t equals = str_find_char(piece, '=', 0);
            sig->optional[sig->count] = equals != STR_NPOS;
            sig->names[sig->count++] = equals == STR_NPOS ? piece : str_trim(str_slice(piece, 0, equals));
        }
    }
    if (sig->positional > sig->count) sig->positional = sig->count;
}

static const char *callee_name(const TplCall *call)
{
    if (call->func && call->func->name) return call->func->name;
    return call->name ? call->name : "this call";
}

static bool unknown_argument(TplCall *call, const Signature *sig, Str name)
{
    Str best;
    tpl_fail(call, DIAG_template_call, "%s() got an unexpected keyword argument '%.*s'", callee_name(call),
             STR_ARG(name));
    if (nearest(name, sig->names, sig->count, &best))
        diag_hint(call->eval->sink, "did you mean '%.*s'?", STR_ARG(best));
    return false;
}

bool tpl_args(TplCall *call, const char *signature, Value *out)
{
    Signature sig;
    read_signature(signature, &sig);
    const Value missing = {.kind = V_UNDEFINED};
    for (size_t i = 0; i < sig.count; i++) out[i] = missing;
    bool given[PARAMS_MAX] = {false};
    for (size_t i = 0; i < call->arg_count; i++) {
        if (i >= sig.positional) {
            if (sig.any_args) break;
            return tpl_fail(call, DIAG_template_call, "%s() takes %s%zu positional argument%s but %zu %s given",
                            callee_name(call), sig.positional && sig.optional[0] ? "at most " : "", sig.positional,
                            sig.positional == 1 ? "" : "s", call->arg_count, call->arg_count == 1 ? "was" : "were");
        }
        out[i] = call->args[i];
        given[i] = true;
    }
    for (size_t k = 0; k < call->named_count; k++) {
        size_t i = 0;
        while (i < sig.count && !str_eq(sig.names[i], call->names[k])) i++;
        if (i == sig.count) {
            if (sig.any_named) continue;
            return unknown_argument(call, &sig, call->names[k]);
        }
        if (given[i])
            return tpl_fail(call, DIAG_template_call, "%s() got multiple values for argument '%.*s'", callee_name(call),
                            STR_ARG(sig.names[i]));
        out[i] = call->named[k];
        given[i] = true;
    }
    for (size_t i = 0; i < sig.count; i++)
        if (!given[i] && !sig.optional[i])
            return tpl_fail(call, DIAG_template_call, "%s() missing 1 required argument: '%.*s'", callee_name(call),
                            STR_ARG(sig.names[i]));
    return true;
}

bool tpl_arg_given(Value v)
{
    return v.kind != V_UNDEFINED || v.u.str != NULL;
}

bool tpl_return(TplCall *call, Value v)
{
    TplEval *e = call->eval;
    bool in_macro = false;
    for (const SrcChain *c = e->frame ? e->frame->chain : NULL; c; c = c->outer) in_macro = true;
    if (!in_macro) {
        tpl_fail(call, DIAG_template_call, "return() ends a macro, and no macro is running here");
        diag_hint(e->sink, "move the code into a macro, or print the value instead");
        return false;
    }
    e->returning = true;
    e->returned = v;
    return false;
}
