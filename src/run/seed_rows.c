#include "run/seed_rows.h"

#include "base/csv_types.h"
#include "base/mem.h"
#include "base/thread.h"

#include <string.h>
#include <sys/stat.h>

enum { BATCHES = 4, BATCH_ROWS = 1024, SMALL_FILE = 1 << 18 };

/* Rows that are ready. Texts are copied: the file's buffer moves on. */
typedef struct Batch {
    Arena *texts;
    AdapterCell *cells; /* BATCH_ROWS times the columns */
    size_t rows;
    bool last;
} Batch;

struct SeedRows {
    Arena *arena;
    const char *path;
    char delimiter;
    const SeedFile *file;
    CsvFile csv;
    Batch batch[BATCHES];
    size_t read; /* rows that were taken from the batch at hand */
    const char *failure; /* what the last batch ends with; NULL: the end of the file */

    bool threaded;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t made, used; /* batches, since the beginning */
    bool stop;
};

static bool fill_cell(Arena *texts, int kind, Str text, AdapterCell *cell)
{
    CsvValue value;
    if (!csv_value(kind < SEED_INTEGER ? (CsvType)kind : CSV_TEXT, text, &value)) return false;
    switch (value.kind) {
    case CSV_VALUE_NULL: *cell = (AdapterCell){.type = CELL_NULL}; break;
    case CSV_VALUE_INTEGER: *cell = (AdapterCell){.type = CELL_INTEGER, .integer = value.integer}; break;
    case CSV_VALUE_REAL: *cell = (AdapterCell){.type = CELL_REAL, .real = value.real}; break;
    case CSV_VALUE_TEXT:
        *cell = (AdapterCell){.type = CELL_TEXT,
                              .text = {arena_copy(texts, value.text.ptr, value.text.len), value.text.len}};
        break;
    }
    return true;
}

static const char changed[] = "the file changed while it was read";

static void fill(SeedRows *rows, Batch *batch)
{
    size_t columns = rows->file->column_count;
    arena_clear(batch->texts);
    batch->rows = 0;
    batch->last = false;
    while (batch->rows < BATCH_ROWS) {
        if (!csv_file_next(&rows->csv)) {
            batch->last = true;
            if (csv_file_failed(&rows->csv)) rows->failure = changed;
            return;
        }
        AdapterCell *cells = batch->cells + batch->rows * columns;
        for (size_t c = 0; c < columns; c++)
            if (!fill_cell(batch->texts, rows->file->kinds[c], rows->csv.reader.cells[c], &cells[c])) {
                rows->failure = changed;
                batch->last = true;
                return;
            }
        batch->rows++;
    }
}

static void *read_ahead(void *argument)
{
    SeedRows *rows = argument;
    for (bool more = true; more;) {
        pthread_mutex_lock(&rows->lock);
        while (!rows->stop && rows->made - rows->used == BATCHES) pthread_cond_wait(&rows->changed, &rows->lock);
        bool stop = rows->stop;
        pthread_mutex_unlock(&rows->lock);
        if (stop) break;
        Batch *batch = &rows->batch[rows->made % BATCHES];
        fill(rows, batch);
        more = !batch->last;
        pthread_mutex_lock(&rows->lock);
        rows->made++;
        pthread_cond_signal(&rows->changed);
        pthread_mutex_unlock(&rows->lock);
    }
    return NULL;
}

/* The batch that the reader may take rows of. */
static Batch *at_hand(SeedRows *rows)
{
    Batch *batch = &rows->batch[rows->used % BATCHES];
    if (!rows->threaded) {
        if (!rows->made) {
            fill(rows, batch);
            rows->made = 1;
        }
        return batch;
    }
    pthread_mutex_lock(&rows->lock);
    while (rows->made == rows->used) pthread_cond_wait(&rows->changed, &rows->lock);
    pthread_mutex_unlock(&rows->lock);
    return batch;
}

static void next_batch(SeedRows *rows)
{
    rows->read = 0;
    if (!rows->threaded) {
        rows->made = 0;
        return;
    }
    pthread_mutex_lock(&rows->lock);
    rows->used++;
    pthread_cond_signal(&rows->changed);
    pthread_mutex_unlock(&rows->lock);
}

SeedRows *seed_rows_open(const char *path, char delimiter, const SeedFile *file)
{
    Arena *arena = arena_new();
    SeedRows *rows = ARENA_NEW(arena, SeedRows);
    *rows = (SeedRows){.arena = arena, .path = path, .delimiter = delimiter, .file = file};
    pthread_mutex_init(&rows->lock, NULL);
    pthread_cond_init(&rows->changed, NULL);
    if (!csv_file_open(&rows->csv, arena, path, delimiter) || rows->csv.reader.column_count != file->column_count)
        rows->failure = changed;
    struct stat info;
    bool large = !rows->failure && fstat(rows->csv.fd, &info) == 0 && info.st_size > SMALL_FILE;
    for (size_t i = 0; i < (large ? BATCHES : 1); i++) {
        rows->batch[i].texts = arena_new();
        rows->batch[i].cells = mem_alloc(sizeof(AdapterCell) * BATCH_ROWS * (file->column_count + 1));
    }
    rows->threaded = large && pthread_create(&rows->thread, NULL, read_ahead, rows) == 0;
    return rows;
}

AdapterStep seed_rows_next(void *data, AdapterCell *cells, AdapterError *error)
{
    SeedRows *rows = data;
    size_t columns = rows->file->column_count;
    while (rows->threaded || !rows->failure) { /* a thread's failure is told behind the rows before it */
        Batch *batch = at_hand(rows);
        if (rows->read < batch->rows) {
            memcpy(cells, batch->cells + rows->read++ * columns, sizeof *cells * columns);
            return ADAPTER_ROW;
        }
        if (batch->last) break;
        next_batch(rows);
    }
    if (!rows->failure) return ADAPTER_DONE;
    adapter_error_set(error, ADAPTER_OTHER, "%s", rows->failure);
    return ADAPTER_FAILED;
}

void seed_rows_close(SeedRows *rows)
{
    if (rows->threaded) {
        pthread_mutex_lock(&rows->lock);
        rows->stop = true;
        pthread_cond_signal(&rows->changed);
        pthread_mutex_unlock(&rows->lock);
        pthread_join(rows->thread, NULL);
    }
    pthread_cond_destroy(&rows->changed);
    pthread_mutex_destroy(&rows->lock);
    for (size_t i = 0; i < BATCHES; i++) {
        arena_free(rows->batch[i].texts);
        mem_free(rows->batch[i].cells);
    }
    csv_file_close(&rows->csv);
    arena_free(rows->arena);
}
