/* The rows of a lane: kept in blocks of memory, and read by the writer as a virtual table, so that one statement inserts them
 * all and no value is copied on its way (sqlite.org/vtab.html, "Eponymous-only virtual tables"). */
#include "adapter/sqlite/lane.h"
#include "base/mem.h"

#include <string.h>

enum { BLOCK_BYTES = 256 << 10 };

/* Rows one after the other: of each cell a byte for its type, then 8 bytes of a number, or 4 bytes of length and the bytes. */
struct RowBlock {
    size_t len, cap;
    RowBlock *next;
    char bytes[];
};

enum { TYPE = 1, NUMBER = 8, LENGTH = 4 };

/* ---- keeping ---- */

/* For the next cell of a row that has `row` bytes already. A row is never cut: what there is of it moves to a larger block. */
static char *room_for(SqliteLane *lane, size_t row, size_t size)
{
    RowBlock **last = lane->last ? lane->last : &lane->first, *block = *last;
    if (block && block->cap - block->len - row >= size) return block->bytes + block->len + row;
    bool alone = block && !block->len; /* the row has the block to itself */
    if (block && !alone) last = &block->next;
    size_t cap = row + size > BLOCK_BYTES ? row + size + BLOCK_BYTES : BLOCK_BYTES;
    RowBlock *fresh = mem_alloc(sizeof *fresh + cap);
    fresh->len = 0;
    fresh->cap = cap;
    fresh->next = NULL;
    if (row) memcpy(fresh->bytes, block->bytes + block->len, row);
    lane->bytes += cap;
    if (alone) {
        lane->bytes -= block->cap;
        mem_free(block);
    }
    *last = fresh;
    lane->last = last;
    return fresh->bytes + row;
}

void lane_keep_row(SqliteLane *lane)
{
    size_t row = 0;
    for (int i = 0; i < lane->columns; i++) {
        sqlite3_value *value = sqlite3_column_value(lane->rows, i);
        int type = sqlite3_value_type(value);
        char *at;
        switch (type) {
        case SQLITE_INTEGER: {
            sqlite3_int64 number = sqlite3_value_int64(value);
            at = room_for(lane, row, TYPE + NUMBER);
            memcpy(at + TYPE, &number, NUMBER);
            row += TYPE + NUMBER;
            break;
        }
        case SQLITE_FLOAT: {
            double number = sqlite3_value_double(value);
            at = room_for(lane, row, TYPE + NUMBER);
            memcpy(at + TYPE, &number, NUMBER);
            row += TYPE + NUMBER;
            break;
        }
        case SQLITE_NULL:
            at = room_for(lane, row, TYPE);
            row += TYPE;
            break;
        default: {
            const void *bytes = type == SQLITE_TEXT ? sqlite3_value_text(value) : sqlite3_value_blob(value);
            int32_t size = sqlite3_value_bytes(value);
            at = room_for(lane, row, TYPE + LENGTH + (size_t)size);
            memcpy(at + TYPE, &size, LENGTH);
            if (size) memcpy(at + TYPE + LENGTH, bytes, (size_t)size);
            row += TYPE + LENGTH + (size_t)size;
            break;
        }
        }
        *at = (char)type;
    }
    (*lane->last)->len += row;
}

static void drop_first(SqliteLane *lane)
{
    RowBlock *next = lane->first->next;
    lane->bytes -= lane->first->cap;
    mem_free(lane->first);
    lane->first = next;
    lane->last = NULL; /* rows are taken when no more are kept */
}

void lane_drop_rows(SqliteLane *lane)
{
    while (lane->first) drop_first(lane);
}

/* ---- giving ---- */

typedef struct RowsTable {
    sqlite3_vtab base;
    SqliteLane *lane;
} RowsTable;

typedef struct RowsCursor {
    sqlite3_vtab_cursor base;
    SqliteLane *lane;
    const char *row; /* kept; NULL: it is the one at which lane->rows stands */
    size_t size; /* of it */
    sqlite3_int64 number;
    bool end;
} RowsCursor;

static int rows_connect(sqlite3 *handle, void *data, int argc, const char *const *argv, sqlite3_vtab **result,
                        char **error)
{
    (void)argc, (void)argv, (void)error;
    SqliteLane *lane = data;
    Buf sql;
    buf_init(&sql, NULL);
    buf_addz(&sql, "create table x(");
    for (int i = 0; i < lane->columns; i++) buf_addf(&sql, "%sc%d", i ? ", " : "", i);
    buf_addc(&sql, ')');
    int code = sqlite3_declare_vtab(handle, buf_str(&sql).ptr);
    buf_release(&sql);
    if (code != SQLITE_OK) return code;
    RowsTable *table = sqlite3_malloc(sizeof *table);
    if (!table) return SQLITE_NOMEM;
    *table = (RowsTable){.lane = lane};
    *result = &table->base;
    return SQLITE_OK;
}

static int rows_disconnect(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

static int rows_plan(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    info->estimatedCost = 1e6;
    return SQLITE_OK;
}

static int rows_open(sqlite3_vtab *table, sqlite3_vtab_cursor **result)
{
    RowsCursor *cursor = sqlite3_malloc(sizeof *cursor);
    if (!cursor) return SQLITE_NOMEM;
    *cursor = (RowsCursor){.lane = ((RowsTable *)table)->lane, .end = true};
    *result = &cursor->base;
    return SQLITE_OK;
}

static int rows_close(sqlite3_vtab_cursor *cursor)
{
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static size_t find_cells(const SqliteLane *lane, const char *row)
{
    uint32_t at = 0;
    for (int i = 0; i < lane->columns; i++) {
        lane->offsets[i] = at;
        uint32_t size;
        switch (row[at]) {
        case SQLITE_INTEGER:
        case SQLITE_FLOAT: at += TYPE + NUMBER; break;
        case SQLITE_NULL: at += TYPE; break;
        default: memcpy(&size, row + at + TYPE, LENGTH); at += TYPE + LENGTH + size;
        }
    }
    return at;
}

/* The next kept row, or else the next one of the select. A block goes when its rows were read. */
static int rows_next(sqlite3_vtab_cursor *base)
{
    RowsCursor *c = (RowsCursor *)base;
    SqliteLane *lane = c->lane;
    c->number++;
    const char *next = c->row ? c->row + c->size : lane->first ? lane->first->bytes : NULL;
    if (c->row && next == lane->first->bytes + lane->first->len) {
        drop_first(lane);
        next = lane->first ? lane->first->bytes : NULL;
    }
    c->row = next;
    if (next) {
        c->size = find_cells(lane, next);
        return SQLITE_OK;
    }
    int code = lane->rows ? sqlite3_step(lane->rows) : SQLITE_DONE;
    c->end = code != SQLITE_ROW;
    if (code == SQLITE_ROW || code == SQLITE_DONE) return SQLITE_OK;
    return lane->broken = code;
}

static int rows_filter(sqlite3_vtab_cursor *base, int plan, const char *text, int argc, sqlite3_value **argv)
{
    (void)plan, (void)text, (void)argc, (void)argv;
    RowsCursor *cursor = (RowsCursor *)base;
    cursor->end = false;
    return rows_next(base);
}

static int rows_eof(sqlite3_vtab_cursor *base)
{
    return ((RowsCursor *)base)->end;
}

/* Static: the bytes stay until the next row, and so does what SQLite makes of them. */
static void give_bytes(sqlite3_context *context, int type, const void *bytes, int size)
{
    if (type == SQLITE_TEXT)
        sqlite3_result_text(context, bytes, size, SQLITE_STATIC);
    else if (size)
        sqlite3_result_blob(context, bytes, size, SQLITE_STATIC);
    else
        sqlite3_result_zeroblob(context, 0);
}

static void give_value(sqlite3_context *context, sqlite3_value *value)
{
    int type = sqlite3_value_type(value);
    switch (type) {
    case SQLITE_INTEGER: sqlite3_result_int64(context, sqlite3_value_int64(value)); break;
    case SQLITE_FLOAT: sqlite3_result_double(context, sqlite3_value_double(value)); break;
    case SQLITE_NULL: sqlite3_result_null(context); break;
    default: {
        const void *bytes = type == SQLITE_TEXT ? sqlite3_value_text(value) : sqlite3_value_blob(value);
        give_bytes(context, type, bytes, sqlite3_value_bytes(value));
    }
    }
}

static int rows_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    const RowsCursor *c = (const RowsCursor *)base;
    if (!c->row) {
        give_value(context, sqlite3_column_value(c->lane->rows, column));
        return SQLITE_OK;
    }
    const char *cell = c->row + c->lane->offsets[column];
    switch (*cell) {
    case SQLITE_INTEGER: {
        sqlite3_int64 number;
        memcpy(&number, cell + TYPE, NUMBER);
        sqlite3_result_int64(context, number);
        break;
    }
    case SQLITE_FLOAT: {
        double number;
        memcpy(&number, cell + TYPE, NUMBER);
        sqlite3_result_double(context, number);
        break;
    }
    case SQLITE_NULL: sqlite3_result_null(context); break;
    default: {
        int32_t size;
        memcpy(&size, cell + TYPE, LENGTH);
        give_bytes(context, *cell, cell + TYPE + LENGTH, size);
    }
    }
    return SQLITE_OK;
}

static int rows_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *row)
{
    *row = ((const RowsCursor *)base)->number;
    return SQLITE_OK;
}

int lane_show_rows(SqliteLane *lane, sqlite3 *writer)
{
    static const sqlite3_module module = {
        /* no xCreate: it is there without being made */
        .iVersion = 1,      .xConnect = rows_connect, .xBestIndex = rows_plan, .xDisconnect = rows_disconnect,
        .xOpen = rows_open, .xClose = rows_close,     .xFilter = rows_filter,  .xNext = rows_next,
        .xEof = rows_eof,   .xColumn = rows_column,   .xRowid = rows_rowid,
    };
    lane->offsets = ARENA_ARRAY(lane->texts, uint32_t, (size_t)lane->columns);
    lane->broken = SQLITE_OK;
    return sqlite3_create_module_v2(writer, LANE_ROWS, &module, lane, NULL);
}

void lane_hide_rows(sqlite3 *writer)
{
    sqlite3_create_module_v2(writer, LANE_ROWS, NULL, NULL, NULL);
}
