/* ref, source, metric, function and doc.
 *
 * At parse time a call is recorded and answers with the node's own relation, as dbt's ParseRefResolver does: nothing else
 * is known yet. Later it is resolved, and must have been seen when the project was parsed: otherwise the graph does not
 * know that one must be built before the other. */
#include "context/internal.h"

/* ---- recording ---- */

#define CAPTURE(ctx, list, T, ...)                                                                                     \
    do {                                                                                                               \
        Captured *c_ = (ctx)->captured;                                                                                \
        if (c_->list##_count == c_->list##_cap)                                                                        \
            c_->list##s =                                                                                              \
                vec_grown((ctx)->capture_arena, c_->list##s, &c_->list##_cap, c_->list##_count + 1, sizeof(T));        \
        c_->list##s[c_->list##_count++] = (__VA_ARGS__);                                                               \
    } while (0)

static Str kept(Context *ctx, Str text)
{
    return str_dup(ctx->capture_arena, text);
}

static Value own_relation(Context *ctx)
{
    return ctx->node ? value_object(&relation_of_node(ctx, ctx->node)->head) : value_str(STR_EMPTY);
}

/* Hooks and operations may refer to anything: nothing waits for them. */
static bool needs_declaration(const Context *ctx)
{
    return ctx->node && ctx->node->type != RESOURCE_OPERATION;
}

static bool declared(const Node *node, const Node *wanted)
{
    for (size_t i = 0; i < node->depends_on_count; i++)
        if (node->depends_on[i] == wanted) return true;
    return node == wanted;
}

static bool empty_run(Context *ctx)
{
    if (!ctx->has_run || ctx->run.flags.kind != V_DICT) return false;
    return value_truthy(dict_get_str(ctx->run.flags.u.dict, STR("EMPTY")));
}

static Value relation_for(Context *ctx, const Node *node)
{
    Relation *relation = relation_of_node(ctx, node);
    if (empty_run(ctx)) relation->limit = 0;
    relation_cut(ctx, node, relation);
    return value_object(&relation->head);
}

static void move_relation(Relation *relation, const RelationParts *parts)
{
    const Str to[3] = {parts->database, parts->schema, parts->identifier};
    for (int i = 0; i < 3; i++) {
        relation->part[i] = to[i];
        relation->has[i] = to[i].len > 0;
    }
}

/* ---- ref ---- */

static void hint_refs(Context *ctx, Str name)
{
    const Map *map = &ctx->manifest->refs_by_name;
    Str *names = ARENA_ARRAY(ctx->arena, Str, map->count + 1);
    for (size_t i = 0; i < map->count; i++) names[i] = map->entries[i].key;
    hint_nearest(ctx, name, names, map->count);
}

Relation *cte_relation(Context *ctx, Str name)
{
    Relation *relation = relation_new(ctx, STR_EMPTY, STR_EMPTY, name, STR("cte"));
    relation->has[0] = relation->has[1] = false;
    relation->quote[2] = false;
    return relation;
}

static bool ephemeral_relation(TplCall *call, Context *ctx, const Node *found, Value *result)
{
    if (!needs_declaration(ctx) || !ctx->run.ephemeral) {
        tpl_fail(call, DIAG_unsupported, "the ephemeral model '%.*s' cannot be referred to here: it is no relation",
                 STR_ARG(found->name));
        diag_hint(ctx->sink, "make it a view or a table, or refer to it from a model");
        return false;
    }
    Value text;
    if (!ctx->run.ephemeral(ctx->run.ephemeral_data, ctx->node, found, &text)) return false;
    Relation *relation = cte_relation(ctx, value_text(text));
    if (empty_run(ctx)) relation->limit = 0;
    relation_cut(ctx, found, relation);
    *result = value_object(&relation->head);
    return true;
}

bool native_ref(TplCall *call, Value *result)
{
    Context *ctx = call_context(call);
    Value version = VALUE_NONE;
    for (size_t i = 0; i < call->named_count; i++) {
        if (!str_eq(call->names[i], STR("version")) && !str_eq(call->names[i], STR("v")))
            return tpl_fail(call, DIAG_template_call, "ref() got an unexpected keyword argument '%.*s'",
                            STR_ARG(call->names[i]));
        /* A `v` that nobody knows is a misspelt one; dbt takes `version` for none then. */
        bool unknown = call->named[i].kind == V_UNDEFINED && str_eq(call->names[i], STR("v"));
        if (value_truthy(call->named[i]) || unknown) version = call->named[i];
    }
    if (call->arg_count < 1 || call->arg_count > 2)
        return tpl_fail(call, DIAG_template_call,
                        "ref() takes a model's name, or a package and a name: got %zu arguments", call->arg_count);
    Str name, package = STR_EMPTY;
    bool has_package = false;
    if (!want_str(call, call->args[call->arg_count - 1], "ref()", "name", &name)) return false;
    if (call->arg_count == 2 && !want_str_or_none(call, call->args[0], "ref()", "package", &package, &has_package))
        return false;
    if (version.kind != V_NONE && version.kind != V_STR && version.kind != V_INT && version.kind != V_FLOAT)
        return tpl_fail(call, DIAG_template_type, "the version given to ref() must be a string or a number, not %s",
                        value_type_name(version));

    if (!context_executes(ctx)) {
        if (ctx->captured)
            CAPTURE(
                ctx, ref, RefCall,
                (RefCall){kept(ctx, package), kept(ctx, name), value_copy(ctx->capture_arena, version), call->span});
        *result = own_relation(ctx);
        return true;
    }

    Node *found = NULL;
    RefResult answer = manifest_find_ref(ctx->manifest, context_package(ctx), package, name, version, &found);
    Str full = package.len ? str_fmt(ctx->arena, "%.*s.%.*s", STR_ARG(package), STR_ARG(name)) : name;
    switch (answer) {
    case REF_MISSING:
        tpl_fail(call, DIAG_ref_not_found, "there is no model, seed or snapshot '%.*s'", STR_ARG(full));
        hint_refs(ctx, name);
        return false;
    case REF_DISABLED: return tpl_fail(call, DIAG_ref_disabled, "'%.*s' is disabled", STR_ARG(full));
    case REF_AMBIGUOUS:
        tpl_fail(call, DIAG_ref_ambiguous, "several packages have a '%.*s'", STR_ARG(full));
        diag_hint(ctx->sink, "name the package: ref('package', '%.*s')", STR_ARG(name));
        return false;
    case REF_FOUND: break;
    }
    if (needs_declaration(ctx) && !declared(ctx->node, found)) {
        tpl_fail(call, DIAG_ref_undeclared,
                 "ref('%.*s') was not seen when the project was parsed, so the order of building cannot respect it",
                 STR_ARG(name));
        /* In the family of the model: a comment in the other one would turn the whole file into that. */
        bool angle = tpl_family_of(ctx->node->raw_code, ctx->node->package->family) == TPL_ANGLE;
        diag_hint(ctx->sink, "add the comment `-- depends_on: %s ref('%.*s') %s` at the top of the model",
                  angle ? "<<" : "{{", STR_ARG(name), angle ? ">>" : "}}");
        return false;
    }
    if (context_tests(ctx)) return unit_test_input(call, ctx, found, result);
    if (str_eq(found->materialized, STR("ephemeral"))) return ephemeral_relation(call, ctx, found, result);
    *result = relation_for(ctx, found);
    if (ctx->has_run && ctx->run.deferred && ctx->run.deferred[found->index])
        move_relation(value_as_relation(*result), ctx->run.deferred[found->index]);
    return true;
}

/* ---- source ---- */

static void hint_sources(Context *ctx, Str full)
{
    const Map *map = &ctx->manifest->sources_by_name;
    Str *names = ARENA_ARRAY(ctx->arena, Str, map->count + 1);
    for (size_t i = 0; i < map->count; i++) names[i] = map->entries[i].key;
    hint_nearest(ctx, full, names, map->count);
}

bool native_source(TplCall *call, Value *result)
{
    Context *ctx = call_context(call);
    if (call->arg_count != 2 || call->named_count)
        return tpl_fail(call, DIAG_template_call, "source() takes two names, of the source and of its table: got %zu",
                        call->arg_count + call->named_count);
    Str source, name;
    if (!want_str(call, call->args[0], "source()", "source", &source) ||
        !want_str(call, call->args[1], "source()", "table", &name))
        return false;

    if (!context_executes(ctx)) {
        if (ctx->captured)
            CAPTURE(ctx, source, SourceCall, (SourceCall){kept(ctx, source), kept(ctx, name), call->span});
        *result = own_relation(ctx);
        return true;
    }

    Node *found = NULL;
    RefResult answer = manifest_find_source(ctx->manifest, context_package(ctx), source, name, &found);
    if (answer == REF_DISABLED)
        return tpl_fail(call, DIAG_ref_disabled, "the source '%.*s.%.*s' is disabled", STR_ARG(source), STR_ARG(name));
    if (answer != REF_FOUND) {
        tpl_fail(call, DIAG_source_not_found, "there is no source '%.*s.%.*s'", STR_ARG(source), STR_ARG(name));
        hint_sources(ctx, str_fmt(ctx->arena, "%.*s.%.*s", STR_ARG(source), STR_ARG(name)));
        return false;
    }
    if (context_tests(ctx)) return unit_test_input(call, ctx, found, result);
    *result = relation_for(ctx, found);
    return true;
}

/* ---- metric, function ---- */

/* The name, and the package if there is one, of metric(...) and function(...). */
static bool named_call(TplCall *call, const char *what, Str *package, Str *name)
{
    if (call->arg_count < 1 || call->arg_count > 2 || call->named_count)
        return tpl_fail(call, DIAG_template_call, "%s takes a name, or a package and a name", what);
    *package = STR_EMPTY;
    bool has_package = false;
    return want_str(call, call->args[call->arg_count - 1], what, "name", name) &&
           (call->arg_count == 1 || want_str_or_none(call, call->args[0], what, "package", package, &has_package));
}

bool native_metric(TplCall *call, Value *result)
{
    Context *ctx = call_context(call);
    Str package, name;
    if (!named_call(call, "metric()", &package, &name)) return false;
    if (!context_executes(ctx)) {
        if (ctx->captured) CAPTURE(ctx, metric, NameCall, (NameCall){kept(ctx, package), kept(ctx, name), call->span});
        *result = value_str(name);
        return true;
    }
    tpl_fail(call, DIAG_unsupported, "metric() cannot be used: metrics are read but not computed");
    return false;
}

bool native_function(TplCall *call, Value *result)
{
    Context *ctx = call_context(call);
    Str package, name;
    if (!named_call(call, "function()", &package, &name)) return false;
    if (!context_executes(ctx)) {
        if (ctx->captured)
            CAPTURE(ctx, function, NameCall, (NameCall){kept(ctx, package), kept(ctx, name), call->span});
        *result = own_relation(ctx);
        return true;
    }
    tpl_fail(call, DIAG_unsupported, "the function '%.*s' cannot be used: user-defined functions are read but not made",
             STR_ARG(name));
    diag_hint(ctx->sink, "write it as a macro");
    return false;
}

/* ---- doc ---- */

bool native_doc(TplCall *call, Value *result)
{
    Context *ctx = call_context(call);
    if (call->arg_count < 1 || call->arg_count > 2 || call->named_count)
        return tpl_fail(call, DIAG_template_call, "doc() takes a name, or a package and a name");
    Str name, package = STR_EMPTY;
    if (!want_str(call, call->args[call->arg_count - 1], "doc()", "name", &name)) return false;
    if (call->arg_count == 2 && !want_str(call, call->args[0], "doc()", "package", &package)) return false;
    const DocBlock *doc = manifest_find_doc(ctx->manifest, context_package(ctx), package, name);
    if (!doc) {
        tpl_fail(call, DIAG_docs_not_found, "there is no docs block '%.*s%s%.*s'", STR_ARG(package),
                 package.len ? "." : "", STR_ARG(name));
        Str *names = ARENA_ARRAY(ctx->arena, Str, ctx->manifest->doc_count + 1);
        for (size_t i = 0; i < ctx->manifest->doc_count; i++) names[i] = ctx->manifest->docs[i]->name;
        hint_nearest(ctx, name, names, ctx->manifest->doc_count);
        return false;
    }
    if (ctx->captured) CAPTURE(ctx, doc, Str, doc->unique_id);
    *result = value_str(doc->contents);
    return true;
}

/* ---- for others ---- */

Value context_relation(Context *context, const Node *node)
{
    return value_object(&relation_of_node(context, node)->head);
}

Value context_relation_at(Context *context, const Node *node, const RelationParts *parts)
{
    Relation *relation = relation_of_node(context, node);
    move_relation(relation, parts);
    return value_object(&relation->head);
}

bool value_relation(Value v, RelationParts *parts)
{
    const Relation *relation = value_as_relation(v);
    if (!relation) return false;
    *parts = (RelationParts){relation->part[0], relation->part[1], relation->part[2], relation->type};
    return true;
}
