/* SQLite's errors: what kind they are, and where in the SQL they stand.
 *
 * SQLite's parser gives one code (SQLITE_ERROR) for all that can be wrong with a statement; the message tells them
 * apart. The texts are those of parse.y, resolve.c, build.c and insert.c, unchanged for many years. */
#include "adapter/sqlite/sqlite.h"

#include "base/file.h"
#include "sql/scan.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>

static bool take_prefix(Str message, const char *prefix, Str *rest)
{
    Str p = str_from(prefix);
    if (!str_starts(message, p)) return false;
    *rest = str_from_index(message, p.len);
    return true;
}

/* The kind that a message of SQLITE_ERROR tells, and the name that it is about. */
static AdapterErrorKind kind_of_message(Str message, Str *subject)
{
    static const struct {
        const char *prefix;
        AdapterErrorKind kind;
    } prefixes[] = {
        {"no such table: ", ADAPTER_MISSING_RELATION},
        {"no such view: ", ADAPTER_MISSING_RELATION},
        {"no such column: ", ADAPTER_MISSING_COLUMN},
        {"no such function: ", ADAPTER_MISSING_FUNCTION},
        {"no such window function: ", ADAPTER_MISSING_FUNCTION},
        {"no such module: ", ADAPTER_MISSING_FUNCTION},
        {"wrong number of arguments to function ", ADAPTER_MISSING_FUNCTION},
        {"ambiguous column name: ", ADAPTER_AMBIGUOUS},
        {"unknown database ", ADAPTER_MISSING_RELATION},
    };
    *subject = STR_EMPTY;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        Str rest;
        if (!take_prefix(message, prefixes[i].prefix, &rest)) continue;
        /* Later versions add a piece of advice: "x - should this be a string literal in single-quotes?" */
        size_t advice = str_find(rest, STR(" - should this be"), 0);
        *subject = str_slice(rest, 0, advice);
        if (str_ends(*subject, STR("()"))) *subject = str_slice(*subject, 0, subject->len - 2);
        return prefixes[i].kind;
    }
    Str rest;
    size_t middle = str_find(message, STR(" has no column named "), 0);
    if (middle != STR_NPOS) {
        *subject = str_from_index(message, middle + STR(" has no column named ").len);
        return ADAPTER_MISSING_COLUMN;
    }
    if (take_prefix(message, "cannot join using column ", &rest)) {
        *subject = str_slice(rest, 0, str_find(rest, STR(" - "), 0));
        return ADAPTER_MISSING_COLUMN;
    }
    if (str_ends(message, STR("syntax error")) || str_eq(message, STR("incomplete input")) ||
        take_prefix(message, "unrecognized token: ", &rest))
        return ADAPTER_SYNTAX;
    if (str_find(message, STR(" is not a function"), 0) != STR_NPOS) return ADAPTER_MISSING_FUNCTION;
    return ADAPTER_OTHER;
}

AdapterErrorKind sqlite_classify(int32_t native_code, const char *sqlstate, Str message)
{
    (void)sqlstate; /* SQLite has none */
    Str subject;
    switch (native_code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE: return ADAPTER_OK;
    case SQLITE_ERROR: return kind_of_message(message, &subject);
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return ADAPTER_LOCKED;
    case SQLITE_PERM:
    case SQLITE_AUTH: return ADAPTER_AUTH;
    case SQLITE_READONLY: return ADAPTER_READONLY;
    case SQLITE_NOTADB: return ADAPTER_NOT_A_DATABASE;
    case SQLITE_FULL: return ADAPTER_DISK_FULL;
    case SQLITE_CORRUPT: return ADAPTER_CORRUPT;
    case SQLITE_INTERRUPT: return ADAPTER_INTERRUPTED;
    case SQLITE_CONSTRAINT: return ADAPTER_CONSTRAINT;
    case SQLITE_CANTOPEN: return ADAPTER_CONNECTION;
    default: return ADAPTER_OTHER;
    }
}

/* Where the name that a message without a place is about stands in the statement. */
static void find_place(Str sql, size_t statement_at, AdapterError *error)
{
    Str statement = str_from_index(sql, statement_at);
    size_t length = 0, found = STR_NPOS;
    if (error->kind == ADAPTER_MISSING_FUNCTION) found = sql_find_call(&sql_sqlite, statement, error->subject, &length);
    if (found == STR_NPOS && error->subject.len) found = sql_find_name(&sql_sqlite, statement, error->subject, &length);
    /* "no such table: main.x" about a bare x. */
    if (found != STR_NPOS) {
        error->offset = (int64_t)(statement_at + found);
        error->length = (int64_t)length;
    } else if (str_eq(error->message, STR("incomplete input"))) {
        error->offset = (int64_t)sql.len;
    }
}

static int64_t token_length(Str sql, size_t offset)
{
    SqlScanner scanner = sql_scanner(&sql_sqlite, sql);
    scanner.at = offset;
    SqlToken token = sql_next(&scanner);
    return token.start == offset && token.kind != SQL_BAD ? (int64_t)(token.end - token.start) : 0;
}

bool sqlite_fail(sqlite3 *handle, int code, Str sql, size_t statement_at, AdapterError *error)
{
    int extended = handle ? sqlite3_extended_errcode(handle) : code;
    if ((extended & 0xff) != (code & 0xff)) extended = code; /* the handle has moved on */
    const char *text = handle && extended != SQLITE_NOMEM ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
    adapter_error_init(error, error->arena);
    error->native_code = extended;
    error->message = str_dup(error->arena, str_from(text));
    error->kind = sqlite_classify(extended, "", error->message);
    Str subject;
    kind_of_message(error->message, &subject);
    error->subject = subject;
    if (sql.len == 0) return false;
    int offset = handle ? sqlite3_error_offset(handle) : -1;
    if (offset >= 0 && statement_at + (size_t)offset <= sql.len) {
        error->offset = (int64_t)statement_at + offset;
        error->length = token_length(sql, (size_t)error->offset);
    } else if ((extended & 0xff) == SQLITE_ERROR) {
        find_place(sql, statement_at, error);
    }
    return false;
}

/* Whether the database or its log is as large as this process may make a file. */
static bool at_size_limit(Arena *arena, Str path)
{
    enum { NEAR = 1 << 17 };
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return false;
    static const char *const suffixes[] = {"", "-wal", "-journal"};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        struct stat info;
        if (stat(str_fmt(arena, "%.*s%s", STR_ARG(path), suffixes[i]).ptr, &info) == 0 &&
            (rlim_t)info.st_size + NEAR >= limit.rlim_cur)
            return true;
    }
    return false;
}

/* "disk I/O error" says nothing: what the system said does. */
static void tell_disk(const SqliteConnection *connection, AdapterError *error)
{
    const SqliteDatabase *database = (const SqliteDatabase *)connection->base.database;
    int code = sqlite3_system_errno(connection->handle);
    if (code == 0 && error->native_code == SQLITE_IOERR_WRITE && at_size_limit(error->arena, database->path))
        code = EFBIG; /* the library's clean-up has overwritten the errno */
    if (error->kind == ADAPTER_DISK_FULL || code == ENOSPC || code == EDQUOT || code == EFBIG) {
        const char *why = code == EFBIG    ? "a limit on the size of files was reached"
                          : code == EDQUOT ? "the user's quota is used up"
                                           : "the disk is full";
        error->kind = ADAPTER_DISK_FULL;
        error->message = str_fmt(error->arena, "cannot write %.*s: %s", STR_ARG(database->path), why);
        error->hint = STR("Make room and run again: what was finished is kept, what was not was rolled back.");
        return;
    }
    if (code)
        error->message = str_fmt(error->arena, "%.*s: %.*s (%.*s)", STR_ARG(database->path), STR_ARG(error->message),
                                 STR_ARG(file_error(error->arena, code)));
    error->hint =
        STR("The disk or the network folder has a problem: look at the system's log. What was finished is kept.");
}

bool sqlite_fail_on(SqliteConnection *connection, int code, Str sql, size_t statement_at, AdapterError *error)
{
    sqlite_fail(connection->handle, code, sql, statement_at, error);
    const SqliteDatabase *database = (const SqliteDatabase *)connection->base.database;
    if (atomic_load(&connection->cancelled) && (error->kind == ADAPTER_INTERRUPTED || error->kind == ADAPTER_LOCKED)) {
        error->kind = ADAPTER_INTERRUPTED;
        error->message = STR("interrupted");
    } else if (error->kind == ADAPTER_DISK_FULL || (error->native_code & 0xff) == SQLITE_IOERR) {
        tell_disk(connection, error);
    } else if (error->native_code == SQLITE_CONSTRAINT_COMMITHOOK) {
        error->kind = ADAPTER_OTHER;
        error->message = STR("the SQL commits by itself; the transaction that it runs in was rolled back instead");
        error->hint = STR("Leave the commit away; a hook that must run outside of the transaction is written with "
                          "`transaction: false`.");
    } else if (error->kind == ADAPTER_LOCKED) {
        Str holder = sqlite_lock_holder(error->arena, database->path);
        error->message = str_fmt(error->arena, "%.*s is locked by %s (waited %g s)", STR_ARG(database->path),
                                 holder.len ? holder.ptr : "another process", database->busy_ms / 1000.0);
        error->hint = STR("Wait for it to finish or stop it, then run again; `busy_timeout` in the profile sets how "
                          "long to wait.");
    } else if (error->kind == ADAPTER_READONLY && (connection->role == ADAPTER_READER || database->read_only)) {
        error->message = STR("the database may only be read here, and this writes");
        error->hint = STR("Write in a hook, an operation or a materialization.");
    } else if (error->kind == ADAPTER_READONLY) {
        error->hint = str_fmt(error->arena, "Make %.*s and its folder writable.", STR_ARG(database->path));
    } else if (error->kind == ADAPTER_CONSTRAINT && error->offset < 0) {
        error->subject = STR_EMPTY;
    }
    return false;
}
