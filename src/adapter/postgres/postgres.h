/* The PostgreSQL adapter from the inside: what its files share.
 *
 * A PgDatabase holds what the settings say and makes connections; a PgConnection owns one libpq connection, which it
 * makes anew when it broke outside of a transaction. Thread rule: as in cdbt/adapter.h; `cancel` is behind a lock, since
 * it is used from other threads. */
#ifndef CDBT_ADAPTER_POSTGRES_POSTGRES_H
#define CDBT_ADAPTER_POSTGRES_POSTGRES_H

#include "adapter/postgres/libpq.h"
#include "base/map.h"
#include "base/vec.h"

#include <pthread.h>
#include <stdatomic.h>

typedef struct PgDatabase {
    AdapterDatabase base;
    Arena *arena; /* owned: this object and all texts below */
    PgLibrary pq;
    VEC(AdapterSetting) parameters; /* of libpq */
    Str user, host, port, name; /* name: of the database; the others may be empty */
    Str session; /* statements for each new connection: role, search path, timeouts */
    VEC(Str) secrets; /* are cut out of every message */
    uint32_t retries, connect_timeout;
    bool check; /* check before write */
    bool read_only;
    void (*notice)(void *data, Str text);
    void *notice_data;
    Str version; /* "15.18"; constant after open */
    int version_number; /* 150018 */
    bool encrypted;
    bool locks; /* the server has advisory locks */
    _Atomic(struct PgConnection *) spare; /* what open tried: handed to the first worker */
} PgDatabase;

typedef struct PgConnection {
    AdapterConnection base;
    Arena *arena; /* owned: this object, `types` */
    PgConn *conn; /* owned; NULL or bad after it broke */
    AdapterRole role;
    uint32_t depth; /* open begins */
    bool begins; /* depth is 1, and the server was not told yet: `begin` goes ahead of the first statement */
    bool lost; /* the server ended the connection in the middle of a transaction: only rollback helps */
    struct PgCursor *cursor; /* whose rows are still under way; NULL */
    Map types; /* "oid.mod" -> Str *: names of types that were asked for */
    pthread_mutex_t lock; /* guards cancel */
    PgCancel *cancel;
    atomic_bool cancelled;
    bool ending; /* rolls back: not to be refused */
} PgConnection;

/* ---- settings.c ---- */
extern const AdapterSettingInfo pg_settings[];
bool pg_read_settings(const AdapterOpen *open, PgDatabase *database, AdapterError *error);
bool pg_location(const AdapterOpen *open, Arena *arena, Str *location, AdapterError *error);
bool pg_names(const AdapterOpen *open, Arena *arena, Str *database, Str *schema, AdapterError *error);

/* ---- connection.c ---- */
bool pg_open(const AdapterOpen *open, AdapterDatabase **database, AdapterError *error);
void pg_close(AdapterDatabase *database);
void pg_capabilities(const AdapterDatabase *database, AdapterCapabilities *capabilities);
void pg_describe(const AdapterDatabase *database, Arena *arena, const AdapterSetting **pairs, size_t *count);
bool pg_connect(AdapterDatabase *database, AdapterRole role, AdapterConnection **connection, AdapterError *error);
/* For what writes nothing that stays: also where the database was opened for reading. */
bool pg_connect_writing(PgDatabase *database, AdapterConnection **result, AdapterError *error);
void pg_disconnect(AdapterConnection *connection);
void pg_cancel(AdapterConnection *connection);
void pg_cancel_clear(AdapterConnection *connection);
bool pg_transaction(AdapterConnection *connection, AdapterTransaction what, AdapterError *error);
uint32_t pg_depth(const AdapterConnection *connection);
PgDatabase *pg_database(const PgConnection *connection);
/* Before a statement: refuses after a cancel and while a cursor is open; outside of a transaction, a connection that
 * the server closed is made anew. A transaction that was begun without a word to the server begins there now. */
bool pg_may_run(PgConnection *connection, AdapterError *error);

/* ---- statement.c ---- */
bool pg_execute(AdapterConnection *connection, Str sql, Arena *arena, AdapterResult *result, AdapterError *error);
bool pg_query(AdapterConnection *connection, Str sql, AdapterCursor **cursor, AdapterError *error);
const AdapterColumn *pg_cursor_columns(AdapterCursor *cursor, size_t *count);
AdapterStep pg_step(AdapterCursor *cursor, const AdapterCell **cells, AdapterError *error);
void pg_cursor_result(AdapterCursor *cursor, AdapterResult *result);
void pg_finish(AdapterCursor *cursor);
bool pg_prepare(AdapterConnection *connection, Str sql, Arena *arena, AdapterColumns *columns, AdapterError *error);
/* Runs SQL of our own making; its text gives no place in an error. */
bool pg_run(PgConnection *connection, const char *sql, AdapterError *error);
/* The same; *result has rows or none and is the caller's to PQclear. */
bool pg_ask(PgConnection *connection, const char *sql, PgResult **result, AdapterError *error);
Str pg_text(PgConnection *connection, const PgResult *result, int row, int column); /* valid until PQclear */

/* ---- lock.c ---- */
bool pg_lock(AdapterConnection *connection, Str relation, Arena *arena, bool *taken, Str *holder, AdapterError *error);

/* ---- types.c ---- */
/* The cell of a value in PostgreSQL's text form; blobs are decoded into the arena. */
AdapterCell pg_cell(PgOid type, Str text, Arena *arena);
/* "integer", "character varying(20)". Without asking: what is not built in is empty. */
Str pg_type_name(PgConnection *connection, PgOid type, int modifier);
/* Asks the database for the names of those types of a result that are not built in. */
bool pg_learn_types(PgConnection *connection, const PgResult *result, AdapterError *error);

/* ---- schema.c ---- */
bool pg_find_relation(AdapterConnection *connection, Str database, Str schema, Str identifier, Arena *arena,
                      bool *found, AdapterRelation *relation, AdapterError *error);
bool pg_list_relations(AdapterConnection *connection, Str database, Str schema, Arena *arena,
                       AdapterRelations *relations, AdapterError *error);
bool pg_list_schemas(AdapterConnection *connection, Str database, Arena *arena, AdapterStrs *schemas,
                     AdapterError *error);
bool pg_columns(AdapterConnection *connection, Str relation, Arena *arena, AdapterColumns *columns,
                AdapterError *error);
bool pg_details(AdapterConnection *connection, Str relation, Arena *arena, AdapterDetails *details,
                AdapterError *error);

/* ---- load.c ---- */
bool pg_bulk_load(AdapterConnection *connection, const AdapterBulkLoad *load, int64_t *rows, AdapterError *error);

/* ---- error.c ---- */
AdapterErrorKind pg_classify(int32_t native_code, const char *sqlstate, Str message);
/* Fills the error from a failed result (NULL: from the connection). `sql` is the caller's text, empty if it is ours.
 * Returns false. */
bool pg_fail(PgConnection *connection, const PgResult *result, Str sql, AdapterError *error);
/* What a failed attempt to connect says. */
bool pg_fail_to_connect(PgDatabase *database, PgConn *conn, AdapterError *error);
/* The text without the passwords that the settings hold. */
Str pg_without_secrets(const PgDatabase *database, Arena *arena, Str text);

/* ---- check.c ---- */
bool pg_check_begin(AdapterDatabase *database, AdapterCheck **check, AdapterError *error);
bool pg_check_relation(AdapterCheck *check, Str relation, const AdapterColumns *columns, AdapterError *error);
bool pg_check_prepare(AdapterCheck *check, Str sql, Arena *arena, AdapterChecked *checked, AdapterError *error);
void pg_check_end(AdapterCheck *check);

#endif
