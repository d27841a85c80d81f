/* Opening the database file, connections, waiting, cancelling, transactions. */
#include "adapter/sqlite/sqlite.h"

#include "adapter/sqlite/functions/functions.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ---- waiting and cancelling ---- */

/* Called by SQLite while a lock is held elsewhere: non-zero tries again. Short naps first, since most locks are. */
static int wait_for_lock(void *data, int tries)
{
    static const uint8_t naps_ms[] = {1, 2, 5, 10, 15, 20, 25, 50};
    enum { LONG_NAP_MS = 50, NS_PER_MS = 1000000 };
    SqliteConnection *connection = data;
    const SqliteDatabase *database = (const SqliteDatabase *)connection->base.database;
    uint64_t now = clock_monotonic_ns();
    if (tries == 0) connection->busy_since = now;
    uint64_t waited_ms = (now - connection->busy_since) / NS_PER_MS;
    if (waited_ms >= database->busy_ms || atomic_load(&connection->cancelled)) return 0;
    uint64_t nap = (size_t)tries < sizeof naps_ms ? naps_ms[tries] : LONG_NAP_MS;
    if (nap > database->busy_ms - waited_ms) nap = database->busy_ms - waited_ms;
    struct timespec time = {0, (long)(nap * NS_PER_MS)};
    nanosleep(&time, NULL);
    return 1;
}

/* sqlite3_interrupt is forgotten by a statement that starts just after it; this flag is not. */
static int is_cancelled(void *data)
{
    SqliteConnection *connection = data;
    return !connection->ending && atomic_load(&connection->cancelled);
}

/* SQL of a project that says `commit` would keep half of what its transaction is to do: true makes it a rollback. */
static int refuse_commit(void *data)
{
    const SqliteConnection *connection = data;
    return connection->depth > 0 && !connection->committing;
}

void sqlite_cancel(AdapterConnection *base)
{
    SqliteConnection *connection = (SqliteConnection *)base;
    atomic_store(&connection->cancelled, true);
    sqlite3_interrupt(connection->handle);
}

void sqlite_cancel_clear(AdapterConnection *base)
{
    atomic_store(&((SqliteConnection *)base)->cancelled, false);
}

/* ---- a handle ---- */

/* SQLite counts the bytes it has, under one lock for all connections: two that sort at once spend half of their time on it. */
void sqlite_own_process(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

void sqlite_prepare_handle(sqlite3 *handle, bool quoted_strings)
{
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, (int)quoted_strings, NULL);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, (int)quoted_strings, NULL);
    sqlite_functions_register(handle);
}

static bool load_extensions(SqliteConnection *connection, AdapterError *error)
{
    const SqliteDatabase *database = (const SqliteDatabase *)connection->base.database;
    if (database->extensions.n == 0) return true;
    sqlite3_db_config(connection->handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL);
    for (size_t i = 0; i < database->extensions.n; i++) {
        char *message = NULL;
        if (sqlite3_load_extension(connection->handle, database->extensions.at[i].ptr, NULL, &message) != SQLITE_OK) {
            adapter_error_set(error, ADAPTER_CONNECTION, "cannot load the extension %s: %s",
                              database->extensions.at[i].ptr, message ? message : "unknown error");
            error->subject = STR("extensions");
            sqlite3_free(message);
            return false;
        }
    }
    sqlite3_db_config(connection->handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    return true;
}

static bool attach_all(SqliteConnection *connection, AdapterError *error)
{
    const SqliteDatabase *database = (const SqliteDatabase *)connection->base.database;
    for (size_t i = 0; i < database->attached.n; i++) {
        const SqliteAttached *attached = &database->attached.at[i];
        const char *path = str_c(error->arena, attached->path);
        if (!file_is_regular(path)) {
            adapter_error_set(error, ADAPTER_CONNECTION, "cannot attach %s as '%.*s': %s", path,
                              STR_ARG(attached->alias), file_is_dir(path) ? "it is a folder" : "there is no such file");
            error->subject = str_cat(error->arena, STR("attach."), attached->alias);
            return false;
        }
        /* A URI, to open it read-only; characters that mean something in one are escaped. */
        Buf uri;
        buf_init(&uri, error->arena);
        buf_addz(&uri, "file:");
        for (const char *c = path; *c; c++)
            if (*c == '%' || *c == '?' || *c == '#')
                buf_addf(&uri, "%%%02X", (unsigned)*c);
            else
                buf_addc(&uri, *c);
        buf_addz(&uri, "?mode=ro");
        char *sql = sqlite3_mprintf("attach %Q as %Q", buf_str(&uri).ptr, str_c(error->arena, attached->alias));
        bool ok = sqlite_run(connection, sql, error);
        sqlite3_free(sql);
        if (!ok) {
            error->message = str_fmt(error->arena, "cannot attach %s: %.*s", path, STR_ARG(error->message));
            return false;
        }
    }
    return true;
}

static bool is_plain_word(Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')) return false;
    }
    return s.len > 0;
}

static bool run_pragmas(SqliteConnection *connection, AdapterError *error)
{
    SqliteDatabase *database = (SqliteDatabase *)connection->base.database;
    /* 64 MB of pages a connection, and as much for each sort; what is larger goes to temporary files (with `temp_store =
     * memory`, a sort has no bound, and takes a quarter longer because each row is allocated singly). Foreign keys stay as
     * the library has them (off), as with dbt's adapter. `normal` is safe in WAL mode: a power cut may lose the newest
     * transactions, never damage the file (sqlite.org/pragma.html#pragma_synchronous). */
    if (!sqlite_run(connection, "pragma cache_size = -65536", error)) return false;
    if (!database->opened && !database->read_only) {
        sqlite3_stmt *statement;
        int code = sqlite3_prepare_v2(connection->handle, "pragma journal_mode = wal", -1, &statement, NULL);
        if (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW)
            database->wal = str_eq(sqlite_column_text(statement, 0), STR("wal"));
        sqlite3_finalize(statement);
        if (code != SQLITE_ROW) return sqlite_fail_on(connection, code, STR_EMPTY, 0, error);
    }
    /* Without the log, `normal` could damage the file: then the library's `full` stays. */
    if (database->wal && !sqlite_run(connection, "pragma synchronous = normal", error)) return false;
    for (size_t i = 0; i < database->pragmas.n; i++) {
        const AdapterSetting *pragma = &database->pragmas.at[i];
        if (!is_plain_word(pragma->key)) {
            adapter_error_set(error, ADAPTER_SETTING, "'%.*s' is no name of a pragma", STR_ARG(pragma->key));
            error->subject = str_cat(error->arena, STR("pragmas."), pragma->key);
            return false;
        }
        char *sql = sqlite3_mprintf("pragma %.*s = %Q", STR_ARG(pragma->key), pragma->value.ptr);
        bool ok = sqlite_run(connection, sql, error);
        sqlite3_free(sql);
        if (!ok) return false;
    }
    if (connection->role == ADAPTER_READER || database->read_only)
        return sqlite_run(connection, "pragma query_only = on", error);
    return true;
}

static void free_connection(SqliteConnection *connection)
{
    connection->ending = true;
    sqlite_lane_free(connection);
    sqlite3_close_v2(connection->handle);
    mem_free(connection);
}

static bool new_connection(SqliteDatabase *database, AdapterRole role, SqliteConnection **result, AdapterError *error)
{
    SqliteConnection *connection = mem_zalloc(sizeof *connection);
    connection->base.database = &database->base;
    connection->role = role;
    atomic_init(&connection->cancelled, false);
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
    flags |=
        database->read_only && !database->absent ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    const char *path = database->absent ? ":memory:" : database->path.ptr;
    int code = sqlite3_open_v2(path, &connection->handle, flags, NULL);
    bool ok = code == SQLITE_OK || sqlite_fail(connection->handle, code, STR_EMPTY, 0, error);
    if (ok) {
        sqlite_prepare_handle(connection->handle, database->quoted_strings);
        sqlite3_busy_handler(connection->handle, wait_for_lock, connection);
        sqlite3_commit_hook(connection->handle, refuse_commit, connection);
        sqlite3_progress_handler(connection->handle, 20000, is_cancelled, connection);
        /* Reading the schema is what tells a database from any other file, and whether it can be read at all. */
        ok = sqlite_run(connection, "select 1 from sqlite_schema limit 1", error) && run_pragmas(connection, error) &&
             attach_all(connection, error) && load_extensions(connection, error);
    }
    if (!ok) {
        free_connection(connection);
        return false;
    }
    *result = connection;
    return true;
}

/* ---- the database ---- */

static bool cannot_open(AdapterError *error, AdapterErrorKind kind, Str path, const char *why, const char *hint)
{
    adapter_error_set(error, kind, "cannot open the database %.*s: %s", STR_ARG(path), why);
    error->subject = STR("path");
    error->hint = str_from(hint);
    return false;
}

/* What SQLite would report as "unable to open database file", in words. */
static bool look_at_file(SqliteDatabase *database, AdapterError *error)
{
    const char *path = database->path.ptr;
    struct stat info;
    if (stat(path, &info)) {
        if (errno != ENOENT && errno != ENOTDIR)
            return cannot_open(error, ADAPTER_CONNECTION, database->path, strerror(errno), "");
        Str folder = path_dir(database->path);
        const char *dir = folder.len ? str_c(error->arena, folder) : "/";
        if (database->read_only) {
            database->absent = true;
            return true;
        }
        if (!file_is_dir(dir))
            return cannot_open(error, ADAPTER_CONNECTION, database->path,
                               str_fmt(error->arena, "the folder %s does not exist", dir).ptr,
                               "Make the folder, or correct `path` in the profile.");
        if (access(dir, W_OK | X_OK))
            return cannot_open(error, ADAPTER_READONLY, database->path,
                               str_fmt(error->arena, "the folder %s is not writable", dir).ptr,
                               "Make the folder writable, or name another path.");
        return true;
    }
    if (S_ISDIR(info.st_mode))
        return cannot_open(error, ADAPTER_CONNECTION, database->path, "it is a folder",
                           "Name a file; it is made if it does not exist.");
    if (!S_ISREG(info.st_mode))
        return cannot_open(error, ADAPTER_CONNECTION, database->path, "it is not a regular file", "Name another file.");
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return cannot_open(error, ADAPTER_CONNECTION, database->path, strerror(errno), "Make the file readable.");
    static const char magic[16] = "SQLite format 3";
    char head[sizeof magic];
    ssize_t got = read(file, head, sizeof head);
    close(file);
    if (got > 0 && (got < (ssize_t)sizeof head || memcmp(head, magic, sizeof magic) != 0))
        return cannot_open(error, ADAPTER_NOT_A_DATABASE, database->path, "the file is not a SQLite database",
                           "Name another file in the profile, or move this one away.");
    if (database->read_only) return true;
    if (access(path, W_OK))
        return cannot_open(error, ADAPTER_READONLY, database->path, "the file is read-only",
                           "Make the file and its folder writable.");
    Str folder = path_dir(database->path);
    if (access(folder.len ? str_c(error->arena, folder) : "/", W_OK | X_OK))
        return cannot_open(error, ADAPTER_READONLY, database->path,
                           "its folder is not writable, and SQLite keeps its log beside the file",
                           "Make the folder writable.");
    return true;
}

bool sqlite_open(const AdapterOpen *open, AdapterDatabase **result, AdapterError *error)
{
    Arena *arena = arena_new();
    SqliteDatabase *database = ARENA_NEW(arena, SqliteDatabase);
    *database = (SqliteDatabase){.base = {&adapter_sqlite}, .arena = arena, .path = STR_EMPTY, .wal = open->read_only};
    atomic_init(&database->spare, NULL);
    AdapterRole role = open->read_only ? ADAPTER_READER : ADAPTER_WRITER;
    SqliteConnection *connection = NULL;
    if (!sqlite_read_settings(open, database, error) || !look_at_file(database, error) ||
        !new_connection(database, role, &connection, error)) {
        sqlite_close(&database->base);
        return false;
    }
    database->opened = true;
    atomic_store(&database->spare, connection);
    *result = &database->base;
    return true;
}

void sqlite_close(AdapterDatabase *base)
{
    SqliteDatabase *database = (SqliteDatabase *)base;
    SqliteConnection *spare = atomic_load(&database->spare);
    if (spare) free_connection(spare);
    if (database->temporary && database->path.len) {
        static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
        for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
            unlink(str_fmt(database->arena, "%.*s%s", STR_ARG(database->path), suffixes[i]).ptr);
    }
    arena_free(database->arena);
}

void sqlite_capabilities(const AdapterDatabase *base, AdapterCapabilities *capabilities)
{
    const SqliteDatabase *database = (const SqliteDatabase *)base;
    *capabilities = (AdapterCapabilities){.transactional_ddl = true,
                                          .check_before_write = true,
                                          .error_offsets = true,
                                          .cancel = true,
                                          .concurrent_readers = database->wal,
                                          .max_writers = 1};
}

void sqlite_describe(const AdapterDatabase *base, Arena *arena, const AdapterSetting **pairs, size_t *count)
{
    const SqliteDatabase *database = (const SqliteDatabase *)base;
    AdapterSetting list[] = {
        {STR("adapter"), STR("sqlite")},
        {STR("version"), str_from(sqlite3_libversion())},
        {STR("path"), database->temporary ? STR(":memory:") : str_dup(arena, database->path)},
        {STR("journal"), database->wal ? STR("wal") : STR("rollback")},
        {STR("busy_timeout"), str_fmt(arena, "%g s", database->busy_ms / 1000.0)},
    };
    size_t fixed = sizeof list / sizeof *list;
    AdapterSetting *all = ARENA_ARRAY(arena, AdapterSetting, fixed + database->attached.n);
    memcpy(all, list, sizeof list);
    for (size_t i = 0; i < database->attached.n; i++)
        all[fixed + i] = (AdapterSetting){str_cat(arena, STR("attach."), database->attached.at[i].alias),
                                          str_dup(arena, database->attached.at[i].path)};
    *pairs = all;
    *count = fixed + database->attached.n;
}

bool sqlite_connect(AdapterDatabase *base, AdapterRole role, AdapterConnection **result, AdapterError *error)
{
    SqliteDatabase *database = (SqliteDatabase *)base;
    if (role == ADAPTER_WRITER && database->read_only) {
        adapter_error_set(error, ADAPTER_READONLY, "the database %.*s was opened for reading only",
                          STR_ARG(database->path));
        return false;
    }
    AdapterRole spare_role = database->read_only ? ADAPTER_READER : ADAPTER_WRITER;
    SqliteConnection *connection = role == spare_role ? atomic_exchange(&database->spare, NULL) : NULL;
    if (!connection && !new_connection(database, role, &connection, error)) return false;
    *result = &connection->base;
    return true;
}

void sqlite_disconnect(AdapterConnection *base)
{
    free_connection((SqliteConnection *)base);
}

/* ---- transactions ---- */

uint32_t sqlite_depth(const AdapterConnection *base)
{
    return ((const SqliteConnection *)base)->depth;
}

/* A file that was removed or replaced under us: what is written to it now, nobody would ever see. */
static bool was_moved(SqliteConnection *connection, AdapterError *error)
{
    int moved = 0;
    sqlite3_file_control(connection->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    if (!moved) return false;
    const SqliteDatabase *database = (const SqliteDatabase *)connection->base.database;
    adapter_error_set(error, ADAPTER_CONNECTION, "the database %.*s was removed or replaced while it was worked on",
                      STR_ARG(database->path));
    error->hint = STR("See which file is the right one, and run again: what this run built in the "
                      "old file is lost with it.");
    return true;
}

static bool begin(SqliteConnection *connection, AdapterError *error)
{
    char savepoint[64];
    snprintf(savepoint, sizeof savepoint, "savepoint cdbt_%u", connection->depth);
    const char *outermost = connection->role == ADAPTER_WRITER ? "begin immediate" : "begin";
    const char *sql = connection->depth ? savepoint : outermost;
    if (!connection->depth && connection->role == ADAPTER_WRITER && was_moved(connection, error)) return false;
    if (!sqlite_may_run(connection, error) || !sqlite_run(connection, sql, error)) return false;
    connection->depth++;
    return true;
}

bool sqlite_transaction(AdapterConnection *base, AdapterTransaction what, AdapterError *error)
{
    SqliteConnection *connection = (SqliteConnection *)base;
    if (what == ADAPTER_BEGIN) return begin(connection, error);
    if (connection->depth == 0) {
        adapter_error_set(error, ADAPTER_OTHER, "no transaction is open");
        return false;
    }
    uint32_t inner = connection->depth - 1;
    char sql[96];
    if (what == ADAPTER_COMMIT) {
        if (!sqlite_may_run(connection, error)) return false;
        snprintf(sql, sizeof sql, "release cdbt_%u", inner);
        if (!inner && was_moved(connection, error)) return false;
        connection->committing = true;
        bool committed = sqlite_run(connection, inner ? sql : "commit", error);
        connection->committing = false;
        if (!committed) return false;
        connection->depth = inner;
        return true;
    }
    /* Errors such as a full disk end the whole transaction by themselves: then there is nothing left to undo. */
    connection->depth = inner;
    if (sqlite3_get_autocommit(connection->handle)) return true;
    connection->ending = true;
    snprintf(sql, sizeof sql, "rollback to cdbt_%u; release cdbt_%u", inner, inner);
    bool ok = sqlite_run(connection, inner ? sql : "rollback", error);
    connection->ending = false;
    return ok;
}
