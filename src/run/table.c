/* Rows of a query, kept. */
#include "run/internal.h"

static AdapterColumns columns_copy(Arena *arena, const AdapterColumn *columns, size_t count)
{
    AdapterColumns copy = {ARENA_ARRAY(arena, AdapterColumn, count + 1), count};
    for (size_t i = 0; i < count; i++)
        copy.at[i] =
            (AdapterColumn){str_dup(arena, columns[i].name), str_dup(arena, columns[i].type),
                            str_dup(arena, columns[i].origin_relation), str_dup(arena, columns[i].origin_column)};
    return copy;
}

RunTable *run_table_read(Arena *arena, AdapterCursor *cursor, int64_t limit, AdapterError *error)
{
    size_t count;
    const AdapterColumn *columns = adapter_cursor_columns(cursor, &count);
    RunTable *table = ARENA_NEW(arena, RunTable);
    table->columns = columns_copy(arena, columns, count);
    VEC(AdapterCell *) rows = {0};
    const AdapterCell *cells;
    AdapterStep step = ADAPTER_DONE;
    while ((limit < 0 || (int64_t)rows.n < limit) && (step = adapter_step(cursor, &cells, error)) == ADAPTER_ROW) {
        AdapterCell *row = arena_copy(arena, cells, count * sizeof *cells);
        for (size_t i = 0; i < count; i++)
            if (row[i].type == CELL_TEXT || row[i].type == CELL_BLOB) row[i].text = str_dup(arena, row[i].text);
        vec_push(arena, &rows, row);
    }
    table->rows = rows.at;
    table->row_count = rows.n;
    return step == ADAPTER_FAILED ? NULL : table;
}
