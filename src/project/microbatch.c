/* The configs of microbatch models: what is missing or wrong in them is said before anything runs. dbt:
 * ManifestLoader.check_valid_microbatch_config. */
#include "base/clock.h"
#include "project/loader.h"

static void wrong(Loader *loader, const Node *node, const char *key, const char *what, const char *hint)
{
    Diag *diag = diag_add(loader->sink, DIAG_config_invalid, node->span, "the microbatch model '%.*s' %s '%s'",
                          STR_ARG(node->name), what, key);
    diag->node = node->unique_id;
    diag_hint(loader->sink, "%s", hint);
}

static bool given(Value v)
{
    return v.kind != V_NONE && v.kind != V_UNDEFINED;
}

static void check_begin(Loader *loader, const Node *node)
{
    Value begin = node_config(node, STR("begin"));
    int64_t us;
    if (begin.kind == V_STR && clock_parse(value_text(begin), &us)) return;
    wrong(loader, node, "begin", given(begin) ? "has no date or time in" : "needs the config",
          "say when its data begins, e.g. begin='2026-01-01'");
}

static void check_size(Loader *loader, const Node *node)
{
    Value size = node_config(node, STR("batch_size"));
    ClockGrain grain;
    if (size.kind == V_STR && clock_grain(value_text(size), &grain)) return;
    wrong(loader, node, "batch_size", given(size) ? "has no span of time in" : "needs the config",
          "write one of 'hour', 'day', 'month', 'year'");
}

static void check_rest(Loader *loader, const Node *node)
{
    Value time = node_config(node, STR("event_time")), back = node_config(node, STR("lookback"));
    Value together = node_config(node, STR("concurrent_batches"));
    if (time.kind != V_STR)
        wrong(loader, node, "event_time", given(time) ? "has no string in" : "needs the config",
              "name the column that says when a row happened, e.g. event_time='occurred_at'");
    if (given(back) && (back.kind != V_INT || back.u.integer < 0))
        wrong(loader, node, "lookback", "has no whole number in",
              "write how many finished batches are built again, e.g. 1");
    if (given(together) && together.kind != V_BOOL)
        wrong(loader, node, "concurrent_batches", "has neither true nor false in", "write true or false");
}

/* Without one, every batch reads everything. */
static void check_inputs(Loader *loader, const Node *node)
{
    for (size_t i = 0; i < node->depends_on_count; i++) {
        Value column = node_config(node->depends_on[i], STR("event_time"));
        if (column.kind == V_STR) return;
    }
    Diag *diag =
        diag_add(loader->sink, DIAG_batches_uncut, node->span,
                 "no input of the microbatch model '%.*s' has the config 'event_time': every batch reads all rows",
                 STR_ARG(node->name));
    diag->node = node->unique_id;
    diag_hint(loader->sink,
              "give the models and sources that it reads an event_time, or call .render() where all rows are meant");
}

void check_microbatch(Loader *loader)
{
    Manifest *m = loader->manifest;
    for (size_t i = 0; i < m->node_count; i++) {
        const Node *node = m->nodes[i];
        if (node->type != RESOURCE_MODEL || !str_eq(node->materialized, STR("incremental"))) continue;
        if (!value_is_str(node_config(node, STR("incremental_strategy")), STR("microbatch"))) continue;
        check_begin(loader, node);
        check_size(loader, node);
        check_rest(loader, node);
        check_inputs(loader, node);
    }
}
