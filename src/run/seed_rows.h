/* The rows of a seed's file for a bulk load: a thread of its own reads the file and makes values of its cells while the
 * database takes those that are ready. Memory does not grow with the file.
 *
 * Ownership: the object owns its thread and buffers; `path` and `file` must outlive it.
 * Thread rule: seed_rows_next and seed_rows_close belong to one thread. */
#ifndef CDBT_RUN_SEED_ROWS_H
#define CDBT_RUN_SEED_ROWS_H

#include "base/csv_file.h"
#include "run/internal.h"

/* `kinds` of a SeedFile: a CsvType of a guessed column, or one of these. */
enum { SEED_INTEGER = 100, SEED_NUMBER, SEED_OTHER };

typedef struct SeedRows SeedRows;

SeedRows *seed_rows_open(const char *path, char delimiter, const SeedFile *file);
AdapterStep seed_rows_next(void *rows, AdapterCell *cells, AdapterError *error); /* an AdapterRowSource */
void seed_rows_close(SeedRows *rows);

#endif
