/* _dbt_generic_test_kwargs: the arguments of a generic test as its macro receives them.
 *
 * Every string is rendered natively; one that looks like a call of ref, source, var, env_var or doc is rendered as that
 * call. A column's name stays text. (dbt: add_rendered_test_kwargs in dbt/context/providers.py.) */
#include "context/internal.h"

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* ^\s*(env_var|ref|var|source|doc)\s*\(.+\)\s*$ */
static bool looks_like_call(Str text)
{
    static const Str names[] = {STR_INIT("env_var"), STR_INIT("ref"), STR_INIT("var"), STR_INIT("source"),
                                STR_INIT("doc")};
    Str call = str_trim(text);
    if (str_find_char(call, '\n', 0) != STR_NPOS || !str_ends(call, STR(")"))) return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!str_starts(call, names[i])) continue;
        size_t at = names[i].len;
        while (at < call.len && is_space(call.ptr[at])) at++;
        if (at < call.len && call.ptr[at] == '(' && call.len - at > 2) return true;
    }
    return false;
}

/* Each text is parsed once in the life of the context. */
static bool render(Context *ctx, Str text, Value *result)
{
    bool call = looks_like_call(text);
    TplFamily family = call ? TPL_CURLY : tpl_family_of_value(text, TPL_AUTO);
    if (!call && tpl_is_plain(text, family)) {
        *result = value_str(text);
        return true;
    }
    Str key = str_fmt(ctx->arena, "test argument\n%.*s", STR_ARG(text));
    const TplUnit *unit = map_get(&ctx->texts, key);
    if (!unit) {
        Str stays = call ? str_fmt(ctx->own, "{{ %.*s }}", STR_ARG(text)) : str_dup(ctx->own, text);
        SourceId id = source_add(ctx->manifest->sources, STR("argument of a test"), stays);
        TplOptions options = {.family = family};
        TplUnit *parsed =
            tpl_parse(ctx->own, ctx->manifest->sources, (Span){id, 0, (uint32_t)stays.len}, &options, ctx->sink);
        if (!parsed) return false;
        map_put(&ctx->texts, str_dup(ctx->own, key), parsed);
        unit = parsed;
    }
    return tpl_render_native(ctx->eval, unit, result);
}

static bool render_all(Context *ctx, Value v, bool top, Value *result)
{
    *result = v;
    if (v.kind == V_STR) return render(ctx, value_text(v), result);
    if (v.kind == V_LIST || v.kind == V_TUPLE) {
        *result = value_list(ctx->arena);
        for (uint32_t i = 0; i < v.u.list->n; i++) {
            Value item;
            if (!render_all(ctx, v.u.list->at[i], false, &item)) return false;
            list_push(result->u.list, item);
        }
    } else if (v.kind == V_DICT) {
        *result = value_dict(ctx->arena);
        for (uint32_t i = 0; i < v.u.dict->used; i++) {
            const DictEntry *entry = &v.u.dict->entries[i];
            if (entry->key.kind == V_UNDEFINED) continue;
            Value item = entry->value;
            bool column = top && value_is_str(entry->key, STR("column_name"));
            if (!column && !render_all(ctx, entry->value, false, &item)) return false;
            dict_set(result->u.dict, entry->key, item);
        }
    }
    return true;
}

Value test_kwargs(Context *ctx)
{
    Value kwargs;
    const TestInfo *test = ctx->node ? ctx->node->test : NULL;
    if (test && test->generic && render_all(ctx, test->kwargs, true, &kwargs)) return kwargs;
    ctx->arguments_failed = test && test->generic;
    return value_undefined(STR("_dbt_generic_test_kwargs"));
}
