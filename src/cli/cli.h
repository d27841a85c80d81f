/* One run of the program: the parsed command line, the report, and what the commands share.
 *
 * Exit codes are dbt's: 0 all well, 1 a node failed, 2 cdbt could not do what was asked. */
#ifndef CDBT_CLI_CLI_H
#define CDBT_CLI_CLI_H

#include "cli/options.h"
#include "cli/report.h"
#include "project/project.h"

enum { EXIT_OK = 0, EXIT_NODE_FAILED = 1, EXIT_REFUSED = 2 };

typedef struct Cli {
    Manifest *manifest; /* owned; its arena and source table serve the command line too */
    Arena *arena;
    DiagSink sink; /* what is wrong outside of nodes */
    bool warnings_weighed; /* what is odd about --warn-error-options was told */
    CommandLine line;
    Report report;
    Value flags, invocation; /* as templates see them */
    Graph *graph; /* after cli_load */
    void (*after_run)(const Run *run, void *data); /* of cli_run, before the run is freed; NULL: nothing */
    void *after_run_data;
    bool run_cancelled; /* the last cli_run was stopped by a signal */
    Str first_error; /* that was printed: for those who are told of it */
    const struct LastRun *retry; /* of `retry`: what to do again; else NULL */
} Cli;

/* Reads the project and builds the graph; prints what is wrong. False: exit with EXIT_REFUSED. */
bool cli_load(Cli *cli);
ProjectOptions cli_project_options(Cli *cli);
uint32_t cli_threads(const Cli *cli); /* 0: as the target says */
/* Once the project's folders are known. A folder that cannot be written to is told of if somebody named it. */
void cli_open_log(Cli *cli);
/* Reads no more than it must to know where the project's own files are: what is wrong with models is passed over. */
bool cli_load_paths(Cli *cli);
/* Plans and runs what the options say, reports, writes artifacts and history; gives the exit code. */
int cli_run(Cli *cli, RunOptions *options);
bool cli_run_options(Cli *cli, RunCommand command, RunOptions *options);
/* --select, --exclude and the words that stand for them; the kinds of nodes that the command works on by itself, and all
 * that --resource-type may name. False after errors. */
bool cli_select_options(Cli *cli, uint32_t usual, uint32_t all, SelectOptions *options);
bool cli_time_options(Cli *cli, RunOptions *options); /* --event-time-start, --event-time-end, --sample; CDBT_NOW */
/* --state, once the project is loaded: into `options`. False after errors. */
bool cli_read_state(Cli *cli, SelectOptions *options);
/* --defer, --favor-state, --defer-state, after cli_read_state. */
bool cli_read_defer(Cli *cli, RunOptions *options);
/* Prints the sink and empties it; gives `code`. */
int cli_refuse(Cli *cli, int code);
int command_run(Cli *cli, RunCommand command); /* build, run, test, seed, snapshot, compile, run-operation, show */
int command_retry(Cli *cli);
/* flags and invocation anew, after the command line was changed. */
void cli_make_flags(Cli *cli);
int command_ls(Cli *cli);
int command_parse(Cli *cli);
int command_docs(Cli *cli);
int command_source(Cli *cli); /* source freshness */
int command_debug(Cli *cli);
int command_clean(Cli *cli);
int command_deps(Cli *cli);
int command_init(Cli *cli);
int command_history(Cli *cli);
int command_watch(Cli *cli, int argc, char **argv);
int command_completion(Cli *cli);

/* One more run of the program within this one, by the same command line (watch): everything of it is made anew. False after
 * errors in the sink; cli_end in any case. */
bool cli_begin(Cli *cli, int argc, char **argv);
void cli_end(Cli *cli);

/* main.c without exit(): for tests. */
int cli_main(int argc, char **argv);

#endif
