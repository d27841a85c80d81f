/* What form the value of a config has, by dbt's classes of configs; what is not listed may be anything. */
#include "project/config.h"
#include "template/value.h"

typedef enum ConfigForm { TEXT, TRUTH, WHOLE, TEXTS, MAPPING, HOOKS, SEVERITY } ConfigForm;

enum {
    MODELS = 1 << RESOURCE_MODEL,
    SEEDS = 1 << RESOURCE_SEED,
    SNAPSHOTS = 1 << RESOURCE_SNAPSHOT,
    TESTS = 1 << RESOURCE_TEST,
    BUILT = MODELS | SEEDS | SNAPSHOTS,
};

static const struct {
    Str key;
    unsigned types;
    ConfigForm form;
} forms[] = {
    {STR_INIT("docs"), BUILT, MAPPING},
    {STR_INIT("grants"), BUILT, MAPPING},
    {STR_INIT("persist_docs"), BUILT, MAPPING},
    {STR_INIT("quoting"), BUILT, MAPPING},
    {STR_INIT("column_types"), BUILT, MAPPING},
    {STR_INIT("contract"), BUILT, MAPPING},
    {STR_INIT("full_refresh"), BUILT, TRUTH},
    {STR_INIT("incremental_strategy"), BUILT, TEXT},
    {STR_INIT("on_schema_change"), BUILT, TEXT},
    {STR_INIT("unique_key"), BUILT, TEXTS},
    {STR_INIT("packages"), BUILT, TEXTS},
    {STR_INIT("pre-hook"), BUILT, HOOKS},
    {STR_INIT("post-hook"), BUILT, HOOKS},
    {STR_INIT("quote_columns"), SEEDS, TRUTH},
    {STR_INIT("delimiter"), SEEDS, TEXT},
    {STR_INIT("strategy"), SNAPSHOTS, TEXT},
    {STR_INIT("target_schema"), SNAPSHOTS, TEXT},
    {STR_INIT("target_database"), SNAPSHOTS, TEXT},
    {STR_INIT("updated_at"), SNAPSHOTS, TEXT},
    {STR_INIT("check_cols"), SNAPSHOTS, TEXTS},
    {STR_INIT("invalidate_hard_deletes"), SNAPSHOTS, TRUTH},
    {STR_INIT("snapshot_meta_column_names"), SNAPSHOTS, MAPPING},
    {STR_INIT("severity"), TESTS, SEVERITY},
    {STR_INIT("store_failures"), TESTS, TRUTH},
    {STR_INIT("where"), TESTS, TEXT},
    {STR_INIT("limit"), TESTS, WHOLE},
    {STR_INIT("fail_calc"), TESTS, TEXT},
    {STR_INIT("warn_if"), TESTS, TEXT},
    {STR_INIT("error_if"), TESTS, TEXT},
};

static const char *const wanted[] = {
    [TEXT] = "a string",         [TRUTH] = "true or false",
    [WHOLE] = "an integer",      [TEXTS] = "a string or a list of strings",
    [MAPPING] = "a mapping",     [HOOKS] = "a text, a mapping with 'sql', or a list of them",
    [SEVERITY] = "warn or error"};

static bool texts(Value value)
{
    if (value.kind == V_STR) return true;
    if (value.kind != V_LIST) return false;
    for (uint32_t i = 0; i < value.u.list->n; i++)
        if (value.u.list->at[i].kind != V_STR) return false;
    return true;
}

static bool hook(Value value)
{
    return value.kind == V_STR || (value.kind == V_DICT && dict_get_str(value.u.dict, STR("sql")).kind == V_STR);
}

static bool hooks(Value value)
{
    if (value.kind != V_LIST) return hook(value);
    for (uint32_t i = 0; i < value.u.list->n; i++)
        if (!hook(value.u.list->at[i])) return false;
    return true;
}

static bool severity(Value value)
{
    return value.kind == V_STR &&
           (str_eq_nocase(value_text(value), STR("warn")) || str_eq_nocase(value_text(value), STR("error")));
}

static bool fits(Value value, ConfigForm form)
{
    switch (form) {
    case TEXT: return value.kind == V_STR;
    case TRUTH: return value.kind == V_BOOL;
    case WHOLE: return value.kind == V_INT;
    case TEXTS: return texts(value);
    case MAPPING: return value.kind == V_DICT;
    case HOOKS: return hooks(value);
    case SEVERITY: return severity(value);
    }
    return true;
}

static bool refuse(DiagSink *sink, const Node *node, Span span, const char *what, const char *hint)
{
    Diag *diag = diag_add(sink, DIAG_config_invalid, span, "the %.*s '%.*s' %s",
                          STR_ARG(resource_type_word(node->type)), STR_ARG(node->name), what);
    diag->node = node->unique_id;
    diag_hint(sink, "%s", hint);
    return false;
}

static bool refuse_materialized(DiagSink *sink, const Node *node, Span span)
{
    Str kind = resource_type_word(node->type);
    diag_add(sink, DIAG_config_invalid, span, "the %.*s '%.*s' cannot be materialized as '%.*s'", STR_ARG(kind),
             STR_ARG(node->name), STR_ARG(node->materialized))
        ->node = node->unique_id;
    diag_hint(sink, "remove the config `materialized`, or make it a model");
    return false;
}

bool config_check_whole(const Node *node, Span span, DiagSink *sink)
{
    if (node->type == RESOURCE_SEED && !str_eq(node->materialized, STR("seed")))
        return refuse_materialized(sink, node, span);
    if (node->type == RESOURCE_MODEL && node->access.len && !str_eq(node->access, STR("private")) &&
        !str_eq(node->access, STR("protected")) && !str_eq(node->access, STR("public"))) {
        diag_add(sink, DIAG_config_invalid, span, "'%.*s' is no access of a model, but that of '%.*s'",
                 STR_ARG(node->access), STR_ARG(node->name))
            ->node = node->unique_id;
        diag_hint(sink, "write private, protected or public");
        return false;
    }
    Value contract = node_config(node, STR("contract"));
    Value enforced = contract.kind == V_DICT ? dict_get_str(contract.u.dict, STR("enforced")) : VALUE_NONE;
    if (enforced.kind != V_BOOL && enforced.kind != V_NONE && enforced.kind != V_UNDEFINED)
        return refuse(sink, node, span, "has a contract whose 'enforced' is neither true nor false",
                      "write contract: {enforced: true}");
    return true;
}

bool config_check_types(Node *node, Span span, DiagSink *sink)
{
    bool ok = true;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (!(forms[i].types & 1U << node->type)) continue;
        Value value = node_config(node, forms[i].key);
        if (value.kind == V_NONE || value.kind == V_UNDEFINED || fits(value, forms[i].form)) continue;
        Diag *diag;
        if (value.kind == V_STR)
            diag =
                diag_add(sink, DIAG_config_invalid, span, "the config '%.*s' of '%.*s' must be %s, not '%.*s'",
                         STR_ARG(forms[i].key), STR_ARG(node->name), wanted[forms[i].form], STR_ARG(value_text(value)));
        else
            diag = diag_add(sink, DIAG_config_invalid, span, "the config '%.*s' of '%.*s' must be %s, not %s",
                            STR_ARG(forms[i].key), STR_ARG(node->name), wanted[forms[i].form], value_type_name(value));
        diag->node = node->unique_id;
        diag_hint(sink, "it may stand in the file itself, in its YAML or in dbt_project.yml");
        ok = false;
    }
    return ok;
}
