/* Where a node is stored: the macros generate_schema_name, generate_alias_name and generate_database_name.
 *
 * Every node asks all three, and most answers are alike. An answer is kept where the macro cannot know which node asked;
 * the library's own macros are answered without running them. */
#include "context/internal.h"

/* What is known about a name macro; in the context's own arena. */
typedef struct NameMacro {
    const Macro *target; /* what it dispatches to if it is the library's wrapper, else itself */
    bool ignores_node;
    bool library_alias; /* the library's generate_alias_name */
    Map answers; /* custom name -> Str *, if it ignores the node */
    const Str *without; /* the answer where there is no custom name */
} NameMacro;

static bool word_char(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t count_word(Str text, Str word)
{
    size_t count = 0;
    for (size_t at = 0; (at = str_find(text, word, at)) != STR_NPOS; at += word.len) {
        size_t end = at + word.len;
        if ((at == 0 || !word_char(text.ptr[at - 1])) && (end == text.len || !word_char(text.ptr[end]))) count++;
    }
    return count;
}

/* False if the macro might look at its second argument: its code has that word again behind the parameter. */
static bool ignores_node(const Macro *macro)
{
    size_t count;
    const TplParam *params = tpl_macro_params(macro->macro, &count);
    if (count != 2 || count_word(macro->macro_sql, params[1].name) != 1) return false;
    static const char *const others[] = {"varargs", "kwargs", "caller", "context"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (count_word(macro->macro_sql, str_from(others[i]))) return false;
    return true;
}

/* The library's variants call one another by name: nobody may have put one of their own in between. */
static bool of_library(Context *ctx, const Macro *target, Str name)
{
    if (!target->package->is_builtin) return false;
    const Macro *fallback = context_macro_named(ctx, str_fmt(ctx->arena, "default__%.*s", STR_ARG(name)));
    return fallback && fallback->package->is_builtin;
}

static NameMacro *name_macro(Context *ctx, const Macro *macro)
{
    NameMacro *known = map_get(&ctx->name_macros, macro->unique_id);
    if (known) return known;
    known = ARENA_NEW(ctx->own, NameMacro);
    known->target = macro;
    map_init(&known->answers, ctx->own);
    if (macro->package->is_builtin) {
        const Macro *target = context_dispatch(ctx, macro->name, STR("dbt"));
        if (target) known->target = target;
    }
    bool library = known->target != macro && of_library(ctx, known->target, macro->name);
    known->library_alias = library && str_eq(known->target->name, STR("default__generate_alias_name"));
    known->ignores_node = (library && !str_eq(macro->name, STR("generate_alias_name"))) || ignores_node(known->target);
    map_put(&ctx->name_macros, macro->unique_id, known);
    return known;
}

/* As default__generate_alias_name in src/macros/naming/names.sql; tests/unit/context holds the two together. */
static Str alias_of(Context *ctx, const Node *node, Value custom)
{
    if (custom.kind == V_STR && custom.len) return str_trim(value_text(custom));
    if (!value_truthy(node->version)) return node->name;
    Str version = str_replace(ctx->arena, value_to_str(ctx->arena, node->version), STR("."), STR("_"));
    return str_fmt(ctx->arena, "%.*s_v%.*s", STR_ARG(node->name), STR_ARG(version));
}

static bool call_name_macro(Context *ctx, const NameMacro *macro, const Node *node, Value custom, Str *name)
{
    Value args[2] = {custom, macro->ignores_node ? VALUE_NONE : context_node(ctx, node)}, result;
    if (!context_call(ctx, macro->target, node->span, args, 2, NULL, NULL, 0, &result)) return false;
    if (result.kind != V_NONE && result.kind != V_UNDEFINED) *name = str_trim(value_to_str(ctx->arena, result));
    return true;
}

static bool answer(Context *ctx, NameMacro *macro, const Node *node, Value custom, Str *name)
{
    if (macro->library_alias) {
        *name = alias_of(ctx, node, custom);
        return true;
    }
    if (!macro->ignores_node) return call_name_macro(ctx, macro, node, custom, name);
    const Str *kept = custom.kind == V_STR ? map_get(&macro->answers, value_text(custom)) : macro->without;
    if (kept) {
        *name = *kept;
        return true;
    }
    if (!call_name_macro(ctx, macro, node, custom, name)) return false;
    Str *keep = ARENA_NEW(ctx->own, Str);
    *keep = *name = str_dup(ctx->own, *name);
    if (custom.kind == V_STR)
        map_put(&macro->answers, str_dup(ctx->own, value_text(custom)), keep);
    else
        macro->without = keep;
    return true;
}

bool context_custom_name(Context *context, Str macro_name, const Node *node, Value custom, Str *name)
{
    const Manifest *manifest = context->manifest;
    const Macro *macro = context_package_macro(manifest->root, macro_name);
    if (!macro) macro = context_package_macro(node->package, macro_name);
    if (!macro) macro = context_package_macro(context_builtin_package(manifest), macro_name);
    *name = STR_EMPTY;
    if (!macro) {
        diag_add(context->sink, DIAG_macro_not_found, node->span, "there is no macro '%.*s'", STR_ARG(macro_name));
        return false;
    }
    /* dbt runs these macros apart from any node, from the root project's point of view. */
    const Node *node_before = context->node;
    const Package *package_before = context->package;
    Captured *captured_before = context->captured;
    context->node = NULL;
    context->package = manifest->root;
    context->captured = NULL;
    context->renders_names = true;
    NameMacro *known = name_macro(context, macro);
    if (!known->library_alias) context_forget(context);
    bool ok = answer(context, known, node, custom, name);
    context->node = node_before;
    context->package = package_before;
    context->captured = captured_before;
    context->renders_names = false;
    if (!known->library_alias) context_forget(context);
    return ok;
}
