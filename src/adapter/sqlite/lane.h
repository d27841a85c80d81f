/* Rows that a reader keeps for the writer: see lane.c, which evaluates, and lane_rows.c, which keeps and gives them.
 * A lane belongs to its reader; the writer uses it while both stand in the writer's turn. */
#ifndef CDBT_ADAPTER_SQLITE_LANE_H
#define CDBT_ADAPTER_SQLITE_LANE_H

#include "adapter/sqlite/sqlite.h"

typedef struct RowBlock RowBlock;

typedef struct SqliteLane {
    Arena *arena; /* owned; this object lies in it */
    Arena *texts; /* owned: of the select at hand */
    Str relation, select; /* as given; a NULL relation.ptr: nothing is evaluated */
    const char *create; /* how SQLite would store the table */
    sqlite3_stmt *rows; /* owned: the select, where it stands; NULL when all its rows are kept */
    int columns;
    RowBlock *first; /* owned */
    RowBlock **last; /* where the last block hangs; NULL: nothing is kept */
    size_t bytes; /* of all blocks */
    uint32_t *offsets; /* of each cell in the row that is read, in `texts` */
    int broken; /* the code of the error that ended the reader's select while the writer took its rows */
} SqliteLane;

/* Copies the row at which lane->rows stands. */
void lane_keep_row(SqliteLane *lane);
void lane_drop_rows(SqliteLane *lane);
/* All rows, those that are kept and then what lane->rows still gives, as a table LANE_ROWS of the columns c0, c1, ... Each
 * can be read once. */
#define LANE_ROWS "cdbt_lane_rows"
int lane_show_rows(SqliteLane *lane, sqlite3 *writer);
void lane_hide_rows(sqlite3 *writer);

#endif
