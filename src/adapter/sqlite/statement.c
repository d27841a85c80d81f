/* Statements: scripts, rows, and compiling without running. */
#include "adapter/sqlite/sqlite.h"

#include "base/mem.h"
#include "sql/scan.h"

#include <limits.h>
#include <string.h>

/* Metadata is a compile-time option of the library: without it, origins stay empty. */
#pragma weak sqlite3_column_table_name
#pragma weak sqlite3_column_origin_name

typedef struct SqliteCursor {
    AdapterCursor base;
    Arena *arena; /* owned: this object, columns, cells */
    sqlite3_stmt *statement; /* owned */
    AdapterColumns columns;
    AdapterCell *cells;
} SqliteCursor;

bool sqlite_may_run(SqliteConnection *connection, AdapterError *error)
{
    if (atomic_load(&connection->cancelled)) {
        adapter_error_set(error, ADAPTER_INTERRUPTED, "interrupted");
        return false;
    }
    /* After a full disk, say, SQLite rolls everything back by itself (lang_transaction.html): what follows would be
     * committed statement by statement. */
    if (connection->depth && sqlite3_get_autocommit(connection->handle)) {
        adapter_error_set(error, ADAPTER_OTHER,
                          "the transaction is no longer open: the database rolled it back, or the SQL itself ended it");
        return false;
    }
    return true;
}

bool sqlite_run(SqliteConnection *connection, const char *sql, AdapterError *error)
{
    int code = sqlite3_exec(connection->handle, sql, NULL, NULL, NULL);
    return code == SQLITE_OK || sqlite_fail_on(connection, code, STR_EMPTY, 0, error);
}

/* A name such as :user or ? would be null, silently: drivers refuse a parameter that nobody bound, and so do we. */
static bool no_parameters(sqlite3_stmt *statement, Str sql, size_t from, AdapterError *error)
{
    if (sqlite3_bind_parameter_count(statement) == 0) return true;
    SqlScanner scanner = sql_scanner(&sql_sqlite, sql);
    scanner.at = from;
    SqlToken token;
    do token = sql_next(&scanner);
    while (token.kind != SQL_PARAMETER && token.kind != SQL_END);
    Str text = str_slice(sql, token.start, token.end);
    adapter_error_set(error, ADAPTER_SYNTAX, "nothing gives the parameter '%.*s' a value", STR_ARG(text));
    error->offset = (int64_t)token.start;
    error->length = (int64_t)text.len;
    return false;
}

/* Compiles the statement at *at and moves there behind it; *statement is NULL when only blanks were left. */
static bool compile_next(SqliteConnection *connection, Str sql, size_t *at, sqlite3_stmt **statement,
                         AdapterError *error)
{
    const char *tail;
    *statement = NULL;
    if (sql.len > INT_MAX) {
        adapter_error_set(error, ADAPTER_OTHER, "the statement is too long");
        return false;
    }
    size_t start = *at;
    int code = sqlite3_prepare_v2(connection->handle, sql.ptr + start, (int)(sql.len - start), statement, &tail);
    if (code != SQLITE_OK) return sqlite_fail_on(connection, code, sql, start, error);
    *at = (size_t)(tail - sql.ptr);
    if (*statement && !no_parameters(*statement, sql, start, error)) {
        sqlite3_finalize(*statement);
        return false;
    }
    return true;
}

static bool changes_rows(Str sql, size_t from)
{
    static const char *const words[] = {"insert", "update", "delete", "replace", "with"};
    SqlScanner scanner = sql_scanner(&sql_sqlite, sql);
    scanner.at = from;
    SqlToken token;
    do token = sql_next(&scanner);
    while (token.kind == SQL_SEMICOLON);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (sql_is_word(sql, token, words[i])) return true;
    return false;
}

bool sqlite_execute(AdapterConnection *base, Str sql, Arena *arena, AdapterResult *result, AdapterError *error)
{
    (void)arena; /* the status is constant */
    SqliteConnection *connection = (SqliteConnection *)base;
    AdapterResult outcome = {STR("OK"), -1};
    if (sqlite_is_offered(connection, sql)) {
        bool taken;
        if (!sqlite_may_run(connection, error) || !sqlite_take_offered(connection, &taken, error)) return false;
        *result = outcome;
        if (taken) return true;
    }
    for (size_t at = 0; at < sql.len;) {
        sqlite3_stmt *statement;
        size_t start = at;
        if (!sqlite_may_run(connection, error) || !compile_next(connection, sql, &at, &statement, error)) return false;
        if (!statement) continue;
        bool reads = sqlite3_stmt_readonly(statement);
        int code;
        do code = sqlite3_step(statement);
        while (code == SQLITE_ROW);
        if (code != SQLITE_DONE) sqlite_fail_on(connection, code, sql, start, error);
        sqlite3_finalize(statement);
        if (code != SQLITE_DONE) return false;
        if (!reads && changes_rows(sql, start)) outcome.rows_affected = sqlite3_changes64(connection->handle);
    }
    *result = outcome;
    return true;
}

AdapterColumns sqlite_result_columns(sqlite3_stmt *statement, Arena *arena)
{
    int n = sqlite3_column_count(statement);
    AdapterColumns columns = {ARENA_ARRAY(arena, AdapterColumn, (size_t)n + 1), (size_t)n};
    for (int i = 0; i < n; i++) {
        AdapterColumn *column = &columns.at[i];
        column->name = str_dup(arena, str_from(sqlite3_column_name(statement, i)));
        column->type = str_dup(arena, str_from(sqlite3_column_decltype(statement, i)));
        column->origin_relation = column->origin_column = STR_EMPTY;
        if (sqlite3_column_table_name && sqlite3_column_origin_name) {
            column->origin_relation = str_dup(arena, str_from(sqlite3_column_table_name(statement, i)));
            column->origin_column = str_dup(arena, str_from(sqlite3_column_origin_name(statement, i)));
        }
    }
    return columns;
}

bool sqlite_query(AdapterConnection *base, Str sql, AdapterCursor **result, AdapterError *error)
{
    SqliteConnection *connection = (SqliteConnection *)base;
    sqlite3_stmt *statement = NULL;
    for (size_t at = 0; at < sql.len;) {
        size_t start = at;
        if (!sqlite_may_run(connection, error) || !compile_next(connection, sql, &at, &statement, error)) return false;
        if (!statement || sql_is_empty(&sql_sqlite, str_from_index(sql, at))) break;
        int code;
        do code = sqlite3_step(statement);
        while (code == SQLITE_ROW);
        if (code != SQLITE_DONE) sqlite_fail_on(connection, code, sql, start, error);
        sqlite3_finalize(statement);
        statement = NULL;
        if (code != SQLITE_DONE) return false;
    }
    if (!statement) {
        adapter_error_set(error, ADAPTER_SYNTAX, "there is no statement to run");
        return false;
    }
    Arena *arena = arena_new();
    SqliteCursor *cursor = ARENA_NEW(arena, SqliteCursor);
    *cursor = (SqliteCursor){.base = {base}, .arena = arena, .statement = statement};
    cursor->columns = sqlite_result_columns(statement, arena);
    cursor->cells = ARENA_ARRAY(arena, AdapterCell, cursor->columns.n + 1);
    *result = &cursor->base;
    return true;
}

const AdapterColumn *sqlite_cursor_columns(AdapterCursor *base, size_t *count)
{
    SqliteCursor *cursor = (SqliteCursor *)base;
    *count = cursor->columns.n;
    return cursor->columns.at;
}

Str sqlite_column_text(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return text ? str_n(text, (size_t)sqlite3_column_bytes(statement, column)) : STR_EMPTY;
}

static AdapterCell read_cell(sqlite3_stmt *statement, int i)
{
    switch (sqlite3_column_type(statement, i)) {
    case SQLITE_INTEGER: return (AdapterCell){.type = CELL_INTEGER, .integer = sqlite3_column_int64(statement, i)};
    case SQLITE_FLOAT: return (AdapterCell){.type = CELL_REAL, .real = sqlite3_column_double(statement, i)};
    case SQLITE_TEXT: return (AdapterCell){.type = CELL_TEXT, .text = sqlite_column_text(statement, i)};
    case SQLITE_BLOB: {
        const char *bytes = sqlite3_column_blob(statement, i);
        size_t size = (size_t)sqlite3_column_bytes(statement, i);
        return (AdapterCell){.type = CELL_BLOB, .text = size ? str_n(bytes, size) : STR_EMPTY};
    }
    default: return (AdapterCell){.type = CELL_NULL, .integer = 0};
    }
}

AdapterStep sqlite_step(AdapterCursor *base, const AdapterCell **cells, AdapterError *error)
{
    SqliteCursor *cursor = (SqliteCursor *)base;
    SqliteConnection *connection = (SqliteConnection *)base->connection;
    if (!sqlite_may_run(connection, error)) return ADAPTER_FAILED;
    int code = sqlite3_step(cursor->statement);
    if (code == SQLITE_DONE) return ADAPTER_DONE;
    if (code != SQLITE_ROW) {
        sqlite_fail_on(connection, code, STR_EMPTY, 0, error);
        return ADAPTER_FAILED;
    }
    for (size_t i = 0; i < cursor->columns.n; i++) cursor->cells[i] = read_cell(cursor->statement, (int)i);
    *cells = cursor->cells;
    return ADAPTER_ROW;
}

void sqlite_finish(AdapterCursor *base)
{
    SqliteCursor *cursor = (SqliteCursor *)base;
    sqlite3_finalize(cursor->statement);
    arena_free(cursor->arena);
}

bool sqlite_prepare(AdapterConnection *base, Str sql, Arena *arena, AdapterColumns *columns, AdapterError *error)
{
    SqliteConnection *connection = (SqliteConnection *)base;
    sqlite3_stmt *statement;
    size_t at = 0;
    if (!sqlite_may_run(connection, error) || !compile_next(connection, sql, &at, &statement, error)) return false;
    if (!statement) {
        adapter_error_set(error, ADAPTER_SYNTAX, "there is no statement");
        error->offset = 0;
        return false;
    }
    size_t second = sql_second_statement(&sql_sqlite, sql);
    if (second != STR_NPOS && second >= at) {
        sqlite3_finalize(statement);
        adapter_error_set(error, ADAPTER_SYNTAX, "a second statement begins here; only one can stand in this place");
        error->offset = (int64_t)second;
        return false;
    }
    *columns = sqlite_result_columns(statement, arena);
    sqlite3_finalize(statement);
    return true;
}
