/* init: a small project that builds and passes at once. */
#include "base/file.h"
#include "cli/cli.h"

typedef struct Scaffold {
    const char *path, *text;
} Scaffold;

/* @ stands for the project's name. */
static const Scaffold scaffold[] = {
    {"dbt_project.yml", "name: @\n"
                        "version: 1.0.0\n"
                        "\n"
                        "# No profile is needed: without a profiles.yml everything is built in @.db beside this file.\n"
                        "models:\n"
                        "  @:\n"
                        "    bronze: {+materialized: view}\n"
                        "    gold: {+materialized: table}\n"},
    {"seeds/orders.csv", "order_id,customer,ordered_on,amount_cents\n"
                         "1,Ada,2026-01-05,1250\n"
                         "2,Grace,2026-01-05,800\n"
                         "3,Ada,2026-01-19,4300\n"
                         "4,Edsger,2026-02-02,\n"},
    {"models/bronze/stg_orders.sql", "-- One row an order, typed and named as the rest of the project wants it.\n"
                                     "select\n"
                                     "    order_id,\n"
                                     "    customer,\n"
                                     "    date(ordered_on) as ordered_on,\n"
                                     "    coalesce(amount_cents, 0) / 100.0 as amount\n"
                                     "from << ref('orders') >>\n"},
    {"models/gold/customers.sql", "select\n"
                                  "    customer,\n"
                                  "    count(*) as orders,\n"
                                  "    sum(amount) as revenue,\n"
                                  "    min(ordered_on) as first_order_on\n"
                                  "from << ref('stg_orders') >>\n"
                                  "group by customer\n"},
    {"models/schema.yml", "models:\n"
                          "  - name: stg_orders\n"
                          "    description: Orders as they come from the shop.\n"
                          "    columns:\n"
                          "      - name: order_id\n"
                          "        description: The order's number.\n"
                          "        data_tests: [unique, not_null]\n"
                          "  - name: customers\n"
                          "    description: One row a customer, with what they bought so far.\n"
                          "    columns:\n"
                          "      - name: customer\n"
                          "        data_tests: [unique, not_null]\n"
                          "      - name: revenue\n"
                          "        description: All amounts of the customer's orders.\n"},
    {".gitignore", "target/\nlogs/\ndbt_packages/\n*.db\n*.db-wal\n*.db-shm\n"},
};

static bool good_name(Str name)
{
    if (!name.len || (name.ptr[0] >= '0' && name.ptr[0] <= '9')) return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!(c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) return false;
    }
    return true;
}

int command_init(Cli *cli)
{
    SpanText name = {STR("my_project"), cli->line.command_span};
    if (cli->line.word_count) name = cli->line.words[0];
    if (!good_name(name.text)) {
        diag_add(&cli->sink, DIAG_usage, name.span, "'%.*s' is no name for a project", STR_ARG(name.text));
        diag_hint(&cli->sink, "use letters, digits and underscores, and no digit in front");
        return cli_refuse(cli, EXIT_REFUSED);
    }
    Arena *arena = cli->arena;
    Str parent = option_text(&cli->line, OPTION_PROJECT_DIR);
    Str root = parent.len ? path_join(arena, parent, name.text) : str_dup(arena, name.text);
    if (file_exists(root.ptr)) {
        diag_add(&cli->sink, DIAG_usage, name.span, "'%.*s' exists already", STR_ARG(root));
        diag_hint(&cli->sink, "choose another name, or remove the folder");
        return cli_refuse(cli, EXIT_REFUSED);
    }
    for (size_t i = 0; i < sizeof scaffold / sizeof *scaffold; i++) {
        Str path = path_join(arena, root, str_from(scaffold[i].path)), error;
        Str text = str_replace(arena, str_from(scaffold[i].text), STR("@"), name.text);
        if (file_write_aside(arena, path.ptr, text, 0, &error)) continue;
        diag_add(&cli->sink, DIAG_file_write, name.span, "cannot write %.*s: %.*s", STR_ARG(path), STR_ARG(error));
        return cli_refuse(cli, EXIT_REFUSED);
    }
    report_line(&cli->report, "Made %.*s: %zu files, 2 models, 1 seed, 4 tests.", STR_ARG(root),
                sizeof scaffold / sizeof *scaffold);
    report_line(&cli->report, "Next: cd %.*s && cdbt build && cdbt docs generate", STR_ARG(root));
    return EXIT_OK;
}
