/* Running: from a manifest and a selection to results.
 *
 * plan (what, in which order) -> compile each node's SQL -> check it all against the engine before any write -> schedule
 * on worker threads, a node when nothing blocks it any more -> results, appended durably as they come.
 * A failed node skips its descendants, never its siblings. Each model runs in one transaction.
 *
 * Ownership: a Run and all its results belong to the caller's arena and to run_free. Events borrow what they point to for
 * the time of the call.
 * Thread rule: run_execute is called from one thread and starts its own; events come one at a time (the run serialises
 * them), possibly from other threads. run_cancel may be called from a signal handler's thread or from any other. */
#ifndef CDBT_RUN_RUN_H
#define CDBT_RUN_RUN_H

#include "base/clock.h"
#include "graph/select.h"
#include "graph/state.h"
#include "manifest/manifest.h"

typedef enum RunCommand {
    RUN_COMPILE,
    RUN_RUN,
    RUN_SEED,
    RUN_TEST,
    RUN_BUILD,
    RUN_SNAPSHOT,
    RUN_DOCS, /* compile, then read the catalog */
    RUN_OPERATION, /* run-operation */
    RUN_SHOW,
    RUN_CLONE,
    RUN_FRESHNESS, /* source freshness */
} RunCommand;

const char *run_command_word(RunCommand command); /* "run": flags.WHICH */
/* Which kinds of nodes a command works on, as bits 1 << ResourceType. */
uint32_t run_command_types(RunCommand command);

/* dbt's words: status of a result. */
typedef enum RunStatus {
    RUN_SUCCESS, /* "success" */
    RUN_PASS, /* "pass": tests */
    RUN_WARN, /* "warn": tests */
    RUN_FAIL, /* "fail": tests */
    RUN_ERROR, /* "error" */
    RUN_SKIPPED, /* "skipped" */
    RUN_PARTIAL, /* "partial success": some batches of a microbatch model failed */
    RUN_NO_OP, /* "no-op" */
    RUN_CANCELLED, /* written as "skipped" */
} RunStatus;

const char *run_status_word(RunStatus status);

typedef struct RunTiming {
    Str started_at, completed_at; /* ISO, UTC */
} RunTiming;

/* The batches of a microbatch model, each list in the order of time. */
typedef struct RunBatches {
    ClockWindow *successful, *failed; /* what was not reached counts as failed */
    size_t successful_count, failed_count;
} RunBatches;

/* How old a source's newest row is. The result's status is RUN_PASS, RUN_WARN or RUN_FAIL (stale), or RUN_ERROR. */
typedef struct RunFreshness {
    int64_t loaded_at, asked_at; /* microseconds since 1970; the year 1 for a source without rows */
    double age; /* in seconds */
    Value response; /* what the database said besides the rows, a dict; or undefined */
} RunFreshness;

typedef struct RunResult {
    const Node *node;
    RunStatus status;
    RunTiming compile, execute;
    double seconds; /* of the whole node */
    unsigned thread; /* 1..; 0: it did not run */
    size_t index; /* its place among the planned ones, in the order of starting, from 1 */
    int64_t failures; /* of a test; -1: none known */
    int64_t rows; /* affected or loaded; -1: not known */
    int64_t stored; /* rows that the relation holds afterwards, where that costs nothing to know; -1: not known */
    Str message; /* one line: "OK", "SELECT 3", "Got 2 results, configured to fail if != 0", the error's first line */
    Str adapter_code,
        adapter_message; /* "INSERT", "INSERT 0 3": the response as dbt keeps it; empty if there is none */
    Str compiled_code; /* empty if it has none */
    Str relation_name;
    const RunBatches *batches; /* of a microbatch model; else NULL */
    Diag *diags; /* errors and warnings of this node */
    size_t diag_count;
    const Node *skipped_because; /* the failed node above */
    Str compiled_path; /* of a test: where to find its query */
    const RunFreshness *freshness; /* of a source; NULL if it could not be found out */
    const struct RunTable
        *sample; /* of a failed test or a shown seed: its first rows; NULL if there are none to show */
    bool sample_cut; /* there are more of them */
} RunResult;

typedef enum RunEventKind {
    RUN_EVENT_PLANNED, /* count of nodes, threads: before anything else */
    RUN_EVENT_CHECKED, /* the check before write is over: seconds, count of checked nodes */
    RUN_EVENT_STARTED, /* a node */
    RUN_EVENT_FINISHED, /* a node: result */
    RUN_EVENT_MESSAGE, /* log(), print(): text */
    RUN_EVENT_STATEMENT, /* SQL as it is sent, if statements are wanted: text */
    RUN_EVENT_DIAG, /* a diagnostic that belongs to no result, or a warning while a node runs */
} RunEventKind;

typedef struct RunEvent {
    RunEventKind kind;
    const Node *node; /* NULL if it concerns none */
    size_t index, total; /* 1-based place of the node among the planned ones */
    const RunResult *result; /* FINISHED */
    Str text; /* MESSAGE, STATEMENT */
    bool to_person; /* MESSAGE: print() or log(info=True) */
    bool printed; /* MESSAGE: print() */
    const Diag *diag; /* DIAG */
    double seconds; /* CHECKED */
    size_t count; /* PLANNED: nodes; CHECKED: nodes checked */
    unsigned threads; /* PLANNED */
    unsigned thread; /* STATEMENT: 1.. */
} RunEvent;

typedef void (*RunEventFn)(void *data, const RunEvent *event);

/* --warn-error and --warn-error-options. */
enum { RUN_WARNING_STAYS, RUN_WARNING_IS_ERROR, RUN_WARNING_SILENT };

typedef struct RunOptions {
    RunCommand command;
    SelectOptions select;
    const PreviousState *defer_state; /* of --defer and clone; NULL: none */
    bool defer, favor_state;
    bool full_refresh, fail_fast, empty, no_check, no_write_artifacts;
    const unsigned char *warnings; /* by DiagCode: what becomes of a warning; NULL: it stays one */
    int64_t wait; /* how many seconds to wait for another run on the same database; -1: the default */
    bool atomic; /* the whole run in one transaction: all of it or nothing */
    ClockWindow event_time; /* --event-time-start/-end: which batches of microbatch models */
    ClockWindow sample; /* --sample: the rows of inputs with an event_time */
    int64_t now; /* when microbatch models end, in microseconds; 0: the clock's time */
    const Map *retry_batches; /* unique id -> RunBatches of the run that is retried: only `failed` ones run; or NULL */
    unsigned threads; /* 0: the target's */
    Value flags, invocation; /* as the templates see them */
    SpanText operation_macro; /* RUN_OPERATION: name, and its arguments as a dict */
    Value operation_args;
    Str inline_sql; /* RUN_SHOW, RUN_COMPILE with --inline */
    SourceId inline_source;
    int64_t limit; /* RUN_SHOW */
    int64_t show_seeds; /* how many rows of a loaded seed are kept to be shown; -1 for all */
    int64_t show_failures; /* how many rows of a failed test are kept: -1 for all */
    bool no_introspect; /* templates may not ask the database while they are compiled */
    bool empty_catalog; /* RUN_DOCS: the database is not asked what it holds */
    bool statements; /* events of each statement are wanted */
    RunEventFn event;
    void *event_data;
} RunOptions;

typedef struct Run Run;

/* Plans the run: selection, order. NULL after errors in the sink. An empty selection gives a run without nodes. */
Run *run_plan(const Manifest *manifest, const Graph *graph, const RunOptions *options, DiagSink *sink);
/* Runs it. False if it could not be done at all (no database, no folder to write to): then the sink says why and nothing
 * was written. Failed nodes are results, not errors of the run. So are those that the check before write refuses: they
 * have status error, all others skipped, and nothing was written (run_refused). */
bool run_execute(Run *run, DiagSink *sink);
void run_cancel(Run *run); /* async-signal-safe */
void run_free(Run *run);

Value run_planned(const Run *run); /* unique ids, as a list */
const RunResult *run_results(const Run *run, size_t *count); /* in the order of completion */
double run_seconds(const Run *run);
bool run_failed(const Run *run); /* any node error or failed test: exit code 1 */
bool run_was_cancelled(const Run *run);
bool run_impossible(const Run *run); /* what was asked cannot be done at all: exit code 2 */
bool run_refused(const Run *run); /* the check before write found errors */
/* Who holds the lock of a database file at this moment, as a line for people; empty: nobody, or it cannot be known. */
Str run_lock_holder(Arena *arena, Str database_path);
/* Where this run's lines begin and end in target/run_results.jsonl, in bytes; -1: it wrote none. */
int64_t run_log_start(const Run *run);
int64_t run_log_end(const Run *run);
bool run_rolled_back(const Run *run); /* --atomic: something failed, so nothing was kept */
/* What is known about a node's columns and types after the check, for docs and contracts; NULL if nothing. */
const AdapterColumns *run_columns(const Run *run, const Node *node);
/* Whether what ran for a node was written below target/run. */
bool run_wrote(const Run *run, const Node *node);
/* The compiled SQL of a node, if it was compiled. */
Str run_compiled(const Run *run, const Node *node);
/* The ephemeral models that stand in it as CTEs, and the SQL of each, without its own; in the order in which they stand. */
typedef struct RunCte {
    const Node *node;
    Str sql;
} RunCte;
const RunCte *run_ctes(const Run *run, const Node *node, size_t *count);
/* The name of an ephemeral model as a CTE. */
Str run_cte_name(Arena *arena, const Node *node);
/* Rows of RUN_SHOW. */
typedef struct RunTable {
    AdapterColumns columns;
    AdapterCell **rows; /* texts live in the run */
    size_t row_count;
} RunTable;
const RunTable *run_shown(const Run *run);

/* What RUN_DOCS read of the database: one entry for each relation that exists, in the order of the nodes. */
typedef struct RunRelation {
    const Node *node; /* a model, seed, snapshot or source */
    Str type; /* "table", "view", "materialized_view", "external" */
    AdapterColumns columns; /* in the database's order */
    AdapterDetails details;
} RunRelation;
const RunRelation *run_catalog(const Run *run, size_t *count);

/* Where a node's SQL is written, relative to the project: "target/compiled/shop/models/gold/a.sql"; `folder` is "compiled"
 * or "run". dbt: ParsedNode.get_target_write_path. */
Str run_target_path(Arena *arena, const Manifest *manifest, const Node *node, Str folder);

#endif
