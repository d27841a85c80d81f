/* What the files of this room share: the database of the history.
 *
 * Ownership: a handle belongs to who opened it. Thread rule: one thread. */
#ifndef CDBT_HISTORY_INTERNAL_H
#define CDBT_HISTORY_INTERNAL_H

#include "history/history.h"

#include <sqlite3.h>

/* Opens it, `create`: with its folder and tables. NULL with *error; STR_EMPTY there: it does not exist. */
sqlite3 *history_open(Arena *arena, Str path, bool create, Str *error);
bool history_exec(sqlite3 *db, const char *sql);
Str history_message(Arena *arena, sqlite3 *db);

/* What a run's line in `runs` says. Empty texts are stored as null. */
typedef struct HistoryRun {
    Str invocation_id, command, project, target, host, started_at, ended_at, outcome, message;
    int64_t pid;
    double seconds; /* < 0: not known */
} HistoryRun;

/* One result, from memory or from the log. */
typedef struct HistoryResult {
    Str unique_id, status, message;
    double seconds;
    int64_t rows, failures; /* -1: not known */
} HistoryResult;

/* Writes within an open transaction. */
typedef struct HistoryWriter {
    sqlite3 *db;
    sqlite3_stmt *add_node, *find_node, *add_result, *fails, *passes;
    int64_t run_id;
    Str target, started_at;
    int64_t good, warned, bad, skipped;
} HistoryWriter;

bool history_writer_begin(HistoryWriter *writer, sqlite3 *db, const HistoryRun *run);
bool history_writer_add(HistoryWriter *writer, const HistoryResult *result);
bool history_writer_end(HistoryWriter *writer); /* also after a failure: frees the statements */
bool history_is_bad(Str status);

/* Takes over what runs that never came to their end left in the log, up to `end`. */
bool history_take_over(Arena *arena, sqlite3 *db, const Manifest *manifest, int64_t end);

#endif
