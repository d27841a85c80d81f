/* Evaluating a select on a reader while the one writer writes.
 *
 * `create temp table t as <select>` keeps the rows in the reader's own temporary database, in memory and only so much of it
 * (LANE_PAGES). SQLite itself thus gives the columns the names and types that they have in a table made of that select; the
 * writer then creates the table by the text that the temporary one was stored with, and copies the rows in their order.
 * What does not fit fails here, and the writer evaluates the select by itself. */
#include "adapter/sqlite/sqlite.h"

#include "base/mem.h"
#include "sql/scan.h"

#include <limits.h>

enum { LANE_PAGES = 8192 }; /* of 4096 bytes */

typedef struct SqliteLane {
    Arena *arena; /* owned; this object lies in it */
    Arena *texts; /* owned: of the select at hand */
    Str relation, select; /* as given; a NULL relation.ptr: nothing is evaluated */
} SqliteLane;

static SqliteLane *lane_of(SqliteConnection *reader, AdapterError *error)
{
    if (reader->lane) return reader->lane;
    char limit[160];
    sqlite3_snprintf(sizeof limit, limit,
                     "create temp table cdbt_lane(x); drop table temp.cdbt_lane; pragma temp.max_page_count = %d",
                     (int)LANE_PAGES);
    if (!sqlite_run(reader, limit, error)) return NULL;
    Arena *arena = arena_new();
    SqliteLane *lane = ARENA_NEW(arena, SqliteLane);
    *lane = (SqliteLane){.arena = arena, .texts = arena_new()};
    return reader->lane = lane;
}

void sqlite_lane_free(SqliteConnection *reader)
{
    if (!reader->lane) return;
    arena_free(reader->lane->texts);
    arena_free(reader->lane->arena);
    reader->lane = NULL;
}

/* One statement and nothing behind it: a reader runs nothing else with its guard down. */
static bool make_table(SqliteConnection *reader, Str relation, Str select, AdapterError *error)
{
    Buf sql;
    buf_init(&sql, NULL);
    buf_addf(&sql, "create temp table %.*s as\n", STR_ARG(relation));
    buf_add(&sql, select);
    sqlite3_stmt *statement = NULL;
    const char *tail = NULL;
    int code = SQLITE_TOOBIG;
    if (sql.len < INT_MAX)
        code = sqlite3_prepare_v2(reader->handle, buf_str(&sql).ptr, (int)sql.len, &statement, &tail);
    bool single =
        code == SQLITE_OK && sql_is_empty(&sql_sqlite, str_from(tail)) && sqlite3_bind_parameter_count(statement) == 0;
    if (single) {
        do code = sqlite3_step(statement);
        while (code == SQLITE_ROW);
    }
    bool made = single && code == SQLITE_DONE;
    if (!made && code != SQLITE_OK) sqlite_fail_on(reader, code, STR_EMPTY, 0, error);
    if (!made && code == SQLITE_OK) adapter_error_set(error, ADAPTER_UNSUPPORTED, "this is not one select");
    sqlite3_finalize(statement);
    buf_release(&sql);
    return made;
}

bool sqlite_evaluate(AdapterConnection *base, Str relation, Str select, AdapterError *error)
{
    SqliteConnection *reader = (SqliteConnection *)base;
    const SqliteDatabase *database = (const SqliteDatabase *)base->database;
    if (reader->role != ADAPTER_READER || database->read_only || !database->wal || reader->depth) {
        adapter_error_set(error, ADAPTER_UNSUPPORTED, "only a reader beside a writer evaluates for it");
        return false;
    }
    if (!sqlite_may_run(reader, error) || !sqlite_run(reader, "pragma query_only = off", error)) return false;
    SqliteLane *lane = lane_of(reader, error);
    bool made = lane && make_table(reader, relation, select, error);
    if (!sqlite_run(reader, "pragma query_only = on", error)) made = false;
    if (!made) return false;
    arena_clear(lane->texts);
    lane->relation = str_dup(lane->texts, relation);
    lane->select = str_dup(lane->texts, str_trim(select));
    return true;
}

void sqlite_offer(AdapterConnection *writer, AdapterConnection *reader)
{
    ((SqliteConnection *)writer)->offered = (SqliteConnection *)reader;
}

void sqlite_forget(AdapterConnection *base)
{
    SqliteConnection *reader = (SqliteConnection *)base;
    SqliteLane *lane = reader->lane;
    if (!lane || !lane->relation.ptr) return;
    char *sql = sqlite3_mprintf("pragma query_only = off; drop table if exists temp.%.*s; pragma query_only = on",
                                (int)lane->relation.len, lane->relation.ptr);
    AdapterError ignored; /* after a cancel the table goes with the connection */
    adapter_error_init(&ignored, lane->texts);
    reader->ending = true;
    if (sql && sqlite_run(reader, sql, &ignored)) lane->relation = (Str){NULL, 0};
    reader->ending = false;
    sqlite3_free(sql);
}

/* The word, then at least one blank (or what is no part of a word). */
static bool skip_word(Str *sql, const char *word)
{
    Str rest = str_trim_left(*sql), w = str_from(word);
    if (rest.len <= w.len || !str_eq_nocase(str_slice(rest, 0, w.len), w)) return false;
    rest = str_from_index(rest, w.len);
    if (!str_trim_left(rest).len || str_trim_left(rest).len == rest.len) return false;
    *sql = str_trim_left(rest);
    return true;
}

bool sqlite_is_offered(const SqliteConnection *writer, Str sql)
{
    const SqliteLane *lane = writer->offered ? writer->offered->lane : NULL;
    if (!lane || !lane->relation.ptr) return false;
    sql = adapter_uncommented(&writer->base, sql);
    if (!skip_word(&sql, "create") || !skip_word(&sql, "table") || !str_starts(sql, lane->relation)) return false;
    sql = str_from_index(sql, lane->relation.len);
    return skip_word(&sql, "as") && str_eq(str_trim(sql), lane->select);
}

static int bind_column(sqlite3_stmt *insert, sqlite3_stmt *rows, int i)
{
    switch (sqlite3_column_type(rows, i)) {
    case SQLITE_INTEGER: return sqlite3_bind_int64(insert, i + 1, sqlite3_column_int64(rows, i));
    case SQLITE_FLOAT: return sqlite3_bind_double(insert, i + 1, sqlite3_column_double(rows, i));
    case SQLITE_TEXT: { /* stays until the next step */
        const char *text = (const char *)sqlite3_column_text(rows, i);
        return sqlite3_bind_text(insert, i + 1, text, sqlite3_column_bytes(rows, i), SQLITE_STATIC);
    }
    case SQLITE_BLOB: {
        int size = sqlite3_column_bytes(rows, i);
        if (!size) return sqlite3_bind_zeroblob(insert, i + 1, 0);
        return sqlite3_bind_blob(insert, i + 1, sqlite3_column_blob(rows, i), size, SQLITE_STATIC);
    }
    default: return sqlite3_bind_null(insert, i + 1);
    }
}

static bool prepare(SqliteConnection *connection, sqlite3_stmt **statement, AdapterError *error, char *sql)
{
    int code = sql ? sqlite3_prepare_v2(connection->handle, sql, -1, statement, NULL) : SQLITE_NOMEM;
    sqlite3_free(sql);
    return code == SQLITE_OK || sqlite_fail_on(connection, code, STR_EMPTY, 0, error);
}

/* The text that SQLite stored the temporary table with: CREATE TABLE name(column TYPE, ...). */
static bool create(SqliteConnection *writer, SqliteConnection *reader, AdapterError *error)
{
    Str alias, name;
    sqlite_split_name(reader->lane->texts, reader->lane->relation, &alias, &name);
    sqlite3_stmt *find;
    if (!prepare(reader, &find, error,
                 sqlite3_mprintf("select sql from temp.sqlite_schema where name = %Q collate nocase",
                                 str_c(reader->lane->texts, name))))
        return false;
    bool ok = sqlite3_step(find) == SQLITE_ROW;
    if (!ok)
        adapter_error_set(error, ADAPTER_OTHER, "the rows that were evaluated are gone");
    else
        ok = sqlite_run(writer, (const char *)sqlite3_column_text(find, 0), error);
    sqlite3_finalize(find);
    return ok;
}

static char *insert_text(const SqliteLane *lane, int columns)
{
    Buf sql;
    buf_init(&sql, NULL);
    buf_addf(&sql, "insert into main.%.*s values (", STR_ARG(lane->relation));
    for (int i = 0; i < columns; i++) buf_addz(&sql, i ? ", ?" : "?");
    buf_addc(&sql, ')');
    char *text = sqlite3_mprintf("%s", buf_str(&sql).ptr);
    buf_release(&sql);
    return text;
}

bool sqlite_take_offered(SqliteConnection *writer, AdapterError *error)
{
    SqliteConnection *reader = writer->offered;
    const SqliteLane *lane = reader->lane;
    sqlite3_stmt *rows = NULL, *insert = NULL;
    bool ok = create(writer, reader, error) && prepare(reader, &rows, error,
                                                       sqlite3_mprintf("select * from temp.%.*s order by rowid",
                                                                       (int)lane->relation.len, lane->relation.ptr));
    int columns = ok ? sqlite3_column_count(rows) : 0;
    ok = ok && prepare(writer, &insert, error, insert_text(lane, columns));
    int code = SQLITE_DONE;
    while (ok && (code = sqlite3_step(rows)) == SQLITE_ROW) {
        code = SQLITE_OK;
        for (int i = 0; i < columns && code == SQLITE_OK; i++) code = bind_column(insert, rows, i);
        if (code == SQLITE_OK) code = sqlite3_step(insert);
        if (code != SQLITE_DONE) ok = sqlite_fail_on(writer, code, STR_EMPTY, 0, error);
        sqlite3_reset(insert);
    }
    if (ok && code != SQLITE_DONE) ok = sqlite_fail_on(reader, code, STR_EMPTY, 0, error);
    sqlite3_finalize(insert);
    sqlite3_finalize(rows);
    return ok;
}
