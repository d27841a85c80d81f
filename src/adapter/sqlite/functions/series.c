/* generate_series(start, stop, step = 1): a table-valued function of whole numbers, as PostgreSQL has it, stop included.
 *
 * Written after sqlite.org/vtab.html ("Table-Valued Functions"): a virtual table without storage whose hidden columns are
 * the arguments. */
#include "adapter/sqlite/functions/functions.h"

enum { COLUMN_VALUE, COLUMN_START, COLUMN_STOP, COLUMN_STEP };

typedef struct SeriesCursor {
    sqlite3_vtab_cursor base;
    int64_t value, start, stop, step;
    int64_t row;
    bool end;
} SeriesCursor;

static int series_connect(sqlite3 *handle, void *data, int argc, const char *const *argv, sqlite3_vtab **table,
                          char **error)
{
    (void)data, (void)argc, (void)argv, (void)error;
    int code = sqlite3_declare_vtab(handle, "create table x(value, start hidden, stop hidden, step hidden)");
    if (code != SQLITE_OK) return code;
    *table = sqlite3_malloc(sizeof **table);
    if (!*table) return SQLITE_NOMEM;
    **table = (sqlite3_vtab){0};
    sqlite3_vtab_config(handle, SQLITE_VTAB_INNOCUOUS);
    return SQLITE_OK;
}

static int series_disconnect(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

/* The arguments are equality constraints on the hidden columns; start and stop must be there. */
static int series_plan(sqlite3_vtab *table, sqlite3_index_info *info)
{
    int place[COLUMN_STEP + 1] = {-1, -1, -1, -1}, argument = 0;
    bool unusable = false;
    for (int i = 0; i < info->nConstraint; i++) {
        int column = info->aConstraint[i].iColumn;
        if (column < COLUMN_START || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
        if (!info->aConstraint[i].usable)
            unusable = true;
        else
            place[column] = i;
    }
    if (place[COLUMN_START] < 0 || place[COLUMN_STOP] < 0) {
        if (unusable) return SQLITE_CONSTRAINT; /* another order of the join gives the arguments */
        table->zErrMsg = sqlite3_mprintf("generate_series needs a start and a stop");
        return SQLITE_ERROR;
    }
    if (unusable) return SQLITE_CONSTRAINT;
    for (int column = COLUMN_START; column <= COLUMN_STEP; column++)
        if (place[column] >= 0) {
            info->aConstraintUsage[place[column]].argvIndex = ++argument;
            info->aConstraintUsage[place[column]].omit = 1;
        }
    info->estimatedCost = 2;
    info->estimatedRows = 1000;
    return SQLITE_OK;
}

static int series_open(sqlite3_vtab *table, sqlite3_vtab_cursor **cursor)
{
    (void)table;
    SeriesCursor *c = sqlite3_malloc(sizeof *c);
    if (!c) return SQLITE_NOMEM;
    *c = (SeriesCursor){.end = true};
    *cursor = &c->base;
    return SQLITE_OK;
}

static int series_close(sqlite3_vtab_cursor *cursor)
{
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static int series_filter(sqlite3_vtab_cursor *base, int plan, const char *text, int argc, sqlite3_value **argv)
{
    (void)plan, (void)text;
    SeriesCursor *c = (SeriesCursor *)base;
    c->row = 1;
    c->end = true;
    for (int i = 0; i < argc; i++)
        if (value_is_null(argv[i])) return SQLITE_OK; /* a null argument gives no rows */
    c->start = c->value = sqlite3_value_int64(argv[0]);
    c->stop = sqlite3_value_int64(argv[1]);
    c->step = argc > 2 ? sqlite3_value_int64(argv[2]) : 1;
    if (c->step == 0) {
        base->pVtab->zErrMsg = sqlite3_mprintf("generate_series: the step cannot be 0");
        return SQLITE_ERROR;
    }
    c->end = c->step > 0 ? c->value > c->stop : c->value < c->stop;
    return SQLITE_OK;
}

static int series_next(sqlite3_vtab_cursor *base)
{
    SeriesCursor *c = (SeriesCursor *)base;
    c->row++;
    if (__builtin_add_overflow(c->value, c->step, &c->value))
        c->end = true;
    else
        c->end = c->step > 0 ? c->value > c->stop : c->value < c->stop;
    return SQLITE_OK;
}

static int series_eof(sqlite3_vtab_cursor *base)
{
    return ((SeriesCursor *)base)->end;
}

static int series_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    const SeriesCursor *c = (const SeriesCursor *)base;
    const int64_t values[] = {c->value, c->start, c->stop, c->step};
    sqlite3_result_int64(context, values[column]);
    return SQLITE_OK;
}

static int series_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *row)
{
    *row = ((const SeriesCursor *)base)->row;
    return SQLITE_OK;
}

int series_register(sqlite3 *handle)
{
    /* No xCreate: it can only be used as a function. */
    static const sqlite3_module module = {
        .iVersion = 1,
        .xConnect = series_connect,
        .xBestIndex = series_plan,
        .xDisconnect = series_disconnect,
        .xOpen = series_open,
        .xClose = series_close,
        .xFilter = series_filter,
        .xNext = series_next,
        .xEof = series_eof,
        .xColumn = series_column,
        .xRowid = series_rowid,
    };
    return sqlite3_create_module_v2(handle, "generate_series", &module, NULL, NULL);
}
