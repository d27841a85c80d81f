/* What the files of this room share: the Run, its workers, what is known of a node's SQL.
 *
 * Ownership: run->arena holds what the run makes by itself; each worker keeps what outlives a node in `keep` and what does
 * not in `render`, which is cleared between nodes. All of them live until run_free.
 * Thread rule: a worker belongs to its thread. What several write (results, events, numbers) is behind run->lock; the
 * table of compiled nodes has one writer for each entry at a time, and the scheduler orders writers before readers. */
#ifndef CDBT_RUN_INTERNAL_H
#define CDBT_RUN_INTERNAL_H

#include "base/vec.h"
#include "context/context.h"
#include "run/plan.h"
#include "run/run.h"
#include "run/schedule.h"
#include "sql/scan.h"

#include <pthread.h>
#include <stdatomic.h>

typedef VEC(const Node *) NodePointers;

typedef struct NodeDiags {
    Diag *at;
    size_t n;
} NodeDiags;

/* A node's SQL. Texts live in some worker's `keep`. */
typedef struct Compiled {
    Value body; /* rendered, its end trimmed; V_STR with a source map */
    Value sql; /* with the CTEs of ephemeral models */
    const Node **ephemerals; /* that the body refers to, in order of first mention */
    size_t ephemeral_count;
    RunCte *ctes; /* all that were put in front, theirs too, in the order in which they stand */
    size_t cte_count;
    unsigned asked; /* ContextAsked */
    bool ok; /* both texts are there */
    RunTiming timing;
    Diag *diags; /* of rendering: errors and warnings */
    size_t diag_count;
} Compiled;

typedef struct RunWorker {
    Run *run;
    unsigned number; /* from 0 */
    Arena *render, *keep;
    DiagSink sink; /* of the node at hand */
    Context *compile, *execute; /* made on first use; COMPILE and RUN mode */
    AdapterConnection *reader, *writer; /* made on first use; `writer` stays NULL where all share one */
    const Node *node;
    ClockWindow batch; /* of a microbatch model, while it is at hand */
    Str batch_id, batch_label; /* model.batch.id; what the batch's files are called after */
    bool lane; /* it may use the shared writer's connection */
    bool prepared; /* the node's select was evaluated on `reader`: see prepare.c */
    int64_t prepared_since; /* when that began, in microseconds since 1970 */
    size_t hook, hooks; /* of a hook: its number among how many; 0 otherwise */
    Context *comments; /* made on first use: what the query-comment is rendered in */
    Arena *comment; /* owned: of the comment that statements carry at the moment */
    DiagSink comment_sink;
    Map unbuilt; /* unique id -> AdapterColumns *: of what is not in the database; see unit_columns.c */
    NodePointers ephemerals; /* that the text being rendered referred to; in render */
} RunWorker;

/* What is known of a seed's file after its first reading. */
typedef struct SeedFile {
    AdapterColumn *columns; /* names and types as they shall be created */
    AdapterColumn *stored; /* the same with the names that the database keeps: folded where they are not quoted */
    int *kinds; /* CsvType of each; see seed.c */
    size_t column_count;
    bool ok;
    Diag *diags;
    size_t diag_count;
} SeedFile;

/* The comment of statements: `query-comment`. */
typedef struct RunComment {
    bool standard; /* dbt's own, where the project says nothing */
    bool append;
    const Macro *macro; /* of the project's text, with arguments connection_name and node; NULL: none */
} RunComment;

struct Run {
    const Manifest *manifest;
    RunComment comment;
    const Graph *graph;
    RunOptions options;
    Arena *arena;
    Plan *plan;
    NodeSet selected;
    const RelationParts **deferred; /* by the node's index: where a ref to it is read instead; NULL: no --defer */
    Node *own_node; /* of run-operation and --inline: a node that is in no manifest; NULL otherwise */
    unsigned threads; /* that talk to the database at once */
    RunWorker *workers;
    unsigned worker_count; /* at least `threads`: rendering alone uses all cores */

    AdapterDatabase *database;
    AdapterCapabilities capabilities;
    bool read_only; /* the database was opened for reading */
    Map bad_schemas; /* database.schema -> NodeDiags *: those that could not be made, and why */
    AdapterConnection *shared_writer; /* where only one may write */
    atomic_size_t cancellable_count;
    _Atomic(AdapterConnection *) *cancellable; /* all connections that are open */
    size_t cancellable_cap;

    Compiled **compiled; /* by the node's index */
    Compiled **own_compiled; /* of own_node: one entry */
    AdapterColumns **columns; /* by the node's index: what the check found; NULL: unknown */
    SeedFile **seeds; /* by the node's index */
    NodeDiags **check_diags; /* by the node's index: what the check found wrong, or NULL */
    const Node **blocked_by; /* by the node's index: the ephemeral model with errors that it needs, or NULL */
    Value selected_resources;

    Schedule schedule;
    pthread_mutex_t lock;
    VEC(RunResult) results;
    bool *has_result, *wrote; /* by the node's index */
    size_t started, total; /* numbers handed out, nodes planned */
    int log; /* run_results.jsonl; -1: none */
    int64_t log_start, log_end; /* the log's size before and after this run; -1: no log */
    bool log_torn; /* the last write did not end its line */
    int lock_file; /* of lock.c; -1: none */
    const char *lock_path;
    bool failed, refused;
    bool impossible; /* what was asked cannot be done at all: exit code 2 */
    bool in_one; /* --atomic: the transaction around all nodes is open */
    bool rolled_back;
    atomic_bool fail_fast_hit;
    atomic_bool cancelled;
    uint64_t began;
    double seconds;
    RunTable *shown;
    VEC(RunRelation) catalog;
};

/* ---- worker.c ---- */
void worker_init(RunWorker *worker, Run *run, unsigned number);
void worker_release(RunWorker *worker);
/* For a new node: clears what the last one left. */
void worker_turn(RunWorker *worker, const Node *node);
/* NULL after a diagnostic in worker->sink. */
AdapterConnection *worker_reader(RunWorker *worker);
AdapterConnection *worker_writer(RunWorker *worker); /* the caller is the only one that writes, or all may */
/* A context for `node` with that connection (NULL: none), ready to render. */
Context *worker_context(RunWorker *worker, ContextMode mode, const Node *node, AdapterConnection *connection);
ContextRun worker_context_run(RunWorker *worker, AdapterConnection *connection);
Diag *diags_copy(Arena *arena, const Diag *diags, size_t count);

/* ---- comment.c ---- */
bool run_comment_init(Run *run, DiagSink *sink); /* false, and reported, if it is none where no node is at hand */
/* From now on the connection's statements carry the comment of `node` (NULL: none is at hand). */
void worker_statements(RunWorker *worker, const Node *node, AdapterConnection *connection);

/* ---- connect.c ---- */
/* Opens the target's database. `read_only`: nothing is created. */
bool run_open_database(Run *run, bool read_only, DiagSink *sink);
/* Takes and gives back the write lock: a database that is locked, read-only or none at all is refused before any work. */
bool run_probe_writer(Run *run, DiagSink *sink);
void run_close_database(Run *run);
bool run_register(Run *run, AdapterConnection *connection); /* for run_cancel */
bool run_make_schemas(Run *run, DiagSink *sink);
/* False, with the reason in worker->sink, if the schema that the node is stored in could not be made. */
bool run_schema_is_there(RunWorker *worker, const Node *node);

/* ---- errors.c ---- */
DiagCode database_code(AdapterErrorKind kind);
/* Reports a database's error that concerns the whole target, or one node's SQL. */
void report_target_error(const Run *run, DiagSink *sink, const AdapterError *error);
void report_sql_error(const Run *run, DiagSink *sink, DiagCode code, const Node *node, Value sql,
                      const AdapterError *error);
Span sql_span(const Node *node, Value sql, size_t offset, size_t length); /* where a part of its SQL came from */
Span node_span(const Node *node); /* of its text, or where it is defined */

/* ---- compile.c ---- */
Compiled **compiled_slot(const Run *run, const Node *node);
/* Renders a node in a context that stands at it, and injects its ephemeral models. Diagnostics are in worker->sink. */
bool compile_in(RunWorker *worker, Context *context, const Node *node, Compiled *compiled);
/* The body alone, without its ephemeral models; and the same from a text that is rendered already. */
bool compile_body(RunWorker *worker, Context *context, const Node *node, Compiled *compiled);
bool compile_text(RunWorker *worker, const Node *node, Value text, Compiled *compiled);
/* Compiles all planned nodes that the check needs (all of them: `everything`), on all workers, and their ephemerals. */
void compile_all(Run *run, bool everything);
bool write_target(const Run *run, const Node *node, const char *folder, Str text);
/* The same for one batch of the node: below a folder named like the file. `label` empty: the node itself. */
bool write_target_part(const Run *run, const Node *node, const char *folder, Str label, Str text);
bool run_status_bad(RunStatus status); /* it fails the run, and what is below the node is skipped */

/* ---- rewrite.c ---- */
/* The text itself if there is nothing to rewrite. */
Value rewrite_sql(Arena *arena, const Manifest *manifest, const Node *node, Value text);

/* ---- inject.c ---- */
/* body with the CTEs of its ephemerals in front; `find` gives the body and the ephemerals of an ephemeral model. */
Str cte_name(Arena *arena, const Node *node);
typedef const Compiled *(*InjectFind)(void *data, const Node *ephemeral);
bool inject_ctes(Arena *arena, const SqlSyntax *syntax, const Node *node, Compiled *compiled, InjectFind find,
                 void *data, Value *sql);

/* ---- check.c ---- */
/* True if nothing stands against running. Errors are in run->check_diags. */
bool check_all(Run *run);

/* ---- atomic.c ---- */
/* Opens the one transaction of --atomic. From here on every worker reads and writes on the connection that has it. */
bool atomic_begin(Run *run, DiagSink *sink);
/* Commits it if all went well, and otherwise rolls everything back and says so. False after an error of the commit. */
bool atomic_end(Run *run, DiagSink *sink);

/* ---- prepare.c: the select of a model is evaluated beside the writer ---- */
bool node_prepares(const Run *run, const Node *node);
void node_prepare(RunWorker *worker, const Node *node);
/* Around the node's work: lends what was evaluated to the writer, and gives it back. */
void prepared_begin(RunWorker *worker, RunResult *result);
void prepared_end(RunWorker *worker, RunResult *result);

/* ---- log.c ---- */
void results_open(Run *run);
void results_close(Run *run);
void results_log(Run *run, const RunResult *result);
/* What a model is about to build, batch by batch. Takes the lock. */
void results_log_batches(Run *run, const Node *node, const ClockWindow *batches, size_t count);
/* A batch that is done is done, whatever becomes of the others: one line, which is no node's result. Takes the lock. */
void results_log_batch(Run *run, const Node *node, const ClockWindow *batch, RunStatus status);
/* --atomic: what was kept back until the end is known. */
void results_log_all(Run *run);

/* ---- lock.c ---- */
/* One writing run at a time on a database file: waits for another one and says who it is. False after an error. */
bool run_lock(Run *run, DiagSink *sink);
/* Inside the node's transaction, for as long as that lasts. */
bool run_lock_relation(RunWorker *worker, AdapterConnection *writer, const Node *node);
void run_unlock(Run *run);

/* ---- contract.c ---- */
/* Whether the SQL of a model gives what its contract promises; `checked` is what the check found of it (its `known` set).
 * Errors are in the worker's sink. */
bool contract_check(RunWorker *worker, AdapterCheck *check, const Node *node, Str sql, const AdapterChecked *checked);

/* ---- results.c ---- */
void result_begin(RunWorker *worker, const Node *node, RunResult *result); /* gives the event STARTED */
/* Copies the worker's diagnostics, keeps and logs the result, gives the event FINISHED. */
void result_end(RunWorker *worker, RunResult *result);
/* For a node that did not run. */
void result_skip(Run *run, const Node *node, const Node *because, RunStatus status, Str message, bool event);
void result_skip_hook(RunWorker *worker, const Node *hook, const Node *because);
int run_warning(const Run *run, DiagCode code); /* RUN_WARNING_... */
/* Makes errors of the warnings that count as such and takes those out that nobody wants. False if there are errors now. */
bool run_weigh(const Run *run, DiagSink *sink);
void run_emit(Run *run, const RunEvent *event); /* takes the lock */
void run_emit_diags(Run *run, const DiagSink *sink);
void timing_begin(Arena *arena, RunTiming *timing);
void timing_end(Arena *arena, RunTiming *timing);

/* ---- one file a kind; each fills what it knows of the result, errors are in worker->sink ---- */
/* defer.c */
void run_defer(Run *run); /* once the database is open */
const RelationParts *run_state_relation(const Run *run, const Node *node); /* NULL: the state has none */

/* False, and reported, if all that would be cloned is this target itself. */
bool clone_is_possible(const Run *run, DiagSink *sink);
bool clone_execute(RunWorker *worker, const Node *node, RunResult *result);
bool model_execute(RunWorker *worker, const Node *node, RunResult *result);
/* event_time.c: false after an error if an input's event_time holds what it cannot be cut by. */
bool event_times_usable(RunWorker *worker, const Node *node);
/* microbatch.c */
bool is_microbatch(const Node *node);
bool microbatch_execute(RunWorker *worker, const Node *node, RunResult *result);
/* Stands in for a batch while the SQL is checked: the first one that the model could have. */
void microbatch_example(RunWorker *worker, const Node *node);

bool seed_execute(RunWorker *worker, const Node *node, RunResult *result);
bool test_execute(RunWorker *worker, const Node *node, RunResult *result);
bool test_writes(const Node *node);
/* For what only looks: the writer's connection, in a transaction that is to be rolled back (`*lane`), where this worker has
 * the lane; the worker's reader otherwise. NULL after an error. */
AdapterConnection *test_connection(RunWorker *worker, bool *lane);
bool unit_test_execute(RunWorker *worker, const Node *node, RunResult *result);
bool freshness_execute(RunWorker *worker, const Node *node, RunResult *result);
bool hooks_execute(Run *run, bool end);
bool operation_execute(Run *run, DiagSink *sink);
bool show_execute(Run *run, DiagSink *sink);
Node *inline_node(Run *run, DiagSink *sink); /* NULL after an error */
void catalog_read(Run *run);

/* materialize.c: the macro in a context that materialize_begin gave, the answer of its "main" statement. */
/* The macro that builds it; NULL after an error, if there is none. */
const Macro *materialization_of(RunWorker *worker, Context *context, const Node *node, Str name);
bool materialize(RunWorker *worker, Context *context, const Node *node, Value sql, RunResult *result);
/* The same by a materialization of another name than the node's, and the end of the transaction. */
bool materialize_as(RunWorker *worker, Context *context, const Node *node, Str name, Value sql, RunResult *result);
/* materialize, and the end of the transaction: committed, or rolled back after an error. */
bool materialize_and_commit(RunWorker *worker, Context *context, const Node *node, Value sql, RunResult *result);
Context *materialize_begin(RunWorker *worker, const Node *node); /* NULL after an error */
/* How deep in transactions a connection is between two nodes: 1 within --atomic. Never commit or roll back below it. */
uint32_t run_base_depth(const Run *run);
void rollback_all(RunWorker *worker, AdapterConnection *connection);

/* unit_columns.c: the columns of what a unit test gives rows for, with their types as far as they are known; NULL: nothing
 * is known. What is not in the database is compiled, down to what is: nothing need be built. */
const AdapterColumns *unit_columns(RunWorker *worker, AdapterConnection *connection, const Node *node);

/* unit_diff.c: what differs between the rows that a model gives and those that are expected, as a table for people; empty
 * if nothing does. `table`: the rows of both, marked by a column actual_or_expected. */
Str unit_diff(Arena *arena, Value table);

/* test.c */
/* Keeps the first `limit` rows of a query for the person to see (-1: all; 0: none). A query that fails has none. */
void sample_take(RunWorker *worker, AdapterConnection *connection, Str sql, int64_t limit, RunResult *result);
/* table.c */
/* At most `limit` rows (below zero: all) of a cursor; NULL after an error. */
RunTable *run_table_read(Arena *arena, AdapterCursor *cursor, int64_t limit, AdapterError *error);

/* seed.c */
const SeedFile *seed_file(RunWorker *worker, const Node *node); /* reads it once; its diags say what is wrong */
char *seed_path(Arena *arena, const Node *node);

#endif
