/* What a unit test changes while its model is rendered: macros, vars and environment variables that it overrides, and its
 * rows in the place of what the model reads. */
#include "context/internal.h"

static const UnitTestInfo *active(const Context *ctx)
{
    return ctx->has_run && context_tests(ctx) ? ctx->run.unit_test->unit_test : NULL;
}

static bool give(TplCall *call, Value *result)
{
    *result = call->func->self;
    return true;
}

/* In dbt an override stands in the place of a macro's result; one of any other name is the name's value. */
bool unit_test_macro(Context *ctx, Str package, Str name, Value *result)
{
    const UnitTestInfo *info = active(ctx);
    if (!info || info->macros.u.dict->live == 0) return false;
    Str full = package.len ? str_fmt(ctx->arena, "%.*s.%.*s", STR_ARG(package), STR_ARG(name)) : name;
    const Value *told = dict_find_str(info->macros.u.dict, full);
    if (!told && !package.len)
        told = dict_find_str(info->macros.u.dict, str_fmt(ctx->arena, "dbt.%.*s", STR_ARG(name)));
    if (!told) return false;
    bool is_macro = package.len || manifest_find_macro(ctx->manifest, context_package(ctx), name);
    *result = is_macro ? value_func(ctx->arena, str_c(ctx->arena, name), give, *told, NULL) : *told;
    return true;
}

const Value *unit_test_var(const Context *ctx, Str name)
{
    const UnitTestInfo *info = active(ctx);
    return info ? dict_find_str(info->vars.u.dict, name) : NULL;
}

const Value *unit_test_env_var(const Context *ctx, Str name)
{
    const UnitTestInfo *info = active(ctx);
    return info ? dict_find_str(info->env_vars.u.dict, name) : NULL;
}

static bool stand_in(Context *ctx, const Node *found, Value *result)
{
    const UnitTestInfo *info = active(ctx);
    Value text;
    for (size_t i = 0; info && i < info->given_count; i++) {
        if (info->given[i].node != found) continue;
        if (!ctx->run.ephemeral(ctx->run.ephemeral_data, ctx->node, found, &text)) return false;
        *result = value_object(&cte_relation(ctx, value_text(text))->head);
        return true;
    }
    return false;
}

bool unit_test_input(TplCall *call, Context *ctx, const Node *found, Value *result)
{
    if (stand_in(ctx, found, result)) return true;
    const Node *test = ctx->run.unit_test;
    Str name = found->source_info ? str_fmt(ctx->arena, "source('%.*s', '%.*s')",
                                            STR_ARG(found->source_info->source_name), STR_ARG(found->name))
                                  : str_fmt(ctx->arena, "ref('%.*s')", STR_ARG(found->name));
    tpl_fail(call, DIAG_unit_test_invalid, "the unit test '%.*s' gives no rows for %.*s, which the model reads",
             STR_ARG(test->name), STR_ARG(name));
    diag_note(ctx->sink, test->span, "the unit test is here");
    diag_hint(ctx->sink, "add `- input: %.*s` with `rows: []` or more below its `given:`", STR_ARG(name));
    return false;
}

bool unit_test_this(Context *ctx, Value *result)
{
    return active(ctx) && stand_in(ctx, ctx->node, result);
}
