/* What became of each node over all runs, kept in a small SQLite database beside the target folder, and who is told.
 *
 *   .cdbt/history.db   runs, results, nodes, failing; plain tables, for any SQLite client
 *
 * It lies outside of target/, so that `clean` leaves it. A run writes to it once, at its end, in one transaction; a run that
 * was killed is taken over from target/run_results.jsonl by the next one. $CDBT_HISTORY names another file, or is "off".
 *
 * Ownership: results live in the arena given. Thread rule: one thread. */
#ifndef CDBT_HISTORY_HISTORY_H
#define CDBT_HISTORY_HISTORY_H

#include "run/run.h"

/* A node whose last result was bad, or is no longer. */
typedef struct HistoryChange {
    const Node *node;
    bool recovered; /* otherwise it began to fail in this run */
} HistoryChange;

typedef struct HistoryFailing {
    const Node *node;
    Str since; /* ISO time of the first run in which it failed without passing since */
    int64_t runs; /* how many that are, this one included */
} HistoryFailing;

typedef struct HistoryNews {
    HistoryChange *changes;
    size_t change_count;
    HistoryFailing *failing; /* of the nodes of this run */
    size_t failing_count;
    bool known; /* false: there is no history to compare with */
} HistoryNews;

/* Where the history is kept; empty if it is not. */
Str history_path(Arena *arena, const ProjectPaths *paths);

/* Records a run that is over. `refusal`: why it could not be done at all, or empty. False with *error (one sentence) if the
 * history cannot be written; that is no reason for a run to fail. */
bool history_write(Arena *arena, const Manifest *manifest, const Run *run, const RunOptions *options, Str refusal,
                   HistoryNews *news, Str *error);

/* Tables to show; NULL with *error. Newest first; `limit` < 0: all. */
typedef struct HistoryTables {
    const RunTable *main; /* the runs, or the results of one node */
    const RunTable *failing; /* what fails at present; of that node, if one was named */
} HistoryTables;
/* `node`: a name or unique id, or empty. *nearest: where no such node was ever run, the most similar name. */
bool history_read(Arena *arena, Str path, Str node, Str target, int64_t limit, HistoryTables *tables, Str *nearest_name,
                  Str *error);

/* ---- telling (notify.c) ---- */

/* `on_failure` of dbt_project.yml, or $CDBT_ON_FAILURE. */
typedef struct Notify {
    Str command; /* for the shell; its standard input is the JSON */
    Str url; /* that the JSON is posted to */
    bool on_change; /* only when something began to fail or recovered */
    bool messages, rows; /* of failed nodes too: they may hold data */
    unsigned timeout; /* seconds */
} Notify;

/* False if there is none; errors are in the sink. */
bool notify_read(Arena *arena, const Manifest *manifest, Notify *notify, DiagSink *sink);
/* Tells, if there is a reason to. `refusal` as above; `run` is NULL then or if it was never planned. Failing to tell is a
 * warning. */
void notify_send(Arena *arena, const Notify *notify, const Manifest *manifest, const Run *run, Str command, Str refusal,
                 const HistoryNews *news, DiagSink *sink);
/* The JSON alone, and whether it would be sent. */
bool notify_payload(Buf *out, const Notify *notify, const Manifest *manifest, const Run *run, Str command, Str refusal,
                    const HistoryNews *news);

#endif
