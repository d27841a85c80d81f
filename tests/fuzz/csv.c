/* Seeds as a person might hand them over: rows or one error, and a guess that fits every cell it was made from.
 * The first byte chooses the delimiter; the rest is the file. */
#include "base/csv.h"
#include "base/csv_types.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool held)
{
    if (!held) abort();
}

enum { COLUMNS = 64 };

static uint64_t read_rows(CsvReader *reader, CsvGuess *guesses, const CsvType *types)
{
    uint64_t rows = 0;
    while (csv_next(reader)) {
        require(reader->row == ++rows);
        require(reader->row_at <= reader->text.len);
        for (size_t i = 0; i < reader->column_count; i++) {
            require(reader->starts[i] <= reader->text.len);
            if (i >= COLUMNS) continue;
            if (guesses) csv_guess_feed(&guesses[i], reader->cells[i]);
            CsvValue value;
            if (types) require(csv_value(types[i], reader->cells[i], &value));
        }
    }
    return rows;
}

/* The same text in pieces: as many rows, or the same error. */
static void read_pieces(Arena *arena, Str text, char delimiter, size_t size, const CsvReader *whole)
{
    CsvReader reader;
    csv_init(&reader, arena, delimiter);
    size_t base = 0, have = 0;
    bool header = false, begun = false;
    for (;; begun = true) {
        if (header ? csv_next(&reader) : begun && (header = csv_header(&reader))) continue;
        if (begun && !reader.more) break;
        base += reader.at;
        have = have + size < text.len ? have + size : text.len;
        csv_more(&reader, str_slice(text, base, have), have < text.len);
    }
    require(reader.row == whole->row);
    require(str_eq(reader.error, whole->error));
    csv_close(&reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    static const char delimiters[] = {',', ';', '\t', '|'};
    Str text = str_n((const char *)data + 1, size - 1);
    Arena *arena = arena_new();
    CsvReader reader;
    if (csv_open(&reader, arena, text, delimiters[data[0] % sizeof delimiters])) {
        require(reader.column_count > 0);
        CsvGuess guesses[COLUMNS];
        CsvType types[COLUMNS];
        for (size_t i = 0; i < COLUMNS; i++) csv_guess_init(&guesses[i]);
        uint64_t rows = read_rows(&reader, guesses, NULL);
        if (reader.error.len == 0) {
            for (size_t i = 0; i < COLUMNS; i++) types[i] = csv_guess_type(&guesses[i]);
            csv_rewind(&reader);
            require(read_rows(&reader, NULL, types) == rows);
        }
    } else {
        require(reader.error.len > 0);
    }
    require(reader.error_at <= text.len);
    bool text_itself =
        str_ends(reader.error, STR("not UTF-8 text")) || str_find(reader.error, STR("NUL"), 0) != STR_NPOS;
    if (!text_itself) read_pieces(arena, text, reader.delimiter, 1 + data[0] / 4, &reader);
    csv_close(&reader);
    arena_free(arena);
    return 0;
}
