/* Bulk load: one prepared insert with named columns, one step a row, in a transaction (or savepoint) of its own. */
#include "adapter/sqlite/sqlite.h"

#include "base/mem.h"

#include <limits.h>

static int bind(sqlite3_stmt *statement, int index, const AdapterCell *cell)
{
    switch (cell->type) {
    case CELL_NULL: return sqlite3_bind_null(statement, index);
    case CELL_INTEGER: return sqlite3_bind_int64(statement, index, cell->integer);
    case CELL_REAL: return sqlite3_bind_double(statement, index, cell->real);
    /* Static: the text stays until the row source is called again, which is after the step. */
    case CELL_TEXT:
        return sqlite3_bind_text64(statement, index, cell->text.ptr, cell->text.len, SQLITE_STATIC, SQLITE_UTF8);
    case CELL_BLOB: return sqlite3_bind_blob64(statement, index, cell->text.ptr, cell->text.len, SQLITE_STATIC);
    }
    return SQLITE_MISUSE;
}

static sqlite3_stmt *prepare_insert(SqliteConnection *connection, const AdapterBulkLoad *load, AdapterError *error)
{
    Buf sql;
    buf_init(&sql, error->arena);
    buf_addf(&sql, "insert into %.*s (", STR_ARG(load->relation));
    for (size_t i = 0; i < load->column_count; i++) {
        buf_addz(&sql, i ? ", " : "");
        buf_add(&sql, dialect_quote_identifier(error->arena, adapter_sqlite.dialect, load->columns[i].name));
    }
    buf_addz(&sql, ") values (");
    for (size_t i = 0; i < load->column_count; i++) buf_addz(&sql, i ? ", ?" : "?");
    buf_addc(&sql, ')');
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(connection->handle, buf_str(&sql).ptr, -1, &statement, NULL);
    if (code != SQLITE_OK) sqlite_fail_on(connection, code, STR_EMPTY, 0, error);
    return statement;
}

static bool insert_rows(SqliteConnection *connection, sqlite3_stmt *statement, const AdapterBulkLoad *load,
                        int64_t *rows, AdapterError *error)
{
    AdapterCell *cells = mem_zalloc(sizeof *cells * (load->column_count + 1));
    int64_t loaded = 0;
    AdapterStep step = ADAPTER_ROW;
    bool ok = true;
    while (ok && (step = load->next(load->data, cells, error)) == ADAPTER_ROW) {
        int code = SQLITE_OK;
        for (size_t i = 0; i < load->column_count && code == SQLITE_OK; i++)
            code = bind(statement, (int)i + 1, &cells[i]);
        if (code == SQLITE_OK) code = sqlite3_step(statement);
        if (code != SQLITE_DONE) ok = sqlite_fail_on(connection, code, STR_EMPTY, 0, error);
        sqlite3_reset(statement);
        loaded++;
    }
    mem_free(cells);
    *rows = loaded;
    return ok && step == ADAPTER_DONE;
}

bool sqlite_bulk_load(AdapterConnection *base, const AdapterBulkLoad *load, int64_t *rows, AdapterError *error)
{
    SqliteConnection *connection = (SqliteConnection *)base;
    if (!sqlite_transaction(base, ADAPTER_BEGIN, error)) return false;
    int64_t loaded = 0;
    sqlite3_stmt *statement = prepare_insert(connection, load, error);
    bool ok = statement && insert_rows(connection, statement, load, &loaded, error);
    sqlite3_finalize(statement);
    if (ok && sqlite_transaction(base, ADAPTER_COMMIT, error)) {
        *rows = loaded;
        return true;
    }
    AdapterError second; /* the first error is the one that matters */
    adapter_error_init(&second, error->arena);
    sqlite_transaction(base, ADAPTER_ROLLBACK, &second);
    return false;
}
