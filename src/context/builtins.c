/* Functions of the context that act: return, log, print, render, and those that are refused. */
#include "context/internal.h"

bool native_return(TplCall *call, Value *result)
{
    Value args[1];
    (void)result;
    if (!tpl_args(call, "data", args)) return false;
    return tpl_return(call, args[0]);
}

void send_message(Context *ctx, Str text, ContextMessage kind)
{
    if (ctx->has_run && ctx->run.message) ctx->run.message(ctx->run.message_data, ctx->node, text, kind);
}

bool native_log(TplCall *call, Value *result)
{
    Value args[2];
    if (!tpl_args(call, "msg, info=?", args)) return false;
    Str text = args[0].kind == V_UNDEFINED ? STR_EMPTY : value_to_str(call->arena, args[0]);
    send_message(call_context(call), text,
                 tpl_arg_given(args[1]) && value_truthy(args[1]) ? MESSAGE_INFO : MESSAGE_LOG);
    *result = value_str(STR_EMPTY);
    return true;
}

/* A flag of the command that is on unless it was switched off. */
bool flag_is_off(const Context *ctx, const char *name)
{
    if (!ctx->has_run || ctx->run.flags.kind != V_DICT) return false;
    Value flag = dict_get_str(ctx->run.flags.u.dict, str_from(name));
    return flag.kind == V_BOOL && !value_truthy(flag);
}

bool native_print(TplCall *call, Value *result)
{
    Context *ctx = call_context(call);
    Value args[1];
    if (!tpl_args(call, "msg", args)) return false;
    Str text = args[0].kind == V_UNDEFINED ? STR_EMPTY : value_to_str(call->arena, args[0]);
    if (!flag_is_off(ctx, "PRINT")) send_message(ctx, text, MESSAGE_PRINT);
    *result = value_str(STR_EMPTY);
    return true;
}

/* ---- render ---- */

/* How often a text stands in a file: not at all, once (then where), or more often. */
typedef struct TextPlace {
    Span span;
    bool again;
} TextPlace;

static TextPlace place_in(const Manifest *manifest, SourceId file, Str text)
{
    TextPlace place = {.span = SPAN_NONE};
    Str all = source_text(manifest->sources, file);
    for (size_t at = 0; !place.again && (at = str_find(all, text, at)) != STR_NPOS; at += text.len) {
        place.again = place.span.source != 0;
        place.span = (Span){file, (uint32_t)at, (uint32_t)(at + text.len)};
    }
    return place;
}

static TextPlace known_place_in(const Manifest *manifest, SourceId file, Str text, Map *known)
{
    Buf key;
    buf_init(&key, NULL);
    buf_addf(&key, "%u:", (unsigned)file);
    buf_add(&key, text);
    TextPlace *kept = map_get(known, buf_str(&key));
    if (!kept) {
        TextPlace place = place_in(manifest, file, text);
        kept = arena_copy(known->arena, &place, sizeof place);
        map_put(known, str_dup(known->arena, buf_str(&key)), kept);
    }
    buf_release(&key);
    return *kept;
}

Span context_text_place(const Manifest *manifest, const Node *node_or_null, const Package *package, Str text,
                        Map *known)
{
    enum { SHORTEST = 4, OWN = 2, FILES = 4 };
    SourceId files[FILES] = {package ? package->file : 0, manifest->root ? manifest->root->file : 0,
                             node_or_null ? node_or_null->source : 0,
                             node_or_null ? node_or_null->patch_span.source : 0};
    Span found = SPAN_NONE;
    for (size_t i = 0; i < FILES; i++) {
        bool again = !files[i] || text.len < SHORTEST;
        for (size_t k = 0; k < i; k++) again = again || files[k] == files[i];
        if (again) continue;
        /* The others are files of many nodes. */
        TextPlace place =
            i == OWN ? place_in(manifest, files[i], text) : known_place_in(manifest, files[i], text, known);
        if (place.again || (place.span.source && found.source)) return SPAN_NONE;
        if (place.span.source) found = place.span;
    }
    return found;
}

/* Each text is kept for the life of the context, which the source table needs, and parsed once for each of its places. */
bool render_text(TplCall *call, Str text, Value *result)
{
    Context *ctx = call_context(call);
    TplFamily family = tpl_family_of(text, TPL_AUTO);
    if (tpl_is_plain(text, family)) {
        *result = value_str(text);
        return true;
    }
    Span place = context_text_place(ctx->manifest, ctx->node, ctx->package, text, &ctx->places);
    Str key =
        place.source ? str_fmt(call->arena, "%u:%u:%.*s", (unsigned)place.source, place.start, STR_ARG(text)) : text;
    const TplUnit *unit = map_get(&ctx->texts, key);
    if (!unit) {
        Str stays = str_dup(ctx->own, key);
        if (!place.source)
            place = (Span){source_add(ctx->manifest->sources, STR("rendered text"), stays), 0, (uint32_t)stays.len};
        TplOptions options = {.family = family};
        TplUnit *parsed = tpl_parse(ctx->own, ctx->manifest->sources, place, &options, ctx->sink);
        if (!parsed) {
            diag_note(ctx->sink, call->span, "rendered here");
            return false;
        }
        map_put(&ctx->texts, stays, parsed);
        unit = parsed;
    }
    return tpl_render(ctx->eval, unit, result);
}

bool native_render(TplCall *call, Value *result)
{
    Value args[1];
    Str text;
    if (!tpl_args(call, "string", args) || !want_str(call, args[0], "render()", "text", &text)) return false;
    return render_text(call, text, result);
}

/* Calls a function; whatever goes wrong is reported as the message given. */
bool native_try_or_compiler_error(TplCall *call, Value *result)
{
    Context *ctx = call_context(call);
    if (call->arg_count < 2)
        return tpl_fail(call, DIAG_template_call,
                        "try_or_compiler_error() takes a message, a function and its arguments");
    size_t errors = ctx->sink->errors;
    size_t count = ctx->sink->count;
    if (tpl_call(call->eval, call->args[1], call->span, call->args + 2, call->arg_count - 2, call->names, call->named,
                 call->named_count, result))
        return true;
    if (ctx->sink->errors > errors && ctx->sink->count > count) {
        /* The errors of the call give way to the message; what it warned about before them stays. */
        ctx->sink->count = count;
        ctx->sink->errors = errors;
    }
    Str message = value_to_str(call->arena, call->args[0]);
    return tpl_fail(call, DIAG_compiler_error, "%.*s", STR_ARG(message));
}

/* ---- refused ---- */

/* Only what ran for a node can be written, to its own place below target/run, as in dbt. */
bool native_write(TplCall *call, Value *result)
{
    const Context *ctx = call_context(call);
    Value args[1];
    Str text;
    if (!tpl_args(call, "payload", args) || !want_str(call, args[0], "write()", "text", &text)) return false;
    if (!ctx->has_run || !ctx->run.write || !ctx->node)
        return tpl_fail(call, DIAG_unsupported, "write() is refused here: only what runs for a node is written");
    if (!ctx->run.write(ctx->run.write_data, ctx->node, text))
        return tpl_fail(call, DIAG_file_write, "what runs for this node could not be written to the target folder");
    *result = value_str(STR_EMPTY);
    return true;
}

bool native_debug(TplCall *call, Value *result)
{
    (void)result;
    tpl_fail(call, DIAG_unsupported, "debug() is refused: there is no Python debugger here");
    diag_hint(call_context(call)->sink, "use log(value, info=true)");
    return false;
}

bool native_submit_python_job(TplCall *call, Value *result)
{
    (void)result;
    return tpl_fail(call, DIAG_unsupported, "submit_python_job() is refused: Python models are not supported");
}

bool native_adapter_macro(TplCall *call, Value *result)
{
    (void)result;
    tpl_fail(call, DIAG_unsupported, "adapter_macro() does not exist any more");
    diag_hint(call_context(call)->sink, "use adapter.dispatch('macro', 'package')(arguments)");
    return false;
}
