/* Reading the history for people: tables of its runs, of one node, of what fails. */
#include "history/internal.h"

#include "base/edit.h"
#include "base/vec.h"

#include <string.h>

typedef struct Reader {
    Arena *arena;
    sqlite3 *db;
    bool ok;
} Reader;

/* `texts` are bound from ?1 on, `limit` behind them. */
static RunTable *read_table(Reader *r, const char *sql, const Str *texts, int count, int64_t limit)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(r->db, sql, -1, &statement, NULL) != SQLITE_OK) {
        r->ok = false;
        return NULL;
    }
    for (int i = 0; i < count; i++)
        sqlite3_bind_text64(statement, i + 1, texts[i].len ? texts[i].ptr : "", texts[i].len, SQLITE_STATIC,
                            SQLITE_UTF8);
    sqlite3_bind_int64(statement, count + 1, limit);
    RunTable *table = ARENA_NEW(r->arena, RunTable);
    *table = (RunTable){0};
    table->columns.n = (size_t)sqlite3_column_count(statement);
    table->columns.at = ARENA_ARRAY(r->arena, AdapterColumn, table->columns.n + 1);
    for (size_t c = 0; c < table->columns.n; c++) {
        table->columns.at[c] = (AdapterColumn){STR_EMPTY, STR_EMPTY, STR_EMPTY, STR_EMPTY};
        table->columns.at[c].name = str_dup(r->arena, str_from(sqlite3_column_name(statement, (int)c)));
    }
    VEC(AdapterCell *) rows = {0};
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        AdapterCell *row = ARENA_ARRAY(r->arena, AdapterCell, table->columns.n + 1);
        for (size_t c = 0; c < table->columns.n; c++) {
            int type = sqlite3_column_type(statement, (int)c);
            if (type == SQLITE_INTEGER)
                row[c] = (AdapterCell){.type = CELL_INTEGER, .integer = sqlite3_column_int64(statement, (int)c)};
            else if (type == SQLITE_FLOAT)
                row[c] = (AdapterCell){.type = CELL_REAL, .real = sqlite3_column_double(statement, (int)c)};
            else if (type == SQLITE_NULL)
                row[c] = (AdapterCell){.type = CELL_NULL, .integer = 0};
            else
                row[c] =
                    (AdapterCell){.type = CELL_TEXT,
                                  .text = str_dup(r->arena, str_n((const char *)sqlite3_column_text(statement, (int)c),
                                                                  (size_t)sqlite3_column_bytes(statement, (int)c)))};
        }
        vec_push(r->arena, &rows, row);
    }
    r->ok = r->ok && code == SQLITE_DONE;
    sqlite3_finalize(statement);
    table->rows = rows.at;
    table->row_count = rows.n;
    return table;
}

/* Times as people read them; with `T` and fractions they are in the tables. */
#define TIME(column) "replace(substr(" column ", 1, 19), 'T', ' ')"

static const char runs_sql[] = "select " TIME(
    "started_at") " as began, command, target, outcome, round(seconds, 2) as seconds, good, warned as warnings,"
                  " bad as failed, skipped, message from runs where (?1 = '' or target = ?1) order by id desc limit ?2";

static const char node_sql[] = "select " TIME(
    "r.started_at") " as began, n.unique_id as node, r.command, r.target, s.status, round(s.seconds, 3) as"
                    " seconds, s.rows, s.failures, s.message from results s join runs r on r.id = s.run_id join nodes n on n.id = s.node_id"
                    " where (n.name = ?2 or n.unique_id = ?2) and (?1 = '' or r.target = ?1) order by s.run_id desc, n.unique_id limit ?3";

static const char failing_sql[] = "select n.unique_id as node, f.target, " TIME(
    "f.since") " as failing_since, f.runs,"
               " (select " TIME(
                   "max(r.started_at)") " from results s join runs r on r.id = s.run_id where s.node_id = n.id and"
                                        " r.target = f.target and s.status in ('success', 'pass', 'warn')) as last_good from failing f join nodes n on"
                                        " n.id = f.node_id where (?2 = '' or n.name = ?2 or n.unique_id = ?2) and (?1 = '' or f.target = ?1)"
                                        " order by f.since, n.unique_id limit ?3";

static void find_nearest(Reader *r, Str node, Str *best)
{
    const RunTable *names = read_table(r, "select name from nodes limit ?1", NULL, 0, -1);
    if (!names) return;
    Str *list = ARENA_ARRAY(r->arena, Str, names->row_count + 1);
    for (size_t i = 0; i < names->row_count; i++) list[i] = names->rows[i][0].text;
    nearest(node, list, names->row_count, best);
}

bool history_read(Arena *arena, Str path, Str node, Str target, int64_t limit, HistoryTables *tables, Str *nearest_name,
                  Str *error)
{
    *tables = (HistoryTables){0};
    *nearest_name = STR_EMPTY;
    Reader r = {arena, history_open(arena, path, false, error), true};
    if (!r.db) return false;
    const Str texts[] = {target, node};
    tables->main = node.len ? read_table(&r, node_sql, texts, 2, limit) : read_table(&r, runs_sql, texts, 1, limit);
    tables->failing = read_table(&r, failing_sql, texts, 2, -1);
    if (node.len && tables->main && !tables->main->row_count) find_nearest(&r, node, nearest_name);
    if (!r.ok) *error = history_message(arena, r.db);
    sqlite3_close(r.db);
    return r.ok;
}
