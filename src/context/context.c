/* The Context: life cycle, whose turn it is, how names are found, macros and dispatch. */
#include "context/internal.h"

static bool host_lookup(void *data, TplEval *eval, Str name, Value *result)
{
    (void)eval;
    return context_lookup(data, name, result);
}

/* For "did you mean": macros that can be called here, packages, and the context's own names. */
static Str host_suggest(void *data, TplEval *eval, Str name)
{
    (void)eval;
    const Context *ctx = data;
    const Manifest *manifest = ctx->manifest;
    size_t count = ctx->names.count, n = 0;
    for (size_t i = 0; i < manifest->package_count; i++) count += manifest->packages[i]->macros.count + 1;
    Str *names = ARENA_ARRAY(ctx->arena, Str, count + 1);
    for (size_t i = 0; i < ctx->names.count; i++) names[n++] = ctx->names.entries[i].key;
    for (size_t i = 0; ctx->mode != CONTEXT_YAML && i < manifest->package_count; i++) {
        const Package *package = manifest->packages[i];
        if (!package->is_root) names[n++] = package->name;
        if (!package->is_root && !package->is_builtin && package != context_package(ctx)) continue;
        for (size_t j = 0; j < package->macros.count; j++) {
            Str macro = package->macros.entries[j].key;
            bool variant =
                str_find(macro, STR("__"), 0) != STR_NPOS; /* of an engine: found by dispatch, called by nobody */
            if (variant && str_find(name, STR("__"), 0) == STR_NPOS) continue;
            names[n++] = macro;
        }
    }
    Str best;
    return nearest(name, names, n, &best) ? best : STR_EMPTY;
}

static Str host_explain(void *data, TplEval *eval, Str name, bool owner)
{
    (void)eval;
    const Context *ctx = data;
    if (ctx->mode == CONTEXT_YAML) return STR_EMPTY;
    return owner ? str_fmt(ctx->arena,
                           "if '%.*s' is a package, it is not installed: name it in packages.yml and run cdbt deps",
                           STR_ARG(name))
                 : STR("no macro of this name is in the project or in its packages");
}

/* dbt notes the macros that a node calls while it is parsed, but not those that these call. */
static void host_called(void *data, TplEval *eval, void *owner)
{
    (void)eval;
    Context *ctx = data;
    Captured *captured = ctx->captured;
    if (!captured || ctx->mode != CONTEXT_PARSE) return;
    Str id = ((const Macro *)owner)->unique_id;
    for (size_t i = 0; i < captured->macro_count; i++)
        if (str_eq(captured->macros[i], id)) return;
    if (captured->macro_count == captured->macro_cap)
        captured->macros = vec_grown(ctx->capture_arena, captured->macros, &captured->macro_cap,
                                     captured->macro_count + 1, sizeof *captured->macros);
    captured->macros[captured->macro_count++] = id;
}

static TplHost host_of(Context *ctx)
{
    return (TplHost){
        .data = ctx, .lookup = host_lookup, .suggest = host_suggest, .explain = host_explain, .called = host_called};
}

void context_forget(Context *ctx)
{
    tpl_eval_set_host(ctx->eval, host_of(ctx));
}

Context *context_new(const Manifest *manifest, ContextMode mode, Arena *arena, DiagSink *sink)
{
    Arena *own = arena_new();
    Context *ctx = ARENA_NEW(own, Context);
    ctx->manifest = manifest;
    ctx->mode = mode;
    ctx->arena = arena;
    ctx->own = own;
    ctx->sink = sink;
    map_init(&ctx->names, own);
    map_init(&ctx->texts, own);
    map_init(&ctx->places, own);
    map_init(&ctx->name_macros, own);
    size_t count;
    const ContextName *names = context_names(&count);
    ctx->functions = ARENA_ARRAY(own, Value, count);
    for (size_t i = 0; i < count; i++) {
        if (!(names[i].modes & (1u << mode))) continue;
        if (names[i].call)
            ctx->functions[i] = value_func(own, names[i].name.ptr, names[i].call, value_undefined(STR_EMPTY), NULL);
        /* map values are plain pointers; the table is constant and only read */
        map_put(&ctx->names, names[i].name, &ctx->functions[i]);
    }
    ctx->graph = value_undefined(STR_EMPTY);
    ctx->eval = tpl_eval_new(arena, manifest->sources, sink, host_of(ctx), (TplLimits){0});
    tpl_eval_set_lenient(ctx->eval, mode == CONTEXT_PARSE);
    return ctx;
}

void context_free(Context *context)
{
    if (!context) return;
    tpl_eval_free(context->eval);
    /* Diagnostics outlive a context, and some point into texts that it made. The context itself lies in `own`. */
    SourceTable *sources = context->manifest->sources;
    source_table_adopt(sources, context->own);
}

TplEval *context_eval(Context *context)
{
    return context->eval;
}

void context_set_run(Context *context, const ContextRun *run)
{
    context->run = *run;
    context->has_run = true;
}

void context_set_node(Context *context, const Node *node, const Package *package)
{
    context->node = node;
    context->package = package ? package : node ? node->package : NULL;
    context->extra.n = 0;
    context->results = NULL;
    context->asked = 0;
    context->result_missing = false;
    context->captured = NULL;
    context->capture_arena = NULL;
    context_forget(context);
}

void context_set_capture(Context *context, Captured *captured, Arena *capture_arena)
{
    context->captured = captured;
    context->capture_arena = capture_arena;
}

void context_set_name(Context *context, Str name, Value value)
{
    for (size_t i = 0; i < context->extra.n; i++)
        if (str_eq(context->extra.at[i].name, name)) {
            context->extra.at[i].value = value;
            context_forget(context);
            return;
        }
    vec_push(context->own, &context->extra, (ContextExtra){name, value});
    context_forget(context);
}

bool context_knows(const Context *context, Str name)
{
    return map_has(&context->names, name);
}

unsigned context_asked(const Context *context)
{
    return context->asked;
}

void context_allow_secrets(Context *context, bool allow)
{
    context->secrets = allow;
}

const Package *context_package(const Context *ctx)
{
    return ctx->package ? ctx->package : ctx->manifest->root;
}

/* ---- names ---- */

Value context_macro_value(Context *ctx, const Macro *macro)
{
    /* The owner is only read back as a const Macro. */
    union {
        const Macro *in;
        void *out;
    } owner = {.in = macro};
    return tpl_macro_value(ctx->arena, macro->macro, owner.out);
}

static bool find_in_package(const NameSpace *space, Str name, Value *result)
{
    const Package *package = space->data;
    if (unit_test_macro(space->ctx, package->is_builtin ? STR("dbt") : package->name, name, result)) return true;
    const Macro *macro = map_get(&package->macros, name);
    if (!macro || !macro->macro) return false;
    *result = context_macro_value(space->ctx, macro);
    return true;
}

static void keys_of_package(const NameSpace *space, List *keys)
{
    const Package *package = space->data;
    for (size_t i = 0; i < package->macros.count; i++) list_push(keys, value_str(package->macros.entries[i].key));
}

static bool macro_result(Context *ctx, const Package *package, Str name, Value *result)
{
    if (!package) return false;
    const Macro *macro = map_get(&package->macros, name);
    if (!macro || !macro->macro) return false;
    *result = context_macro_value(ctx, macro);
    return true;
}

/* dbt's order (MacroNamespace): the node's own package, the root project, packages by their names, the library. */
static bool lookup_macro(Context *ctx, Str name, Value *result)
{
    const Manifest *manifest = ctx->manifest;
    const Package *mine = context_package(ctx);
    if (mine && !mine->is_builtin && macro_result(ctx, mine, name, result)) return true;
    if (manifest->root != mine && macro_result(ctx, manifest->root, name, result)) return true;
    for (size_t i = 0; i < manifest->package_count; i++) {
        const Package *package = manifest->packages[i];
        if (!str_eq(package->name, name) && !(package->is_builtin && str_eq(name, STR("dbt")))) continue;
        *result = namespace_value(ctx, "dict", package, find_in_package, keys_of_package);
        return true;
    }
    return macro_result(ctx, context_builtin_package(manifest), name, result);
}

bool context_own_name(Context *ctx, Str name, Value *result)
{
    const Value *slot = map_get(&ctx->names, name);
    if (!slot) return false;
    size_t count;
    const ContextName *entry = &context_names(&count)[slot - ctx->functions];
    *result = entry->call ? *slot : entry->get(ctx);
    return true;
}

bool context_lookup(Context *ctx, Str name, Value *result)
{
    for (size_t i = 0; i < ctx->extra.n; i++)
        if (str_eq(ctx->extra.at[i].name, name)) {
            *result = ctx->extra.at[i].value;
            return true;
        }
    if (unit_test_macro(ctx, STR_EMPTY, name, result)) return true;
    if (ctx->mode != CONTEXT_YAML && lookup_macro(ctx, name, result)) return true;
    return context_own_name(ctx, name, result);
}

Value context_node(Context *context, const Node *node)
{
    return node_as_dict(context, context->arena, node);
}

/* ---- rendering ---- */

/* What beginners meet first: the result of a query is none while the project is read. */
static void hint_at_missing_result(const Context *ctx)
{
    const Diag *newest = ctx->sink->count ? &ctx->sink->items[ctx->sink->count - 1] : NULL;
    if (!ctx->result_missing || !newest || newest->hint.len) return;
    if (newest->code != DIAG_template_undefined && newest->code != DIAG_template_type) return;
    diag_hint(ctx->sink, "no query runs while the project is read, and its result is none then: "
                         "put what needs it into an `if execute`");
}

bool context_render(Context *context, const TplUnit *unit, Value *text)
{
    context->arguments_failed = false;
    if (tpl_render(context->eval, unit, text)) return true;
    /* The mistake is told already; that the arguments are undefined now says nothing more. */
    DiagSink *sink = context->sink;
    if (context->arguments_failed && sink->errors > 1 && sink->items[sink->count - 1].severity == DIAG_ERROR &&
        sink->items[sink->count - 1].code == DIAG_template_undefined) {
        sink->count--;
        sink->errors--;
    }
    hint_at_missing_result(context);
    return false;
}

bool context_render_native(Context *context, Span region, Str text, TplFamily family, Value *result)
{
    TplFamily resolved = tpl_family_of(text, family);
    if (tpl_is_plain(text, resolved)) {
        *result = value_str(text);
        return true;
    }
    const SourceTable *sources = context->manifest->sources;
    TplUnit *unit = NULL;
    TplOptions options = {.family = resolved};
    if (str_eq(str_slice(source_text(sources, region.source), region.start, region.end), text)) {
        unit = tpl_parse(context->arena, sources, region, &options, context->sink);
    } else {
        unit = map_get(&context->texts, text);
        if (!unit) {
            /* Quotes with escapes, folded lines, text of our own: the place can only be that of the whole. */
            SourcePosition at = source_position(sources, region.source, region.start);
            Str path = source_path(sources, region.source), stays = str_dup(context->own, text);
            Str shown = str_fmt(context->own, "%.*s (line %u)", STR_ARG(path), at.line);
            SourceId id = source_add(context->manifest->sources, shown, stays);
            unit = tpl_parse(context->own, sources, (Span){id, 0, (uint32_t)stays.len}, &options, context->sink);
            if (unit) map_put(&context->texts, stays, unit);
        }
    }
    return unit && tpl_render_native(context->eval, unit, result);
}

/* ---- macros ---- */

bool context_call(Context *context, const Macro *macro, Span place, const Value *args, size_t arg_count,
                  const Str *names, const Value *named, size_t named_count, Value *result)
{
    return tpl_call(context->eval, context_macro_value(context, macro), place, args, arg_count, names, named,
                    named_count, result);
}

bool context_call_name(Context *context, Str name, Span place, const Value *args, size_t arg_count, const Str *names,
                       const Value *named, size_t named_count, Value *result)
{
    Value callee = value_undefined(name);
    context_lookup(context, name, &callee);
    return tpl_call(context->eval, callee, place, args, arg_count, names, named, named_count, result);
}
