/* What the configs of snapshots and the constraints of models cannot be, once all levels are known: said before anything
 * runs. dbt: SnapshotConfig.final_validate, ModelPatchParser._validate_pk_constraints. */
#include "project/loader.h"

static void wrong(Loader *loader, const Node *node, const char *what, const char *hint)
{
    Diag *diag = diag_add(loader->sink, DIAG_config_invalid, node_described_at(node), "the %s '%.*s' %s",
                          node->type == RESOURCE_SNAPSHOT ? "snapshot" : "model", STR_ARG(node->name), what);
    diag->node = node->unique_id;
    diag_hint(loader->sink, "%s", hint);
}

static bool given(const Node *node, const char *key)
{
    return value_truthy(node_config(node, str_from(key)));
}

static void check_snapshot(Loader *loader, const Node *node)
{
    Value strategy = node_config(node, STR("strategy")), columns = node_config(node, STR("check_cols"));
    if (!given(node, "strategy"))
        wrong(loader, node, "has no strategy",
              "add strategy: timestamp with updated_at, or strategy: check with check_cols");
    if (!given(node, "unique_key"))
        wrong(loader, node, "has no unique_key", "name the column, or the list of columns, that tells rows apart");
    if (value_is_str(strategy, STR("check"))) {
        if (!given(node, "check_cols"))
            wrong(loader, node, "has strategy check and no check_cols", "write check_cols: all, or a list of columns");
        else if (columns.kind == V_STR && !str_eq(value_text(columns), STR("all")))
            wrong(loader, node, "has one word in check_cols that is not 'all'",
                  "write check_cols: all, or a list of columns");
    } else if (value_is_str(strategy, STR("timestamp"))) {
        if (!given(node, "updated_at"))
            wrong(loader, node, "has strategy timestamp and no updated_at",
                  "name the column that says when a row was changed");
        if (given(node, "check_cols"))
            wrong(loader, node, "has strategy timestamp and check_cols",
                  "remove one of the two: they exclude each other");
    }
    if (!str_eq(node->materialized, STR("snapshot")))
        wrong(loader, node, "is materialized as something else", "remove its config 'materialized'");
}

static bool primary_key(Value constraints)
{
    for (uint32_t i = 0; constraints.kind == V_LIST && i < constraints.u.list->n; i++) {
        Value one = constraints.u.list->at[i];
        if (one.kind == V_DICT && value_is_str(dict_get_str(one.u.dict, STR("type")), STR("primary_key"))) return true;
    }
    return false;
}

static void check_primary_key(Loader *loader, const Node *node)
{
    size_t keyed = 0;
    for (size_t i = 0; i < node->column_count; i++) keyed += primary_key(node->columns[i].constraints);
    if (keyed > 1)
        wrong(loader, node, "has primary keys on several columns",
              "write one below the model's own `constraints`, with the list of its columns");
    if (keyed && primary_key(node->constraints))
        wrong(loader, node, "has a primary key of its own and one on a column", "keep one of them");
}

void check_configs(Loader *loader)
{
    const Manifest *m = loader->manifest;
    for (size_t i = 0; i < m->node_count; i++) {
        const Node *node = m->nodes[i];
        if (node->broken) continue;
        if (node->type == RESOURCE_SNAPSHOT) check_snapshot(loader, node);
        if (node->type == RESOURCE_MODEL) check_primary_key(loader, node);
    }
}
