/* CSV: a reader over text in memory, row by row, after RFC 4180.
 *
 * Cells are slices of the text; only quoted cells with doubled quotes are copied. What Python's csv module, which dbt
 * reads seeds with, and we do alike: a byte-order mark is cut; lines end in LF, CRLF or CR; a quote inside an unquoted
 * cell is a character like others; a blank line is a row of empty cells. What it would let pass and we refuse: a row
 * with more or fewer cells than the header, text behind a closing quote, a quote that never closes, NUL bytes, text
 * that is not UTF-8, a column without name, two columns of one name. (It also turns CRLF inside quotes into LF; here
 * every character stays.)
 *
 * Ownership: the text is the caller's and must outlive the reader; header and error live in the arena given; cells until
 * the next row. Thread rule: one thread at a time. */
#ifndef CDBT_BASE_CSV_H
#define CDBT_BASE_CSV_H

#include "base/str.h"

typedef struct CsvReader {
    Str text;
    char delimiter;
    size_t at; /* where the next row begins */
    size_t first_row; /* where the rows begin */
    Arena *arena;
    Arena *row_arena; /* owned: unescaped cells of the present row */
    bool copied; /* the present row has cells there */
    bool partial; /* the text may go on behind its end: see csv_more */
    bool more; /* the row that begins at `at` does not end in the text */
    bool mark_cut; /* the byte-order mark was met: another one behind it is a character like others */

    Str *header;
    size_t column_count;

    Str *cells; /* the present row: column_count of them */
    size_t *starts; /* byte offset of each cell, with its quote */
    size_t row_at; /* byte offset of the row */
    uint64_t row; /* data rows read, this one included */
    bool blank; /* the row is a blank line */

    Str error; /* one sentence without full stop; empty if there is none */
    size_t error_at; /* byte offset */
} CsvReader;

/* Reads the header. False with an error; csv_close is to be called in any case. */
bool csv_open(CsvReader *reader, Arena *arena, Str text, char delimiter);
/* The next row; false at the end or after an error (reader->error.len). */
bool csv_next(CsvReader *reader);
/* Back to the first data row. */
void csv_rewind(CsvReader *reader);
void csv_close(CsvReader *reader);

/* ---- for text that comes in pieces: csv_file.h ----
 * The caller checks that it is UTF-8. Where a row does not end in what is there, csv_header and csv_next give false with
 * `more` set and `at` at its beginning; then csv_more gives the text from there on with what follows. */
void csv_init(CsvReader *reader, Arena *arena, char delimiter);
void csv_more(CsvReader *reader, Str text, bool partial);
bool csv_header(CsvReader *reader);

/* ---- writing ---- */

/* A cell, in quotes where it needs them. */
void csv_add(Buf *out, Str text);

#endif
