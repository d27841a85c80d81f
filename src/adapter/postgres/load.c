/* Bulk load: COPY, streamed. All rows come or none: one COPY is one statement. */
#include "adapter/postgres/postgres.h"

#include "base/mem.h"

#include <math.h>
#include <stdio.h>

enum { PIECE = 64 * 1024 };

/* The text form of COPY: tabs between cells, \N for null, backslashes before what would mean something. */
static void add_text(Buf *out, Str text)
{
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        char letter = 0;
        switch (text.ptr[i]) {
        case '\\': letter = '\\'; break;
        case '\t': letter = 't'; break;
        case '\n': letter = 'n'; break;
        case '\r': letter = 'r'; break;
        default: continue;
        }
        buf_add(out, str_slice(text, from, i));
        buf_addc(out, '\\');
        buf_addc(out, letter);
        from = i + 1;
    }
    buf_add(out, str_from_index(text, from));
}

static void add_integer(Buf *out, int64_t value)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do digits[--at] = (char)('0' + left % 10);
    while ((left /= 10) != 0);
    if (value < 0) digits[--at] = '-';
    buf_add(out, str_n(digits + at, sizeof digits - at));
}

/* Numbers with few places, as files have them, by whole numbers: n / 10^k is rounded once, as reading the text is, so that the
 * short text gives the same number. The others with all digits. */
static void add_real(Buf *out, double value)
{
    enum { PLACES = 6 };
    static const double powers[PLACES + 1] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
    for (size_t k = 0; k <= PLACES && fabs(value) < 1e9; k++) {
        double whole = nearbyint(value * powers[k]);
        if (whole / powers[k] != value || (whole == 0 && signbit(value))) continue;
        uint64_t left = (uint64_t)fabs(whole);
        char digits[24];
        size_t at = sizeof digits;
        for (size_t i = 0; i <= k || left; i++, left /= 10) {
            if (i == k && k) digits[--at] = '.';
            digits[--at] = (char)('0' + left % 10);
        }
        if (value < 0) digits[--at] = '-';
        buf_add(out, str_n(digits + at, sizeof digits - at));
        return;
    }
    buf_addf(out, "%.17g", value);
}

static void add_cell(Buf *out, const AdapterCell *cell)
{
    static const char hex[] = "0123456789abcdef";
    switch (cell->type) {
    case CELL_NULL: buf_addz(out, "\\N"); break;
    case CELL_INTEGER: add_integer(out, cell->integer); break;
    case CELL_REAL:
        if (isfinite(cell->real))
            add_real(out, cell->real);
        else
            buf_addz(out, isnan(cell->real) ? "NaN" : cell->real > 0 ? "Infinity" : "-Infinity");
        break;
    case CELL_TEXT: add_text(out, cell->text); break;
    case CELL_BLOB:
        buf_addz(out, "\\\\x");
        for (size_t i = 0; i < cell->text.len; i++) {
            buf_addc(out, hex[(unsigned char)cell->text.ptr[i] >> 4]);
            buf_addc(out, hex[(unsigned char)cell->text.ptr[i] & 15]);
        }
        break;
    }
}

static bool begin_copy(PgConnection *connection, const AdapterBulkLoad *load, AdapterError *error)
{
    const PgLibrary *pq = &pg_database(connection)->pq;
    Buf sql;
    buf_init(&sql, error->arena);
    buf_addf(&sql, "copy %.*s (", STR_ARG(load->relation));
    for (size_t i = 0; i < load->column_count; i++) {
        buf_addz(&sql, i ? ", " : "");
        buf_add(&sql, dialect_quote_identifier(error->arena, adapter_postgres.dialect, load->columns[i].name));
    }
    buf_addz(&sql, ") from stdin");
    PgResult *result = pq->PQexec(connection->conn, buf_str(&sql).ptr);
    bool ok = pq->PQresultStatus(result) == PG_COPY_IN || pg_fail(connection, result, STR_EMPTY, error);
    pq->PQclear(result);
    return ok;
}

/* Ends the COPY: with what the server says of it, or because of our own error, which stays. */
static bool end_copy(PgConnection *connection, bool good, int64_t *rows, AdapterError *error)
{
    const PgLibrary *pq = &pg_database(connection)->pq;
    AdapterError second;
    adapter_error_init(&second, error->arena);
    pq->PQputCopyEnd(connection->conn, good ? NULL : "the rows could not be read to their end");
    for (PgResult *result; (result = pq->PQgetResult(connection->conn)) != NULL;) {
        if (pq->PQresultStatus(result) == PG_COMMAND_OK)
            str_to_int(str_from(pq->PQcmdTuples(result)), rows);
        else if (good)
            good = pg_fail(connection, result, STR_EMPTY, error);
        else
            pg_fail(connection, result, STR_EMPTY, &second);
        int status = pq->PQresultStatus(result);
        pq->PQclear(result);
        if (status == PG_COPY_IN || pq->PQstatus(connection->conn) == PG_CONNECTION_BAD) break;
    }
    return good;
}

static bool copy_rows(PgConnection *connection, const AdapterBulkLoad *load, int64_t *rows, AdapterError *error)
{
    const PgLibrary *pq = &pg_database(connection)->pq;
    if (!begin_copy(connection, load, error)) return false;
    AdapterCell *cells = mem_zalloc(sizeof *cells * (load->column_count + 1));
    Buf out;
    buf_init(&out, NULL);
    buf_reserve(&out, 2 * (size_t)PIECE);
    AdapterStep step;
    bool sent = true;
    do {
        step = load->next(load->data, cells, error);
        for (size_t i = 0; step == ADAPTER_ROW && i < load->column_count; i++) {
            if (i) buf_addc(&out, '\t');
            add_cell(&out, &cells[i]);
        }
        if (step == ADAPTER_ROW) buf_addc(&out, '\n');
        if (out.len >= PIECE || (step == ADAPTER_DONE && out.len)) {
            sent = pq->PQputCopyData(connection->conn, out.ptr, (int)out.len) == 1;
            buf_clear(&out);
        }
        if (atomic_load(&connection->cancelled)) {
            adapter_error_set(error, ADAPTER_INTERRUPTED, "interrupted");
            step = ADAPTER_FAILED;
        }
    } while (sent && step == ADAPTER_ROW);
    mem_free(cells);
    buf_release(&out);
    if (!sent) {
        /* The server has more to say than that the pipe is closed. */
        bool ok = end_copy(connection, true, rows, error);
        if (!ok) return false;
        return pg_fail(connection, NULL, STR_EMPTY, error);
    }
    return end_copy(connection, step == ADAPTER_DONE, rows, error);
}

bool pg_bulk_load(AdapterConnection *base, const AdapterBulkLoad *load, int64_t *rows, AdapterError *error)
{
    PgConnection *connection = (PgConnection *)base;
    if (!pg_may_run(connection, error)) return false;
    int64_t loaded = 0;
    if (!copy_rows(connection, load, &loaded, error)) return false;
    *rows = loaded;
    return true;
}
