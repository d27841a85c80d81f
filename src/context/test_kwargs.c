/* The arguments of a generic test, rendered: the name `_dbt_generic_test_kwargs` in a test's own context.
 *
 * YAML keeps them as text; they are rendered where the test is evaluated, so that what they ask for (ref, source) counts
 * as the test's. A text that is a bare call such as ref('x') is one too. Source: dbt's add_rendered_test_kwargs. */
#include "context/internal.h"

/* ^\s*(env_var|ref|var|source|doc)\s*\(.+\)\s*$ */
static bool is_bare_call(Str text)
{
    static const Str names[] = {STR_INIT("env_var"), STR_INIT("ref"), STR_INIT("var"), STR_INIT("source"),
                                STR_INIT("doc")};
    text = str_trim(text);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!str_starts(text, names[i])) continue;
        Str rest = str_trim_left(str_from_index(text, names[i].len));
        return rest.len > 2 && rest.ptr[0] == '(' && rest.ptr[rest.len - 1] == ')';
    }
    return false;
}

static bool render(Context *ctx, Value v, Value *result)
{
    Arena *arena = ctx->arena;
    if (v.kind == V_LIST) {
        *result = value_list(arena);
        for (uint32_t i = 0; i < v.u.list->n; i++) {
            Value item;
            if (!render(ctx, v.u.list->at[i], &item)) return false;
            list_push(result->u.list, item);
        }
        return true;
    }
    if (v.kind == V_DICT) {
        *result = value_dict(arena);
        for (uint32_t i = 0; i < v.u.dict->used; i++) {
            const DictEntry *entry = &v.u.dict->entries[i];
            Value item;
            if (entry->key.kind == V_UNDEFINED) continue;
            if (!render(ctx, entry->value, &item)) return false;
            dict_set(result->u.dict, entry->key, item);
        }
        return true;
    }
    *result = v;
    if (v.kind != V_STR) return true;
    Str text = value_text(v);
    TplFamily family = ctx->node->package->family;
    if (is_bare_call(text)) {
        text = str_fmt(arena, "{{ %.*s }}", STR_ARG(text));
        family = TPL_CURLY;
    } else if (str_starts(text, STR("{{ get_where_subquery("))) {
        family = TPL_CURLY; /* the argument `model`, which the project reader wrote */
    }
    return context_render_native(ctx, ctx->node->test->span, text, family, result);
}

bool context_render_test_kwargs(Context *ctx)
{
    const TestInfo *test = ctx->node ? ctx->node->test : NULL;
    if (!test || !test->generic || test->kwargs.kind != V_DICT) return true;
    Value kwargs = value_dict(ctx->arena);
    for (uint32_t i = 0; i < test->kwargs.u.dict->used; i++) {
        const DictEntry *entry = &test->kwargs.u.dict->entries[i];
        if (entry->key.kind == V_UNDEFINED) continue;
        Value v = entry->value;
        /* A column's name is always text: `2024` or `true` may be one. */
        if (!value_is_str(entry->key, STR("column_name")) && !render(ctx, entry->value, &v)) return false;
        dict_set(kwargs.u.dict, entry->key, v);
    }
    context_set_name(ctx, STR("_dbt_generic_test_kwargs"), kwargs);
    return true;
}
