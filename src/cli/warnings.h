/* What stands in for words on the command line: `flags:` of dbt_project.yml; and which warnings count, by
 * --warn-error and --warn-error-options. */
#ifndef CDBT_CLI_WARNINGS_H
#define CDBT_CLI_WARNINGS_H

#include "cli/cli.h"

/* Gives options that neither the command line nor the environment gave the project's values; warns about unknown flags. */
void flags_take_project(Cli *cli);
/* Makes errors of the warnings in the sink that count as such, and takes those out that shall not be shown. False if some
 * are errors now, or if the option makes no sense; that is reported, too. */
bool warnings_weigh(Cli *cli);
/* The same for what a run warns about: by DiagCode, NULL if all warnings stay what they are. False after errors. */
bool warnings_of_run(Cli *cli, const unsigned char **fates);

#endif
