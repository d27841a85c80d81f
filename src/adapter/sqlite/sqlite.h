/* The SQLite adapter from the inside: what its files share.
 *
 * One database file in WAL mode. A SqliteDatabase holds settings and makes connections; a SqliteConnection owns one
 * sqlite3 handle, opened without SQLite's own mutexes because a connection belongs to one thread at a time
 * (sqlite3_interrupt is the exception that SQLite allows). Thread rule: as in cdbt/adapter.h. */
#ifndef CDBT_ADAPTER_SQLITE_SQLITE_H
#define CDBT_ADAPTER_SQLITE_SQLITE_H

#include "base/vec.h"
#include "cdbt/adapter.h"

#include <sqlite3.h>
#include <stdatomic.h>

typedef struct SqliteAttached {
    Str alias, path;
} SqliteAttached;

typedef struct SqliteDatabase {
    AdapterDatabase base;
    Arena *arena; /* owned: all texts below */
    Str path; /* absolute */
    bool temporary; /* `:memory:`: a file of its own that is removed on close */
    bool read_only;
    bool absent; /* read_only, and there is no such file: seen as empty */
    bool wal;
    bool quoted_strings; /* "x" that is no column is the string 'x', as SQLite has it by default */
    uint32_t busy_ms;
    VEC(SqliteAttached) attached;
    VEC(Str) extensions;
    VEC(AdapterSetting) pragmas;
    bool opened; /* constant from here on, but for `spare` */
    _Atomic(struct SqliteConnection *) spare; /* what open tried the file with: handed to the first worker */
} SqliteDatabase;

typedef struct SqliteConnection {
    AdapterConnection base;
    sqlite3 *handle; /* owned */
    AdapterRole role;
    uint32_t depth; /* open begins */
    uint64_t busy_since; /* monotonic ns at which the present wait for a lock began */
    atomic_bool cancelled;
    bool committing; /* we commit: anything else that ends an open transaction is turned into a rollback */
    bool ending; /* a rollback or close is under way: not to be cancelled */
    struct SqliteLane *lane; /* of a reader: what it evaluated for the writer; owned, made on first use */
    struct SqliteConnection *offered; /* of a writer: the reader whose rows it may take; borrowed */
} SqliteConnection;

/* ---- settings.c ---- */
extern const AdapterSettingInfo sqlite_settings[];
bool sqlite_read_settings(const AdapterOpen *open, SqliteDatabase *database, AdapterError *error);
bool sqlite_location(const AdapterOpen *open, Arena *arena, Str *location, AdapterError *error);
bool sqlite_is_attached(const AdapterOpen *open, Str name);

/* ---- connection.c ---- */
bool sqlite_open(const AdapterOpen *open, AdapterDatabase **database, AdapterError *error);
void sqlite_close(AdapterDatabase *database);
void sqlite_capabilities(const AdapterDatabase *database, AdapterCapabilities *capabilities);
void sqlite_describe(const AdapterDatabase *database, Arena *arena, const AdapterSetting **pairs, size_t *count);
bool sqlite_connect(AdapterDatabase *database, AdapterRole role, AdapterConnection **connection, AdapterError *error);
void sqlite_disconnect(AdapterConnection *connection);
void sqlite_cancel(AdapterConnection *connection);
void sqlite_cancel_clear(AdapterConnection *connection);
bool sqlite_transaction(AdapterConnection *connection, AdapterTransaction what, AdapterError *error);
uint32_t sqlite_depth(const AdapterConnection *connection);
void sqlite_own_process(void);
/* Settings that every handle has, the shadows of check.c too: functions, limits, what "x" means. */
void sqlite_prepare_handle(sqlite3 *handle, bool quoted_strings);

/* ---- statement.c ---- */
bool sqlite_execute(AdapterConnection *connection, Str sql, Arena *arena, AdapterResult *result, AdapterError *error);
bool sqlite_query(AdapterConnection *connection, Str sql, AdapterCursor **cursor, AdapterError *error);
const AdapterColumn *sqlite_cursor_columns(AdapterCursor *cursor, size_t *count);
AdapterStep sqlite_step(AdapterCursor *cursor, const AdapterCell **cells, AdapterError *error);
void sqlite_finish(AdapterCursor *cursor);
bool sqlite_prepare(AdapterConnection *connection, Str sql, Arena *arena, AdapterColumns *columns, AdapterError *error);
/* Runs one statement of our own making, e.g. "begin immediate": its text gives no place in an error. */
bool sqlite_run(SqliteConnection *connection, const char *sql, AdapterError *error);
/* Refuses after a cancel, and in a transaction that the database has ended. */
bool sqlite_may_run(SqliteConnection *connection, AdapterError *error);
/* Names, declared types and origins of a statement's result. */
AdapterColumns sqlite_result_columns(sqlite3_stmt *statement, Arena *arena);
Str sqlite_column_text(sqlite3_stmt *statement, int column); /* valid until the next step */

/* ---- schema.c ---- */
bool sqlite_find_relation(AdapterConnection *connection, Str database, Str schema, Str identifier, Arena *arena,
                          bool *found, AdapterRelation *relation, AdapterError *error);
bool sqlite_list_relations(AdapterConnection *connection, Str database, Str schema, Arena *arena,
                           AdapterRelations *relations, AdapterError *error);
bool sqlite_list_schemas(AdapterConnection *connection, Str database, Arena *arena, AdapterStrs *schemas,
                         AdapterError *error);
bool sqlite_details(AdapterConnection *connection, Str relation, Arena *arena, AdapterDetails *details,
                    AdapterError *error);
bool sqlite_columns(AdapterConnection *connection, Str relation, Arena *arena, AdapterColumns *columns,
                    AdapterError *error);
/* The parts of a rendered relation: "x" or "alias"."x". An empty alias: main. */
void sqlite_split_name(Arena *arena, Str rendered, Str *alias, Str *name);

/* ---- load.c ---- */
bool sqlite_bulk_load(AdapterConnection *connection, const AdapterBulkLoad *load, int64_t *rows, AdapterError *error);

/* ---- lane.c ---- */
bool sqlite_evaluate(AdapterConnection *reader, Str relation, Str select, AdapterError *error);
void sqlite_offer(AdapterConnection *writer, AdapterConnection *reader);
void sqlite_forget(AdapterConnection *reader);
/* Whether `sql` is the statement whose rows are offered to this writer. */
bool sqlite_is_offered(const SqliteConnection *writer, Str sql);
/* Makes the table of what is offered. True without `taken`: nothing was made, and the statement is to be run as it stands. */
bool sqlite_take_offered(SqliteConnection *writer, bool *taken, AdapterError *error);
void sqlite_lane_free(SqliteConnection *reader);

/* ---- error.c ---- */
AdapterErrorKind sqlite_classify(int32_t native_code, const char *sqlstate, Str message);
/* Fills the error from the handle's last one. `sql` is the caller's whole text, `statement_at` where the statement that
 * failed begins in it; an empty `sql` gives no place. Returns false. */
bool sqlite_fail(sqlite3 *handle, int code, Str sql, size_t statement_at, AdapterError *error);
/* The same on a connection: knows about cancelling and names who holds a lock. */
bool sqlite_fail_on(SqliteConnection *connection, int code, Str sql, size_t statement_at, AdapterError *error);

/* ---- holder.c ---- */
/* Who holds a lock on the database file: "process 4711 (python etl.py)", or empty where it cannot be found out. */
Str sqlite_lock_holder(Arena *arena, Str path);

/* ---- check.c ---- */
bool sqlite_check_begin(AdapterDatabase *database, AdapterCheck **check, AdapterError *error);
bool sqlite_check_relation(AdapterCheck *check, Str relation, const AdapterColumns *columns, AdapterError *error);
bool sqlite_check_prepare(AdapterCheck *check, Str sql, Arena *arena, AdapterChecked *checked, AdapterError *error);
void sqlite_check_types(AdapterCheck *check, Str sql, Arena *arena, AdapterColumns *columns);
void sqlite_check_end(AdapterCheck *check);

#endif
