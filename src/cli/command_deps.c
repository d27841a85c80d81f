/* deps: install the packages that the project lists. */
#include "cli/warnings.h"
#include "deps/deps.h"

#include <stdlib.h>

static void say(void *data, Str line)
{
    report_line(data, "%.*s", STR_ARG(line));
}

int command_deps(Cli *cli)
{
    ProjectOptions project = cli_project_options(cli);
    const char *hub = getenv("DBT_PACKAGE_HUB_URL");
    Str address = hub && *hub ? str_from(hub) : STR("https://hub.getdbt.com/");
    if (!str_ends(address, STR("/"))) address = str_cat(cli->arena, address, STR("/"));
    DepsOptions options = {.upgrade = option_on(&cli->line, OPTION_UPGRADE, false),
                           .lock_only = option_on(&cli->line, OPTION_LOCK, false),
                           .add = option_span_text(&cli->line, OPTION_ADD_PACKAGE),
                           .source = option_text(&cli->line, OPTION_SOURCE),
                           .hub = address,
                           .version_check = option_on(&cli->line, OPTION_VERSION_CHECK, true),
                           .place = cli->line.whole,
                           .say = say,
                           .say_data = &cli->report};
    bool ok = deps_run(cli->manifest, &project, &options, &cli->sink);
    ok = ok && warnings_weigh(cli);
    return cli_refuse(cli, ok ? EXIT_OK : EXIT_REFUSED);
}
