/* Connections: making them (again), cancelling, transactions. */
#include "adapter/postgres/postgres.h"

#include "base/clock.h"
#include "base/mem.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

PgDatabase *pg_database(const PgConnection *connection)
{
    return (PgDatabase *)connection->base.database;
}

/* ---- notices ---- */

/* libpq would print them. */
static void on_notice(void *data, const char *message)
{
    PgDatabase *database = data;
    if (!database->notice) return;
    Arena *arena = arena_new();
    Str text = str_trim(pg_without_secrets(database, arena, str_from(message)));
    database->notice(database->notice_data, text);
    arena_free(arena);
}

/* ---- connecting ---- */

enum { NS_PER_MS = 1000000, SLICE_MS = 200 };

static bool is_cancelled(const PgConnection *connection)
{
    return atomic_load(&connection->cancelled) && !connection->ending;
}

static bool interrupted(AdapterError *error)
{
    adapter_error_init(error, error->arena);
    error->kind = ADAPTER_INTERRUPTED;
    error->message = STR("interrupted");
    return false;
}

/* Waits until libpq can go on; false when the time is over or somebody cancelled. */
static bool wait_for_socket(const PgConnection *connection, PgConn *conn, int polling, uint64_t deadline)
{
    struct pollfd file = {.fd = pg_database(connection)->pq.PQsocket(conn),
                          .events = polling == PG_POLLING_READING ? POLLIN : POLLOUT};
    for (;;) {
        uint64_t now = clock_monotonic_ns();
        if (now >= deadline || is_cancelled(connection)) return false;
        uint64_t left = (deadline - now) / NS_PER_MS + 1;
        int ready = poll(&file, 1, left < SLICE_MS ? (int)left : SLICE_MS);
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return true; /* libpq will say what is wrong */
    }
}

/* One attempt. The verbose form of errors tells the SQLSTATE, which libpq has no other way to ask for here. */
static bool attempt(PgConnection *connection, AdapterError *error)
{
    PgDatabase *database = pg_database(connection);
    const PgLibrary *pq = &database->pq;
    size_t n = database->parameters.n;
    const char **keys = ARENA_ARRAY(error->arena, const char *, n + 1),
               **values = ARENA_ARRAY(error->arena, const char *, n + 1);
    for (size_t i = 0; i < n; i++) {
        keys[i] = database->parameters.at[i].key.ptr;
        values[i] = database->parameters.at[i].value.ptr;
    }
    keys[n] = values[n] = NULL;
    uint64_t wait = database->connect_timeout ? database->connect_timeout : 3600;
    uint64_t deadline = clock_monotonic_ns() + wait * 1000 * NS_PER_MS;
    PgConn *conn = pq->PQconnectStartParams(keys, values, 0);
    if (conn) {
        pq->PQsetErrorVerbosity(conn, PG_ERRORS_VERBOSE);
        pq->PQsetNoticeProcessor(conn, on_notice, database);
    }
    int polling = PG_POLLING_WRITING;
    bool in_time = true;
    while (conn && pq->PQstatus(conn) != PG_CONNECTION_BAD && polling != PG_POLLING_OK &&
           polling != PG_POLLING_FAILED) {
        in_time = wait_for_socket(connection, conn, polling, deadline);
        if (!in_time) break;
        polling = pq->PQconnectPoll(conn);
    }
    if (conn && in_time && polling == PG_POLLING_OK) {
        pq->PQsetErrorVerbosity(conn, PG_ERRORS_DEFAULT);
        connection->conn = conn;
        return true;
    }
    if (is_cancelled(connection)) {
        interrupted(error);
    } else if (!in_time) {
        adapter_error_set(error, ADAPTER_CONNECTION, "no answer from the server within %u s (connect_timeout)",
                          database->connect_timeout);
        error->hint = STR("is the server running, and are `host` and `port` of the target right?");
    } else {
        pg_fail_to_connect(database, conn, error);
    }
    pq->PQfinish(conn);
    return false;
}

static void drop_conn(PgConnection *connection)
{
    const PgLibrary *pq = &pg_database(connection)->pq;
    pthread_mutex_lock(&connection->lock);
    if (connection->cancel) pq->PQfreeCancel(connection->cancel);
    connection->cancel = NULL;
    pthread_mutex_unlock(&connection->lock);
    if (connection->conn) pq->PQfinish(connection->conn);
    connection->conn = NULL;
    connection->depth = 0;
    connection->begins = false;
    connection->lost = false;
}

/* What every session has. Dates come in ISO form, whatever the server's default is. */
static bool begin_session(PgConnection *connection, AdapterError *error)
{
    PgDatabase *database = pg_database(connection);
    const PgLibrary *pq = &database->pq;
    Buf sql;
    buf_init(&sql, error->arena);
    buf_reserve(&sql, 1);
    const char *style = pq->PQparameterStatus(connection->conn, "DateStyle");
    const char *strings = pq->PQparameterStatus(connection->conn, "standard_conforming_strings");
    if (!style || strncmp(style, "ISO", 3) != 0) buf_addz(&sql, "set datestyle to iso;");
    if (strings && strcmp(strings, "on") != 0) buf_addz(&sql, "set standard_conforming_strings to on;");
    buf_add(&sql, database->session);
    if (connection->role == ADAPTER_READER) buf_addz(&sql, "set default_transaction_read_only to on;");
    if (sql.len && !pg_run(connection, buf_str(&sql).ptr, error)) {
        error->message = str_cat(error->arena, STR("the session cannot be set up: "), error->message);
        if (!error->hint.len) error->hint = STR("correct `role`, `search_path` or the timeouts of the target");
        return false;
    }
    pthread_mutex_lock(&connection->lock);
    connection->cancel = pq->PQgetCancel(connection->conn);
    pthread_mutex_unlock(&connection->lock);
    return true;
}

/* Tries again where another attempt may help: not after a wrong password, not for a database that does not exist. */
static bool make_conn(PgConnection *connection, AdapterError *error)
{
    const PgDatabase *database = pg_database(connection);
    for (uint32_t tried = 0;; tried++) {
        drop_conn(connection);
        if (attempt(connection, error)) break;
        if (tried >= database->retries || error->kind != ADAPTER_CONNECTION || !strcmp(error->sqlstate, "3D000"))
            return false;
        uint64_t nap = (uint64_t)(tried + 1) * (tried + 1) * 1000 * NS_PER_MS / 2;
        for (uint64_t until = clock_monotonic_ns() + nap; clock_monotonic_ns() < until && !is_cancelled(connection);)
            nanosleep(&(struct timespec){0, 50 * NS_PER_MS}, NULL);
        if (is_cancelled(connection)) return interrupted(error);
    }
    if (begin_session(connection, error)) return true;
    drop_conn(connection);
    return false;
}

static void free_connection(PgConnection *connection)
{
    connection->ending = true;
    drop_conn(connection);
    pthread_mutex_destroy(&connection->lock);
    arena_free(connection->arena);
}

static bool new_connection(PgDatabase *database, AdapterRole role, PgConnection **result, AdapterError *error)
{
    Arena *arena = arena_new();
    PgConnection *connection = ARENA_NEW(arena, PgConnection);
    *connection = (PgConnection){.base = {.database = &database->base}, .arena = arena, .role = role};
    atomic_init(&connection->cancelled, false);
    pthread_mutex_init(&connection->lock, NULL);
    map_init(&connection->types, arena);
    if (!make_conn(connection, error)) {
        free_connection(connection);
        return false;
    }
    *result = connection;
    return true;
}

/* A connection that the server closed while nothing was under way: nothing is lost by making it anew. */
static bool still_there(PgConnection *connection)
{
    const PgLibrary *pq = &pg_database(connection)->pq;
    if (!connection->conn || pq->PQstatus(connection->conn) == PG_CONNECTION_BAD) return false;
    /* A quiet connection is a good one. What it said is read to the end: after a goodbye comes the end of the file. */
    struct pollfd file = {.fd = pq->PQsocket(connection->conn), .events = POLLIN};
    while (poll(&file, 1, 0) > 0) {
        if (!pq->PQconsumeInput(connection->conn)) return false;
        pq->PQisBusy(connection->conn); /* which takes in what was read */
        if (pq->PQstatus(connection->conn) == PG_CONNECTION_BAD) return false;
    }
    return true;
}

/* A transaction of which the server knows nothing yet survives its connection. */
static bool connect_anew(PgConnection *connection, AdapterError *error)
{
    bool begins = connection->begins, ok = make_conn(connection, error);
    connection->begins = begins;
    connection->depth = begins;
    return ok;
}

static bool tell_begin(PgConnection *connection, AdapterError *error)
{
    connection->begins = false;
    connection->depth = 0; /* until it is open, nothing is lost with the connection */
    bool ok = pg_run(connection, "begin", error);
    /* The server may have gone between the look and the word: nothing was begun, so once more. */
    if (!ok && error->kind == ADAPTER_CONNECTION && !is_cancelled(connection))
        ok = make_conn(connection, error) && pg_run(connection, "begin", error);
    connection->depth = 1;
    connection->begins = !ok;
    return ok;
}

bool pg_may_run(PgConnection *connection, AdapterError *error)
{
    adapter_error_init(error, error->arena);
    if (is_cancelled(connection)) return interrupted(error);
    if (connection->lost) {
        adapter_error_set(error, ADAPTER_CONNECTION,
                          "the connection to the server was lost, and with it the transaction");
        return false;
    }
    if (connection->cursor) {
        adapter_error_set(error, ADAPTER_OTHER, "the rows of an earlier query are still being read");
        return false;
    }
    if (connection->depth && !connection->begins) return true;
    if (!still_there(connection) && !connect_anew(connection, error)) return false;
    return !connection->begins || tell_begin(connection, error);
}

/* ---- cancelling ---- */

void pg_cancel(AdapterConnection *base)
{
    PgConnection *connection = (PgConnection *)base;
    atomic_store(&connection->cancelled, true);
    char message[256];
    pthread_mutex_lock(&connection->lock);
    if (connection->cancel) pg_database(connection)->pq.PQcancel(connection->cancel, message, sizeof message);
    pthread_mutex_unlock(&connection->lock);
}

void pg_cancel_clear(AdapterConnection *base)
{
    atomic_store(&((PgConnection *)base)->cancelled, false);
}

/* ---- the database ---- */

bool pg_open(const AdapterOpen *open, AdapterDatabase **result, AdapterError *error)
{
    Arena *arena = arena_new();
    PgDatabase *database = ARENA_NEW(arena, PgDatabase);
    *database = (PgDatabase){.base = {&adapter_postgres}, .arena = arena, .version = STR_EMPTY, .session = STR_EMPTY};
    atomic_init(&database->spare, NULL);
    PgConnection *connection = NULL;
    if (!pg_library_load(&database->pq, error) || !pg_read_settings(open, database, error) ||
        !new_connection(database, open->read_only ? ADAPTER_READER : ADAPTER_WRITER, &connection, error)) {
        pg_close(&database->base);
        return false;
    }
    const PgLibrary *pq = &database->pq;
    const char *version = pq->PQparameterStatus(connection->conn, "server_version");
    database->version = str_dup(arena, str_from(version));
    database->version_number = pq->PQserverVersion(connection->conn);
    database->user = str_dup(arena, str_from(pq->PQuser(connection->conn)));
    database->host = str_dup(arena, str_from(pq->PQhost(connection->conn)));
    database->port = str_dup(arena, str_from(pq->PQport(connection->conn)));
    database->encrypted = pq->PQsslInUse(connection->conn) != 0;
    /* Redshift calls itself 8.0; CockroachDB and YugabyteDB take the words and do nothing, or refuse them. */
    database->locks = database->version_number >= 90100 && !pq->PQparameterStatus(connection->conn, "crdb_version") &&
                      str_find(database->version, STR("YB"), 0) == STR_NPOS;
    atomic_store(&database->spare, connection);
    *result = &database->base;
    return true;
}

void pg_close(AdapterDatabase *base)
{
    PgDatabase *database = (PgDatabase *)base;
    PgConnection *spare = atomic_load(&database->spare);
    if (spare) free_connection(spare);
    pg_library_release(&database->pq);
    arena_free(database->arena);
}

void pg_capabilities(const AdapterDatabase *base, AdapterCapabilities *capabilities)
{
    const PgDatabase *database = (const PgDatabase *)base;
    *capabilities = (AdapterCapabilities){.transactional_ddl = true,
                                          .check_before_write = database->check,
                                          .error_offsets = true,
                                          .cancel = true,
                                          .concurrent_readers = true,
                                          .max_writers = 0,
                                          .real_schemas = true,
                                          .merge = database->version_number >= 150000,
                                          .truncate = true,
                                          .create_or_replace_view = true,
                                          .rename_view = true,
                                          .drop_cascade = true};
}

void pg_describe(const AdapterDatabase *base, Arena *arena, const AdapterSetting **pairs, size_t *count)
{
    const PgDatabase *database = (const PgDatabase *)base;
    const AdapterSetting list[] = {
        {STR("adapter"), STR("postgres")},
        {STR("version"), str_dup(arena, database->version)},
        {STR("host"), str_dup(arena, database->host)},
        {STR("port"), str_dup(arena, database->port)},
        {STR("user"), str_dup(arena, database->user)},
        {STR("database"), str_dup(arena, database->name)},
        {STR("encrypted"), database->encrypted ? STR("yes") : STR("no")},
        {STR("libpq"),
         str_fmt(arena, "%d.%d", database->pq.PQlibVersion() / 10000, database->pq.PQlibVersion() % 10000)},
    };
    *count = sizeof list / sizeof *list;
    *pairs = arena_copy(arena, list, sizeof list);
}

static bool connect_as(PgDatabase *database, AdapterRole role, AdapterConnection **result, AdapterError *error)
{
    AdapterRole spare_role = database->read_only ? ADAPTER_READER : ADAPTER_WRITER;
    PgConnection *connection = role == spare_role ? atomic_exchange(&database->spare, NULL) : NULL;
    if (!connection && !new_connection(database, role, &connection, error)) return false;
    *result = &connection->base;
    return true;
}

bool pg_connect(AdapterDatabase *base, AdapterRole role, AdapterConnection **result, AdapterError *error)
{
    PgDatabase *database = (PgDatabase *)base;
    if (role == ADAPTER_WRITER && database->read_only) {
        adapter_error_set(error, ADAPTER_READONLY, "the database %.*s was opened for reading only",
                          STR_ARG(database->name));
        return false;
    }
    return connect_as(database, role, result, error);
}

bool pg_connect_writing(PgDatabase *database, AdapterConnection **result, AdapterError *error)
{
    return connect_as(database, ADAPTER_WRITER, result, error);
}

void pg_disconnect(AdapterConnection *base)
{
    free_connection((PgConnection *)base);
}

/* ---- transactions ---- */

uint32_t pg_depth(const AdapterConnection *base)
{
    return ((const PgConnection *)base)->depth;
}

static bool begin(PgConnection *connection, AdapterError *error)
{
    char savepoint[64];
    snprintf(savepoint, sizeof savepoint, "savepoint cdbt_%u", connection->depth);
    if (!connection->depth) {
        adapter_error_init(error, error->arena);
        if (is_cancelled(connection)) return interrupted(error);
        connection->begins = true;
        connection->depth = 1;
        return true;
    }
    if (!pg_may_run(connection, error) || !pg_run(connection, savepoint, error)) return false;
    connection->depth++;
    return true;
}

/* A transaction that an error ended is rolled back by its commit, with success: that must not pass for a commit. */
static bool commit(PgConnection *connection, AdapterError *error)
{
    const PgLibrary *pq = &pg_database(connection)->pq;
    PgResult *result;
    if (!pg_ask(connection, "commit", &result, error)) return false;
    bool done = strcmp(pq->PQcmdStatus(result), "ROLLBACK") != 0;
    pq->PQclear(result);
    if (!done) adapter_error_set(error, ADAPTER_OTHER, "the transaction was rolled back: a statement in it had failed");
    return done;
}

static bool rollback(PgConnection *connection, uint32_t inner, AdapterError *error)
{
    const PgLibrary *pq = &pg_database(connection)->pq;
    if (connection->lost || !connection->conn || pq->PQstatus(connection->conn) == PG_CONNECTION_BAD) {
        /* The server did it when the connection ended. */
        if (inner) return true;
        drop_conn(connection);
        return true;
    }
    if (pq->PQtransactionStatus(connection->conn) == PG_IDLE) return true; /* the SQL itself ended it */
    char sql[96];
    snprintf(sql, sizeof sql, "rollback to cdbt_%u; release cdbt_%u", inner, inner);
    connection->ending = true;
    bool ok = pg_run(connection, inner ? sql : "rollback", error);
    connection->ending = false;
    return ok || connection->lost;
}

bool pg_transaction(AdapterConnection *base, AdapterTransaction what, AdapterError *error)
{
    PgConnection *connection = (PgConnection *)base;
    if (what == ADAPTER_BEGIN) return begin(connection, error);
    if (connection->depth == 0) {
        adapter_error_set(error, ADAPTER_OTHER, "no transaction is open");
        return false;
    }
    uint32_t inner = connection->depth - 1;
    if (connection->begins) { /* nothing was done in it */
        connection->begins = false;
        connection->depth = 0;
        adapter_error_init(error, error->arena);
        return what == ADAPTER_ROLLBACK || !is_cancelled(connection) || interrupted(error);
    }
    if (what == ADAPTER_ROLLBACK) {
        bool ok = rollback(connection, inner, error);
        connection->depth = inner;
        if (!inner && connection->lost) drop_conn(connection);
        return ok;
    }
    if (!pg_may_run(connection, error)) return false;
    char sql[64];
    snprintf(sql, sizeof sql, "release cdbt_%u", inner);
    bool ended = pg_database(connection)->pq.PQtransactionStatus(connection->conn) == PG_IDLE;
    if (!ended && !(inner ? pg_run(connection, sql, error) : commit(connection, error))) return false;
    connection->depth = inner;
    return true;
}
