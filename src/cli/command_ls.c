/* ls: what a selection selects, by selector, name, path or as JSON. Opens no database. */
#include "artifacts/artifacts.h"
#include "cli/cli.h"
#include "graph/select.h"

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

static const char *const default_keys[] = {
    "alias",  "name",          "package_name", "depends_on",         "tags",
    "config", "resource_type", "source_name",  "original_file_path", "unique_id"};

static void json_key(JsonWriter *json, const Node *node, Str key)
{
    const struct {
        const char *name;
        Str text;
    } texts[] = {
        {"alias", node->alias},
        {"name", node->name},
        {"package_name", node->package->name},
        {"resource_type", resource_type_word(node->type)},
        {"original_file_path", node->original_file_path},
        {"unique_id", node->unique_id},
        {"path", node->path},
        {"schema", node->schema},
        {"database", node->database},
        {"description", node->description},
        {"relation_name", node->relation_name},
        {"source_name", node->source_info ? node->source_info->source_name : STR_EMPTY},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!str_eq(key, str_from(texts[i].name))) continue;
        if (str_eq(key, STR("source_name")) && !node->source_info) return;
        jw_key_str(json, texts[i].name, texts[i].text);
        return;
    }
    if (str_eq(key, STR("tags"))) {
        jw_key_array(json, "tags");
        for (size_t i = 0; i < node->tag_count; i++) jw_str(json, node->tags[i]);
        jw_array_end(json);
    } else if (str_eq(key, STR("depends_on"))) {
        jw_key_object(json, "depends_on");
        jw_key_array(json, "macros");
        for (size_t i = 0; i < node->depends_on_macro_count; i++) jw_str(json, node->depends_on_macros[i]);
        jw_array_end(json);
        jw_key_array(json, "nodes");
        for (size_t i = 0; i < node->depends_on_count; i++) jw_str(json, node->depends_on[i]->unique_id);
        jw_array_end(json);
        jw_object_end(json);
    } else if (str_eq(key, STR("config"))) {
        jw_key(json, STR("config"));
        artifact_value(json, node->config);
    }
}

static void print_json(Cli *cli, Buf *out, const Node *node)
{
    const OptionValue *keys = &cli->line.options[OPTION_OUTPUT_KEYS];
    JsonWriter json;
    jw_to_buf(&json, out);
    json.spaced = true;
    jw_object(&json);
    if (keys->text_count) {
        for (size_t i = 0; i < keys->text_count; i++) {
            Str rest = keys->texts[i].text, key;
            while (str_split_next(&rest, ' ', &key))
                if (key.len) json_key(&json, node, key);
        }
    } else {
        for (size_t i = 0; i < sizeof default_keys / sizeof *default_keys; i++)
            json_key(&json, node, str_from(default_keys[i]));
    }
    jw_object_end(&json);
    jw_end(&json);
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
    /* Operations are no business of ls, as in dbt. */
    if (!cli_select_options(cli, ~(1u << RESOURCE_OPERATION), &options)) return cli_refuse(cli, EXIT_REFUSED);
    if (!cli_load(cli)) return EXIT_REFUSED;
    NodeSet set;
    if (!cli_read_state(cli, &options)) return cli_refuse(cli, EXIT_REFUSED);
    options.with_empty = true;
    if (!select_nodes(cli->arena, cli->graph, &options, &cli->sink, &set)) return cli_refuse(cli, EXIT_REFUSED);
    Buf out;
    buf_init(&out, NULL);
    for (uint32_t i = 0; i < cli->graph->node_count; i++) {
        if (!node_set_has(set, i)) continue;
        const Node *node = cli->manifest->nodes[i];
        if (wanted == 3)
            print_json(cli, &out, node);
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
