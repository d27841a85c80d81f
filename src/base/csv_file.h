/* CSV read from a file block by block: memory does not grow with the file.
 *
 * The reader's rules are csv.h's. A part of a file can be read, for several threads at once: parts are cut at line feeds,
 * and whoever reads one part must end exactly where the next begins; otherwise that line feed stood inside a cell and the
 * file has to be read in one piece.
 * Ownership: the arena holds what the object needs; the file is closed by csv_file_close. Cells live until the next row.
 * Thread rule: one thread at a time. */
#ifndef CDBT_BASE_CSV_FILE_H
#define CDBT_BASE_CSV_FILE_H

#include "base/csv.h"

typedef struct CsvFile {
    CsvReader reader; /* header, cells, error; positions are relative to `base` */
    Arena *arena;
    int fd;
    char *buffer; /* owned */
    size_t cap, len;
    size_t checked; /* up to here the buffer is known to be UTF-8 without NUL */
    uint64_t base; /* where in the file the buffer begins */
    uint64_t end; /* rows that begin here or later belong to somebody else */
    bool ended; /* the file has been read to its end */
    Str error; /* of the system: reading failed; else empty */
} CsvFile;

/* Reads the header. False with file->error or file->reader.error; csv_file_close is to be called in any case. */
bool csv_file_open(CsvFile *file, Arena *arena, const char *path, char delimiter);
/* Goes to a row that begins at `start`, for the rows that begin before `end`; after csv_file_open. */
void csv_file_part(CsvFile *file, uint64_t start, uint64_t end);
/* The first byte behind the next line feed at or after `from`; UINT64_MAX if there is none. */
uint64_t csv_file_cut(const CsvFile *file, uint64_t from);
/* The next row; false at the end of the file or part, or after an error. */
bool csv_file_next(CsvFile *file);
/* Where the next row begins, in the file. */
uint64_t csv_file_at(const CsvFile *file);
bool csv_file_failed(const CsvFile *file);
void csv_file_close(CsvFile *file);

#endif
