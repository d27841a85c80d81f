/* Statements and their rows.
 *
 * A script goes to the server as one text, as psycopg2 sends it: outside of a transaction it is one by itself. The rows
 * of a single statement come one by one (single-row mode), so that a large result never lies in memory. */
#include "adapter/postgres/postgres.h"

#include "sql/scan.h"

#include <string.h>

typedef struct PgCursor {
    AdapterCursor base;
    Arena *arena; /* owned: this object */
    Arena *row_arena; /* owned: decoded values of one row */
    PgResult *result; /* of the row at hand, or of all rows */
    int row; /* next one in `result` */
    bool streams; /* more results follow */
    PgOid *oids;
    AdapterColumns columns;
    AdapterCell *cells;
    AdapterResult answer;
    int64_t rows;
} PgCursor;

static PgConnection *connection_of(const PgCursor *cursor)
{
    return (PgConnection *)cursor->base.connection;
}

static bool good(int status)
{
    return status == PG_COMMAND_OK || status == PG_TUPLES_OK || status == PG_SINGLE_TUPLE || status == PG_EMPTY_QUERY;
}

/* Reads what is left of an answer and throws it away. */
static void drain(PgConnection *connection)
{
    const PgLibrary *pq = &pg_database(connection)->pq;
    for (PgResult *result; (result = pq->PQgetResult(connection->conn)) != NULL;) {
        int status = pq->PQresultStatus(result);
        pq->PQclear(result);
        if (status == PG_COPY_IN) pq->PQputCopyEnd(connection->conn, "not from here");
        for (char *piece = NULL; status == PG_COPY_OUT && pq->PQgetCopyData(connection->conn, &piece, 0) > 0;)
            pq->PQfreemem(piece);
        if (status == PG_COPY_BOTH || pq->PQstatus(connection->conn) == PG_CONNECTION_BAD) return;
    }
}

/* "copy ... from stdin" in SQL: there is nobody at the other end. */
static bool refuse_copy(PgConnection *connection, PgResult *result, AdapterError *error)
{
    const PgLibrary *pq = &pg_database(connection)->pq;
    if (pq->PQresultStatus(result) == PG_COPY_IN)
        pq->PQputCopyEnd(connection->conn, "COPY from standard input is not possible here");
    pq->PQclear(result);
    drain(connection);
    adapter_error_set(error, ADAPTER_UNSUPPORTED, "COPY to or from the client is not possible here");
    error->hint = STR("load the file as a seed, or name a file of the server");
    return false;
}

static void set_answer(const PgLibrary *pq, PgResult *result, Arena *arena, AdapterResult *answer)
{
    int64_t rows;
    const char *tuples = pq->PQcmdTuples(result);
    answer->status = str_dup(arena, str_from(pq->PQcmdStatus(result)));
    answer->rows_affected = *tuples && str_to_int(str_from(tuples), &rows) ? rows : -1;
}

/* Sends a script and gives the result of its last statement. */
static bool ask(PgConnection *connection, Str sql, Str place, PgResult **last, AdapterError *error)
{
    const PgLibrary *pq = &pg_database(connection)->pq;
    *last = NULL;
    if (memchr(sql.ptr, 0, sql.len)) {
        adapter_error_set(error, ADAPTER_SYNTAX, "the SQL holds a zero byte");
        error->offset = (int64_t)str_find_char(sql, 0, 0);
        return false;
    }
    if (!pq->PQsendQuery(connection->conn, str_c(error->arena, sql))) return pg_fail(connection, NULL, place, error);
    bool ok = true;
    for (PgResult *result; ok && (result = pq->PQgetResult(connection->conn)) != NULL;) {
        int status = pq->PQresultStatus(result);
        if (status == PG_COPY_IN || status == PG_COPY_OUT || status == PG_COPY_BOTH) {
            ok = refuse_copy(connection, result, error);
            break;
        }
        if (!good(status)) {
            ok = pg_fail(connection, result, place, error);
            pq->PQclear(result);
            drain(connection);
            break;
        }
        /* The semicolon at the end of a script gives an empty result that says nothing. */
        if (*last && status == PG_EMPTY_QUERY) {
            pq->PQclear(result);
            continue;
        }
        if (*last) pq->PQclear(*last);
        *last = result;
    }
    if (ok && *last) return true;
    if (*last) pq->PQclear(*last);
    return ok ? pg_fail(connection, NULL, place, error) : false;
}

bool pg_ask(PgConnection *connection, const char *sql, PgResult **result, AdapterError *error)
{
    return ask(connection, str_from(sql), STR_EMPTY, result, error);
}

bool pg_run(PgConnection *connection, const char *sql, AdapterError *error)
{
    PgResult *result;
    if (!pg_ask(connection, sql, &result, error)) return false;
    pg_database(connection)->pq.PQclear(result);
    return true;
}

Str pg_text(PgConnection *connection, const PgResult *result, int row, int column)
{
    const PgLibrary *pq = &pg_database(connection)->pq;
    return str_n(pq->PQgetvalue(result, row, column), (size_t)pq->PQgetlength(result, row, column));
}

bool pg_execute(AdapterConnection *base, Str sql, Arena *arena, AdapterResult *answer, AdapterError *error)
{
    PgConnection *connection = (PgConnection *)base;
    PgResult *result;
    if (!pg_may_run(connection, error) || !ask(connection, sql, sql, &result, error)) return false;
    set_answer(&pg_database(connection)->pq, result, arena, answer);
    pg_database(connection)->pq.PQclear(result);
    return true;
}

/* ---- cursors ---- */

static PgCursor *new_cursor(PgConnection *connection, PgResult *result, bool streams)
{
    const PgLibrary *pq = &pg_database(connection)->pq;
    Arena *arena = arena_new();
    PgCursor *cursor = ARENA_NEW(arena, PgCursor);
    *cursor = (PgCursor){.base = {&connection->base}, .arena = arena, .result = result, .streams = streams};
    cursor->row_arena = arena_new();
    size_t n = (size_t)pq->PQnfields(result);
    cursor->columns = (AdapterColumns){ARENA_ARRAY(arena, AdapterColumn, n + 1), n};
    cursor->cells = ARENA_ARRAY(arena, AdapterCell, n + 1);
    cursor->oids = ARENA_ARRAY(arena, PgOid, n + 1);
    for (size_t i = 0; i < n; i++) {
        cursor->oids[i] = pq->PQftype(result, (int)i);
        cursor->columns.at[i].name = str_dup(arena, str_from(pq->PQfname(result, (int)i)));
        cursor->columns.at[i].type =
            str_dup(arena, pg_type_name(connection, cursor->oids[i], pq->PQfmod(result, (int)i)));
        cursor->columns.at[i].origin_relation = cursor->columns.at[i].origin_column = STR_EMPTY;
    }
    return cursor;
}

bool pg_query(AdapterConnection *base, Str sql, AdapterCursor **out, AdapterError *error)
{
    PgConnection *connection = (PgConnection *)base;
    const PgLibrary *pq = &pg_database(connection)->pq;
    PgResult *result;
    if (!pg_may_run(connection, error)) return false;
    if (sql_is_empty(&sql_postgres, sql)) {
        adapter_error_set(error, ADAPTER_SYNTAX, "there is no statement to run");
        return false;
    }
    if (sql_second_statement(&sql_postgres, sql) != STR_NPOS || memchr(sql.ptr, 0, sql.len)) {
        if (!ask(connection, sql, sql, &result, error)) return false;
        *out = &new_cursor(connection, result, false)->base;
        return true;
    }
    if (!pq->PQsendQuery(connection->conn, str_c(error->arena, sql))) return pg_fail(connection, NULL, sql, error);
    pq->PQsetSingleRowMode(connection->conn);
    result = pq->PQgetResult(connection->conn);
    int status = result ? pq->PQresultStatus(result) : PG_FATAL_ERROR;
    if (status == PG_COPY_IN || status == PG_COPY_OUT || status == PG_COPY_BOTH)
        return refuse_copy(connection, result, error);
    if (!good(status)) {
        pg_fail(connection, result, sql, error);
        if (result) pq->PQclear(result);
        drain(connection);
        return false;
    }
    connection->cursor = new_cursor(connection, result, true);
    *out = &connection->cursor->base;
    return true;
}

const AdapterColumn *pg_cursor_columns(AdapterCursor *base, size_t *count)
{
    PgCursor *cursor = (PgCursor *)base;
    *count = cursor->columns.n;
    return cursor->columns.at;
}

/* The next result of the stream; the last one has no rows and says how it ended. */
static AdapterStep next_result(PgCursor *cursor, AdapterError *error)
{
    PgConnection *connection = connection_of(cursor);
    const PgLibrary *pq = &pg_database(connection)->pq;
    bool over = pq->PQresultStatus(cursor->result) != PG_SINGLE_TUPLE;
    if (over) set_answer(pq, cursor->result, cursor->arena, &cursor->answer);
    if (!cursor->streams) return ADAPTER_DONE;
    PgResult *result = pq->PQgetResult(connection->conn);
    if (!result) {
        cursor->streams = false;
        connection->cursor = NULL;
        return ADAPTER_DONE;
    }
    pq->PQclear(cursor->result);
    cursor->result = result;
    cursor->row = 0;
    if (good(pq->PQresultStatus(result))) return ADAPTER_ROW;
    pg_fail(connection, result, STR_EMPTY, error);
    drain(connection);
    cursor->streams = false;
    connection->cursor = NULL;
    return ADAPTER_FAILED;
}

AdapterStep pg_step(AdapterCursor *base, const AdapterCell **cells, AdapterError *error)
{
    PgCursor *cursor = (PgCursor *)base;
    PgConnection *connection = connection_of(cursor);
    const PgLibrary *pq = &pg_database(connection)->pq;
    while (cursor->row >= pq->PQntuples(cursor->result)) {
        AdapterStep step = next_result(cursor, error);
        if (step != ADAPTER_ROW) return step;
    }
    int row = cursor->row++;
    cursor->rows++;
    arena_clear(cursor->row_arena);
    for (size_t i = 0; i < cursor->columns.n; i++) {
        if (pq->PQgetisnull(cursor->result, row, (int)i))
            cursor->cells[i] = (AdapterCell){.type = CELL_NULL, .integer = 0};
        else
            cursor->cells[i] =
                pg_cell(cursor->oids[i], pg_text(connection, cursor->result, row, (int)i), cursor->row_arena);
    }
    *cells = cursor->cells;
    return ADAPTER_ROW;
}

void pg_cursor_result(AdapterCursor *base, AdapterResult *result)
{
    *result = ((PgCursor *)base)->answer;
}

void pg_finish(AdapterCursor *base)
{
    PgCursor *cursor = (PgCursor *)base;
    PgConnection *connection = connection_of(cursor);
    const PgLibrary *pq = &pg_database(connection)->pq;
    if (cursor->streams) {
        /* Rows that nobody wants: outside of a transaction the server need not go on making them. Inside, a cancel would
         * undo what was done before. */
        char message[256];
        if (!connection->depth && connection->cancel) pq->PQcancel(connection->cancel, message, sizeof message);
        drain(connection);
        connection->cursor = NULL;
    }
    pq->PQclear(cursor->result);
    arena_free(cursor->row_arena);
    arena_free(cursor->arena);
}

/* ---- prepare ---- */

static AdapterColumns columns_of(PgConnection *connection, const PgResult *result, Arena *arena)
{
    const PgLibrary *pq = &pg_database(connection)->pq;
    size_t n = (size_t)pq->PQnfields(result);
    AdapterColumns columns = {ARENA_ARRAY(arena, AdapterColumn, n + 1), n};
    for (size_t i = 0; i < n; i++) {
        Str type = pg_type_name(connection, pq->PQftype(result, (int)i), pq->PQfmod(result, (int)i));
        columns.at[i] = (AdapterColumn){.name = str_dup(arena, str_from(pq->PQfname(result, (int)i))),
                                        .type = str_dup(arena, type),
                                        .origin_relation = STR_EMPTY,
                                        .origin_column = STR_EMPTY};
    }
    return columns;
}

/* Prepares and describes in one round trip. *prepared is the answer to the first, *described to the second (NULL if the first
 * failed); false if the connection fails. */
static bool prepare_and_describe(PgConnection *connection, const char *sql, PgResult **prepared, PgResult **described)
{
    const PgLibrary *pq = &pg_database(connection)->pq;
    *prepared = *described = NULL;
    if (!pq->PQenterPipelineMode(connection->conn)) return false;
    bool sent = pq->PQsendPrepare(connection->conn, "", sql, 0, NULL) &&
                pq->PQsendDescribePrepared(connection->conn, "") && pq->PQpipelineSync(connection->conn);
    size_t answers = 0;
    bool synced = false;
    /* Behind the results of each command comes a NULL; behind the synchronisation comes nothing more. */
    while (sent && !synced && answers < 2 + 1 && pq->PQstatus(connection->conn) != PG_CONNECTION_BAD) {
        PgResult *result = pq->PQgetResult(connection->conn);
        if (!result) {
            answers++;
            continue;
        }
        int status = pq->PQresultStatus(result);
        synced = status == PG_PIPELINE_SYNC;
        PgResult **place = answers == 0 ? prepared : described;
        if (!synced && !*place && (status == PG_COMMAND_OK || status == PG_FATAL_ERROR))
            *place = result;
        else
            pq->PQclear(result);
    }
    pq->PQexitPipelineMode(connection->conn);
    return *prepared != NULL;
}

/* The same in two, for a libpq before version 14. */
static void prepare_then_describe(PgConnection *connection, const char *sql, PgResult **prepared, PgResult **described)
{
    const PgLibrary *pq = &pg_database(connection)->pq;
    *described = NULL;
    *prepared = pq->PQprepare(connection->conn, "", sql, 0, NULL);
    if (pq->PQresultStatus(*prepared) == PG_COMMAND_OK) *described = pq->PQdescribePrepared(connection->conn, "");
}

bool pg_prepare(AdapterConnection *base, Str sql, Arena *arena, AdapterColumns *columns, AdapterError *error)
{
    PgConnection *connection = (PgConnection *)base;
    const PgLibrary *pq = &pg_database(connection)->pq;
    if (!pg_may_run(connection, error)) return false;
    if (sql_is_empty(&sql_postgres, sql)) {
        adapter_error_set(error, ADAPTER_SYNTAX, "there is no statement");
        error->offset = 0;
        return false;
    }
    size_t second = sql_second_statement(&sql_postgres, sql);
    if (second != STR_NPOS) {
        adapter_error_set(error, ADAPTER_SYNTAX, "a second statement begins here; only one can stand in this place");
        error->offset = (int64_t)second;
        return false;
    }
    PgResult *prepared, *result;
    const char *text = str_c(error->arena, sql);
    if (!pq->pipelines)
        prepare_then_describe(connection, text, &prepared, &result);
    else if (!prepare_and_describe(connection, text, &prepared, &result))
        return pg_fail(connection, NULL, sql, error);
    bool ok = pq->PQresultStatus(prepared) == PG_COMMAND_OK || pg_fail(connection, prepared, sql, error);
    pq->PQclear(prepared);
    ok = ok && (pq->PQresultStatus(result) == PG_COMMAND_OK || pg_fail(connection, result, sql, error));
    if (ok && pq->PQnparams(result)) {
        adapter_error_set(error, ADAPTER_SYNTAX, "nothing gives the parameter $1 a value");
        error->offset = (int64_t)str_find(sql, STR("$1"), 0);
        ok = false;
    }
    ok = ok && pg_learn_types(connection, result, error);
    if (ok) *columns = columns_of(connection, result, arena);
    pq->PQclear(result);
    return ok;
}
