/* Evaluating a select on a reader while the one writer writes.
 *
 * The reader steps through the select and keeps the rows in memory, LANE_BYTES of them at most. The writer, when it has come
 * to the statement, creates the table, takes those rows and lets the reader go on for the rest: nothing is evaluated twice,
 * and memory stays flat however large the result is. A select that gives its rows as fast as they are written is let go
 * after the first of them: there the writer's own `create table as` costs least.
 *
 * The table is created by the very text that SQLite would store: EXPLAIN shows it as a constant of the program, without
 * running anything. (What EXPLAIN prints may change, says its documentation; without that text nothing is evaluated here.) */
#include "adapter/sqlite/lane.h"

#include "base/clock.h"
#include "sql/scan.h"

#include <limits.h>

enum {
    LANE_BYTES = 32 << 20,
    JUDGED_ROWS = 1000, /* when enough of them have come to say how fast they come */
    /* What a row of a plain copy takes to come and be kept, on a slow machine: what comes no slower is not worth the detour, as
     * SQLite itself makes and stores such a row in less. */
    DETOUR_ROW_NS = 240,
    DETOUR_CELL_NS = 90,
};

static SqliteLane *lane_of(SqliteConnection *reader)
{
    if (reader->lane) return reader->lane;
    Arena *arena = arena_new();
    SqliteLane *lane = ARENA_NEW(arena, SqliteLane);
    *lane = (SqliteLane){.arena = arena, .texts = arena_new()};
    return reader->lane = lane;
}

static void clear(SqliteLane *lane)
{
    sqlite3_finalize(lane->rows);
    lane->rows = NULL;
    lane_drop_rows(lane);
    lane->relation = (Str){NULL, 0};
    arena_clear(lane->texts);
}

void sqlite_lane_free(SqliteConnection *reader)
{
    if (!reader->lane) return;
    clear(reader->lane);
    arena_free(reader->lane->texts);
    arena_free(reader->lane->arena);
    reader->lane = NULL;
}

void sqlite_forget(AdapterConnection *base)
{
    SqliteConnection *reader = (SqliteConnection *)base;
    if (reader->lane) clear(reader->lane);
}

/* The rows come as fast as the writer could make them by itself. */
static bool comes_cheap(const SqliteLane *lane, uint64_t since, uint64_t rows)
{
    uint64_t detour = DETOUR_ROW_NS + (uint64_t)lane->columns * DETOUR_CELL_NS;
    return clock_thread_ns() - since < rows * detour;
}

/* Steps until the end, or until the memory for it is full. */
static bool keep_rows(SqliteConnection *reader, uint64_t since, AdapterError *error)
{
    SqliteLane *lane = reader->lane;
    for (uint64_t kept = 1;; kept++) {
        int code = sqlite3_step(lane->rows);
        if (code == SQLITE_DONE) {
            sqlite3_finalize(lane->rows);
            lane->rows = NULL;
            return true;
        }
        if (code != SQLITE_ROW) return sqlite_fail_on(reader, code, STR_EMPTY, 0, error);
        lane_keep_row(lane);
        if (kept == JUDGED_ROWS && comes_cheap(lane, since, kept)) {
            adapter_error_set(error, ADAPTER_UNSUPPORTED, "the writer evaluates this faster by itself");
            return false;
        }
        if (lane->bytes >= LANE_BYTES) return true;
    }
}

/* ---- evaluating ---- */

/* One statement and nothing behind it: NULL after an error. */
static sqlite3_stmt *prepare_one(SqliteConnection *reader, Str sql, AdapterError *error)
{
    sqlite3_stmt *statement = NULL;
    const char *tail = NULL;
    int code = SQLITE_TOOBIG;
    if (sql.len < INT_MAX) code = sqlite3_prepare_v2(reader->handle, sql.ptr, (int)sql.len, &statement, &tail);
    if (code != SQLITE_OK) {
        sqlite_fail_on(reader, code, STR_EMPTY, 0, error);
        return NULL;
    }
    Str rest = str_from_index(sql, (size_t)(tail - sql.ptr));
    if (statement && sql_is_empty(&sql_sqlite, rest) && sqlite3_bind_parameter_count(statement) == 0) return statement;
    sqlite3_finalize(statement);
    adapter_error_set(error, ADAPTER_UNSUPPORTED, "this is not one select");
    return NULL;
}

/* CREATE TABLE name(column TYPE, ...), as SQLite would store it for `create table relation as select`. */
static bool find_create(SqliteConnection *reader, Str relation, Str select, AdapterError *error)
{
    enum { OPCODE = 1, P4 = 5 };
    SqliteLane *lane = reader->lane;
    Buf sql;
    buf_init(&sql, NULL);
    buf_addf(&sql, "explain create temp table %.*s as\n", STR_ARG(relation));
    buf_add(&sql, select);
    sqlite3_stmt *program = prepare_one(reader, buf_str(&sql), error);
    bool ok = program != NULL;
    lane->create = NULL;
    while (ok && !lane->create && sqlite3_step(program) == SQLITE_ROW) {
        Str text = sqlite_column_text(program, P4);
        if (str_eq(sqlite_column_text(program, OPCODE), STR("String8")) && str_starts(text, STR("CREATE TABLE ")))
            lane->create = str_c(lane->texts, text);
    }
    sqlite3_finalize(program);
    buf_release(&sql);
    if (ok && !lane->create) {
        adapter_error_set(error, ADAPTER_UNSUPPORTED, "how the table would be stored cannot be seen");
        ok = false;
    }
    return ok;
}

bool sqlite_evaluate(AdapterConnection *base, Str relation, Str select, AdapterError *error)
{
    SqliteConnection *reader = (SqliteConnection *)base;
    const SqliteDatabase *database = (const SqliteDatabase *)base->database;
    if (reader->role != ADAPTER_READER || database->read_only || !database->wal || reader->depth) {
        adapter_error_set(error, ADAPTER_UNSUPPORTED, "only a reader beside a writer evaluates for it");
        return false;
    }
    if (!sqlite_may_run(reader, error)) return false;
    SqliteLane *lane = lane_of(reader);
    clear(lane);
    bool kept = find_create(reader, relation, select, error);
    lane->rows = kept ? prepare_one(reader, select, error) : NULL;
    uint64_t since = clock_thread_ns();
    if (lane->rows) lane->columns = sqlite3_column_count(lane->rows);
    if (!lane->rows || !keep_rows(reader, since, error)) {
        clear(lane);
        return false;
    }
    lane->relation = str_dup(lane->texts, relation);
    lane->select = str_dup(lane->texts, str_trim(select));
    return true;
}

void sqlite_offer(AdapterConnection *writer, AdapterConnection *reader)
{
    ((SqliteConnection *)writer)->offered = (SqliteConnection *)reader;
}

/* ---- taking ---- */

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

static bool run_with_name(SqliteConnection *writer, const char *before, Str name, const char *after,
                          AdapterError *error)
{
    Buf sql;
    buf_init(&sql, NULL);
    buf_addf(&sql, "%s main.%.*s %s", before, STR_ARG(name), after);
    bool ok = sqlite_run(writer, buf_str(&sql).ptr, error);
    buf_release(&sql);
    return ok;
}

bool sqlite_take_offered(SqliteConnection *writer, bool *taken, AdapterError *error)
{
    SqliteLane *lane = writer->offered->lane;
    Str name = lane->relation;
    lane->relation = (Str){NULL, 0}; /* each row can be read once */
    int code = lane_show_rows(lane, writer->handle);
    if (code != SQLITE_OK) return sqlite_fail_on(writer, code, STR_EMPTY, 0, error);
    *taken = sqlite_run(writer, lane->create, error) &&
             run_with_name(writer, "insert into", name, "select * from " LANE_ROWS, error);
    lane_hide_rows(writer->handle);
    if (*taken || lane->broken == SQLITE_OK || lane->broken == SQLITE_INTERRUPT) return *taken;
    /* The select itself failed at one of its rows: the writer shall say how, and where. */
    return run_with_name(writer, "drop table", name, "", error);
}
