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
    csv_close(&reader);
    arena_free(arena);
    return 0;
}
