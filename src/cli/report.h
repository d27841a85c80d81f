/* What a person (or a program, with --log-format json) sees of a run: a line a node, a live line, the failures again at
 * the end, a summary; and diagnostics.
 *
 * Thread rule: report_event may come from any thread, one call at a time; the rest from the main thread. */
#ifndef CDBT_CLI_REPORT_H
#define CDBT_CLI_REPORT_H

#include "cli/log_file.h"
#include "cli/terminal.h"
#include "run/run.h"

typedef struct Report {
    Terminal terminal;
    const SourceTable *sources;
    LogLevel level; /* the least that the terminal shows */
    bool json;
    LogFile log; /* owned */
    size_t result_column; /* where a node's result stands in its line */
    bool no_nodes; /* of `show`: its rows are what is wanted, not how they came */
    Str invocation_id;
    Str root; /* the project's folder, as it can be opened: before paths that a person may want to open */
    const char *command;
    bool live_shown;
    const Node **active; /* nodes at work, for the live line */
    size_t active_count, active_cap;
    size_t done, total;
    double check_seconds; /* of the check before write; < 0: there was none */
    Arena *arena; /* owned */
} Report;

void report_init(Report *report, Terminal terminal, const SourceTable *sources);
void report_release(Report *report);

/* A plain line of information; nothing with --quiet; into the log file, too. */
void report_line(Report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Into the log file only. */
void report_log(Report *report, LogLevel level, Str text);
void report_diag(Report *report, const Diag *diag, bool err);
/* All of a sink, to standard error: what is wrong with a project or a command. */
void report_sink(Report *report, const DiagSink *sink);

void report_event(void *report, const RunEvent *event);
/* Failures again, and the summary. */
void report_end(Report *report, const Run *run);

#endif
