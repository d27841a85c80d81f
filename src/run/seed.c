/* Seeds: CSV files as tables.
 *
 * The file is read twice: once to guess or check the types of its columns, once to load it. Nothing is written unless the
 * first reading went through. A declared type (column_types) wins: numbers are checked against it, all else is stored as
 * it stands and the database converts what it likes. */
#include "base/csv.h"
#include "base/csv_types.h"
#include "base/file.h"
#include "run/internal.h"

/* `kinds` of a SeedFile: a CsvType of a guessed column, or one of these. */
enum { DECLARED_INTEGER = 100, DECLARED_NUMBER, DECLARED_OTHER };

char *seed_path(Arena *arena, const Node *node)
{
    Str path = path_join(arena, node->package->root, node->original_file_path);
    return (char *)arena_copy(arena, str_c(arena, path), path.len + 1);
}

static bool holds(Str text, const char *word)
{
    return str_find(text, str_from(word), 0) != STR_NPOS;
}

/* By the words that SQLite's affinities and other databases' names have in common. */
static int declared_kind(Arena *arena, Str type)
{
    Str lower = str_lower(arena, type);
    if (holds(lower, "interval") || holds(lower, "point")) return DECLARED_OTHER;
    if (holds(lower, "int") || holds(lower, "serial")) return DECLARED_INTEGER;
    if (holds(lower, "real") || holds(lower, "floa") || holds(lower, "doub") || holds(lower, "num") ||
        holds(lower, "dec"))
        return DECLARED_NUMBER;
    return DECLARED_OTHER;
}

/* What dbt's adapters call the types that they guess. */
static Str type_name(const Dialect *dialect, CsvType type)
{
    bool sqlite = str_eq(dialect->name, STR("sqlite"));
    switch (type) {
    case CSV_INTEGER: return sqlite ? STR("INT") : STR("integer");
    case CSV_NUMBER: return sqlite ? STR("REAL") : STR("float8");
    case CSV_BOOLEAN: return sqlite ? STR("INT") : STR("boolean");
    case CSV_DATE: return sqlite ? STR("TEXT") : STR("date");
    case CSV_TIMESTAMP: return sqlite ? STR("TEXT") : STR("timestamp without time zone");
    case CSV_TEXT: break;
    }
    return sqlite ? STR("TEXT") : STR("text");
}

/* ---- one file ---- */

typedef struct SeedText {
    RunWorker *worker;
    const Node *node;
    Arena *arena; /* holds the text; owned */
    Str text;
    CsvReader reader;
} SeedText;

/* The text becomes a source only when a message points into it; then it lives as long as the run. */
static Span place(SeedText *seed, size_t at, size_t length)
{
    Arena *keep = seed->worker->keep;
    SourceId id =
        source_add(seed->worker->run->manifest->sources, seed->node->original_file_path, str_dup(keep, seed->text));
    size_t end = at + length < seed->text.len ? at + length : seed->text.len;
    return (Span){id, (uint32_t)at, (uint32_t)end};
}

static bool malformed(SeedText *seed)
{
    diag_add(&seed->worker->sink, DIAG_seed_malformed, place(seed, seed->reader.error_at, 1), "%.*s",
             STR_ARG(seed->reader.error));
    diag_hint(&seed->worker->sink, "correct the file; nothing was loaded");
    return false;
}

static bool open_text(RunWorker *worker, const Node *node, SeedText *seed)
{
    *seed = (SeedText){.worker = worker, .node = node, .arena = arena_new()};
    char *path = seed_path(seed->arena, node);
    Str error;
    if (!file_read(seed->arena, path, &seed->text, &error)) {
        diag_add(&worker->sink, DIAG_file_read, node_span(node), "cannot read %.*s: %.*s",
                 STR_ARG(node->original_file_path), STR_ARG(error));
        return false;
    }
    Value delimiter = node_config(node, STR("delimiter"));
    char by = delimiter.kind == V_STR && delimiter.len ? delimiter.u.str[0] : ',';
    return csv_open(&seed->reader, seed->arena, seed->text, by) || malformed(seed);
}

static void close_text(SeedText *seed)
{
    csv_close(&seed->reader);
    arena_free(seed->arena);
}

static bool refuse_cell(SeedText *seed, size_t column, Str type)
{
    CsvReader *reader = &seed->reader;
    Str cell = reader->cells[column];
    diag_add(&seed->worker->sink, DIAG_seed_type, place(seed, reader->starts[column], cell.len ? cell.len : 1),
             "'%.*s' in column %.*s is no %.*s", STR_ARG(cell), STR_ARG(reader->header[column]), STR_ARG(type));
    diag_hint(&seed->worker->sink, "correct the cell, or the column_types of the seed; nothing was loaded");
    return false;
}

static bool declared_fits(int kind, Str cell)
{
    if (csv_is_null(cell)) return true;
    Str trimmed = str_trim(cell);
    int64_t integer;
    double real;
    if (kind == DECLARED_INTEGER) return str_to_int(trimmed, &integer);
    if (kind == DECLARED_NUMBER) return str_to_double(trimmed, &real);
    return true;
}

static bool read_rows(SeedText *seed, SeedFile *file)
{
    CsvReader *reader = &seed->reader;
    CsvGuess *guesses = ARENA_ARRAY(seed->arena, CsvGuess, reader->column_count + 1);
    for (size_t c = 0; c < reader->column_count; c++) csv_guess_init(&guesses[c]);
    while (csv_next(reader)) {
        for (size_t c = 0; c < reader->column_count; c++) {
            if (file->kinds[c] < DECLARED_INTEGER)
                csv_guess_feed(&guesses[c], reader->cells[c]);
            else if (!declared_fits(file->kinds[c], reader->cells[c]))
                return refuse_cell(seed, c, file->columns[c].type);
        }
    }
    if (reader->error.len) return malformed(seed);
    const Dialect *dialect = seed->worker->run->manifest->dialect;
    for (size_t c = 0; c < reader->column_count; c++) {
        if (file->kinds[c] >= DECLARED_INTEGER) continue;
        CsvType type = csv_guess_type(&guesses[c]);
        file->kinds[c] = (int)type;
        file->columns[c].type = type_name(dialect, type);
    }
    return true;
}

static bool read_file(RunWorker *worker, const Node *node, SeedFile *file)
{
    SeedText seed;
    bool ok = open_text(worker, node, &seed);
    if (ok) {
        Arena *keep = worker->keep;
        size_t count = file->column_count = seed.reader.column_count;
        file->columns = ARENA_ARRAY(keep, AdapterColumn, count + 1);
        file->kinds = ARENA_ARRAY(keep, int, count + 1);
        Value declared = node_config(node, STR("column_types"));
        for (size_t c = 0; c < count; c++) {
            file->columns[c].name = str_dup(keep, seed.reader.header[c]);
            const Value *type = declared.kind == V_DICT ? dict_find_str(declared.u.dict, file->columns[c].name) : NULL;
            if (!type || type->kind != V_STR) continue;
            file->columns[c].type = value_text(*type);
            file->kinds[c] = declared_kind(keep, file->columns[c].type);
        }
        ok = read_rows(&seed, file);
    }
    close_text(&seed);
    return ok;
}

const SeedFile *seed_file(RunWorker *worker, const Node *node)
{
    SeedFile **slot = &worker->run->seeds[node->index];
    if (*slot) return *slot;
    SeedFile *file = ARENA_NEW(worker->keep, SeedFile);
    size_t before = worker->sink.count;
    file->ok = read_file(worker, node, file);
    file->diag_count = worker->sink.count - before;
    file->diags = diags_copy(worker->keep, worker->sink.items + before, file->diag_count);
    return *slot = file;
}

/* ---- loading ---- */

typedef struct SeedLoad {
    RunWorker *worker;
    const SeedFile *file;
    SeedText text;
    CsvValue *values;
} SeedLoad;

static AdapterStep next_row(void *data, AdapterCell *cells, AdapterError *error)
{
    SeedLoad *load = data;
    CsvReader *reader = &load->text.reader;
    if (!csv_next(reader)) {
        if (!reader->error.len) return ADAPTER_DONE;
        adapter_error_set(error, ADAPTER_OTHER, "%.*s", STR_ARG(reader->error));
        return ADAPTER_FAILED;
    }
    for (size_t c = 0; c < load->file->column_count; c++) {
        int kind = load->file->kinds[c];
        CsvType type = kind < DECLARED_INTEGER ? (CsvType)kind : CSV_TEXT;
        CsvValue *value = &load->values[c];
        if (!csv_value(type, reader->cells[c], value)) {
            adapter_error_set(error, ADAPTER_OTHER, "the file changed while it was read");
            return ADAPTER_FAILED;
        }
        switch (value->kind) {
        case CSV_VALUE_NULL: cells[c].type = CELL_NULL; break;
        case CSV_VALUE_INTEGER: cells[c] = (AdapterCell){.type = CELL_INTEGER, .integer = value->integer}; break;
        case CSV_VALUE_REAL: cells[c] = (AdapterCell){.type = CELL_REAL, .real = value->real}; break;
        case CSV_VALUE_TEXT: cells[c] = (AdapterCell){.type = CELL_TEXT, .text = value->text}; break;
        }
    }
    return ADAPTER_ROW;
}

static bool load_rows(void *data, const Node *node, Str relation, int64_t *rows, AdapterError *error)
{
    SeedLoad *load = data;
    RunWorker *worker = load->worker;
    if (!open_text(worker, node, &load->text)) {
        close_text(&load->text);
        adapter_error_set(error, ADAPTER_OTHER, "the file changed while it was read");
        return false;
    }
    load->values = ARENA_ARRAY(load->text.arena, CsvValue, load->file->column_count + 1);
    AdapterBulkLoad bulk = {relation, load->file->columns, load->file->column_count, next_row, load};
    bool ok = load->text.reader.column_count == load->file->column_count;
    if (!ok) adapter_error_set(error, ADAPTER_OTHER, "the file changed while it was read");
    ok = ok && adapter_bulk_load(worker_writer(worker), &bulk, rows, error);
    close_text(&load->text);
    return ok;
}

bool seed_execute(RunWorker *worker, const Node *node, RunResult *result)
{
    bool known = worker->run->seeds[node->index] != NULL;
    const SeedFile *file = seed_file(worker, node);
    if (!file->ok) {
        for (size_t i = 0; known && i < file->diag_count; i++) diag_copy(&worker->sink, &file->diags[i]);
        return false;
    }
    Context *context = materialize_begin(worker, node);
    if (!context) return false;
    SeedLoad load = {.worker = worker, .file = file};
    ContextRun run = worker_context_run(worker, worker_writer(worker));
    run.seed_columns = file->columns;
    run.seed_column_count = file->column_count;
    run.seed_load = load_rows;
    run.seed_data = &load;
    context_set_run(context, &run);
    context_set_node(context, node, node->package);
    return materialize_and_commit(worker, context, node, VALUE_NONE, result);
}
