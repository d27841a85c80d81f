/* ls: what a selection selects, by selector, name, path or as JSON. Opens no database. */
#include "artifacts/artifacts.h"
#include "cli/cli.h"
#include "cli/warnings.h"
#include "graph/select.h"

#include <stdlib.h>

static Str selector_of(Arena *arena, const Node *node)
{
    Str fqn = str_join(arena, node->fqn, node->fqn_count, STR("."));
    if (node->type == RESOURCE_SOURCE)
        return str_fmt(arena, "source:%.*s.%.*s.%.*s", STR_ARG(node->package->name),
                       STR_ARG(node->source_info->source_name), STR_ARG(node->name));
    static const ResourceType by_name[] = {RESOURCE_EXPOSURE, RESOURCE_METRIC, RESOURCE_SEMANTIC_MODEL,
                                           RESOURCE_SAVED_QUERY, RESOURCE_UNIT_TEST};
    for (size_t i = 0; i < sizeof by_name / sizeof *by_name; i++)
        if (node->type == by_name[i])
            return str_fmt(arena, "%.*s:%.*s.%.*s", STR_ARG(resource_type_word(node->type)),
                           STR_ARG(node->package->name),
                           STR_ARG(node->type == RESOURCE_UNIT_TEST ? node->alias : node->name)); /* with its version */
    return fqn;
}

/* dbt: search_name. */
static Str name_of(Arena *arena, const Node *node)
{
    if (node->type == RESOURCE_SOURCE)
        return str_fmt(arena, "%.*s.%.*s", STR_ARG(node->source_info->source_name), STR_ARG(node->name));
    if (node_versioned(node))
        return str_fmt(arena, "%.*s.v%.*s", STR_ARG(node->name), STR_ARG(value_to_str(arena, node->version)));
    return node->name;
}

/* --output-keys, split at spaces. */
static const Str *wanted_keys(Cli *cli, size_t *count)
{
    const OptionValue *option = &cli->line.options[OPTION_OUTPUT_KEYS];
    VEC(Str) keys = {0};
    for (size_t i = 0; i < option->text_count; i++) {
        Str rest = option->texts[i].text, key;
        while (str_split_next(&rest, ' ', &key))
            if (key.len) vec_push(cli->arena, &keys, key);
    }
    *count = keys.n;
    return keys.at;
}

static int compare_ids(const void *a, const void *b)
{
    return str_cmp((*(const Node *const *)a)->unique_id, (*(const Node *const *)b)->unique_id);
}

/* dbt lists by unique id. */
static const Node **sorted(Cli *cli, NodeSet set, size_t *count)
{
    const Node **nodes = ARENA_ARRAY(cli->arena, const Node *, node_set_count(set) + 1);
    *count = 0;
    for (uint32_t i = 0; i < cli->graph->node_count; i++)
        if (node_set_has(set, i)) nodes[(*count)++] = cli->manifest->nodes[i];
    qsort(nodes, *count, sizeof *nodes, compare_ids);
    return nodes;
}

/* -m of ls is not only the older name of -s: it lists models only. */
static bool models_option(Cli *cli)
{
    static const OptionId others[] = {OPTION_SELECT, OPTION_RESOURCE_TYPE, OPTION_EXCLUDE_RESOURCE_TYPE};
    const OptionValue *models = &cli->line.options[OPTION_MODELS], *model = &cli->line.options[OPTION_MODEL];
    if (!models->text_count && !model->text_count) return false;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (cli->line.options[others[i]].text_count) {
            diag_add(&cli->sink, DIAG_usage, cli->line.options[others[i]].texts[0].span,
                     "--models lists models only, and cannot be combined with --%s", option_info(others[i])->name);
            diag_hint(&cli->sink, "write --select, with --resource-type model for models only");
        }
    return true;
}

int command_ls(Cli *cli)
{
    SpanText form = option_span_text(&cli->line, OPTION_OUTPUT);
    static const char *const forms[] = {"selector", "name", "path", "json"};
    size_t wanted = 0;
    while (form.text.len && wanted < 4 && !str_eq(form.text, str_from(forms[wanted]))) wanted++;
    if (wanted == 4) {
        diag_add(&cli->sink, DIAG_usage, form.span, "--output of ls is selector, name, path or json, not '%.*s'",
                 STR_ARG(form.text));
        return cli_refuse(cli, EXIT_REFUSED);
    }
    SelectOptions options;
    bool models = models_option(cli);
    /* Operations are no business of ls, and analyses only if they are asked for, as in dbt. */
    uint32_t all = ~(1u << RESOURCE_OPERATION), usual = all & ~(1u << RESOURCE_ANALYSIS);
    if (cli->sink.errors || !cli_select_options(cli, models ? 1u << RESOURCE_MODEL : usual, all, &options))
        return cli_refuse(cli, EXIT_REFUSED);
    if (!cli_load(cli)) return EXIT_REFUSED;
    NodeSet set;
    if (!cli_read_state(cli, &options)) return cli_refuse(cli, EXIT_REFUSED);
    options.with_empty = true;
    if (!select_nodes(cli->arena, cli->graph, &options, &cli->sink, &set)) return cli_refuse(cli, EXIT_REFUSED);
    size_t count, key_count;
    const Node **nodes = sorted(cli, set, &count);
    const Str *keys = wanted_keys(cli, &key_count);
    if (!count && !cli->sink.warnings)
        diag_add(&cli->sink, DIAG_selection_empty, cli->line.whole, "no node is selected");
    if (!warnings_weigh(cli)) return cli_refuse(cli, EXIT_REFUSED);
    Buf out;
    buf_init(&out, NULL);
    for (size_t i = 0; i < count; i++) {
        const Node *node = nodes[i];
        if (wanted == 3)
            artifacts_list_node(&out, cli->manifest, cli->graph, node, keys, key_count);
        else
            buf_add(&out, wanted == 0   ? selector_of(cli->arena, node)
                          : wanted == 1 ? name_of(cli->arena, node)
                                        : node->original_file_path);
        buf_addc(&out, '\n');
    }
    terminal_write(stdout, buf_str(&out));
    buf_release(&out);
    return cli_refuse(cli, EXIT_OK);
}
