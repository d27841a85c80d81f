/* Seeds: CSV files as tables.
 *
 * The file is read twice, block by block: once to guess or check the types of its columns (a large one by all cores), once
 * to load it (seed_rows.c). Nothing is written unless the first reading went through. A declared type (column_types) wins: numbers are checked against it, all else is stored as
 * it stands and the database converts what it likes. */
#include "base/csv_types.h"
#include "base/file.h"
#include "base/thread.h"
#include "run/internal.h"
#include "run/seed_rows.h"

#include <sys/stat.h>

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
    if (holds(lower, "interval") || holds(lower, "point")) return SEED_OTHER;
    if (holds(lower, "int") || holds(lower, "serial")) return SEED_INTEGER;
    if (holds(lower, "real") || holds(lower, "floa") || holds(lower, "doub") || holds(lower, "num") ||
        holds(lower, "dec"))
        return SEED_NUMBER;
    return SEED_OTHER;
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

static char seed_delimiter(const Node *node)
{
    Value delimiter = node_config(node, STR("delimiter"));
    return delimiter.kind == V_STR && delimiter.len ? delimiter.u.str[0] : ',';
}

/* What is wrong with it, in the way in which it is shown. Only then is the text as a whole read. */
static Span place(RunWorker *worker, const Node *node, uint64_t at, size_t length)
{
    Str text, error;
    if (!file_read(worker->keep, seed_path(worker->render, node), &text, &error)) text = STR_EMPTY;
    SourceId id = source_add(worker->run->manifest->sources, node->original_file_path, text);
    uint64_t end = at + length < text.len ? at + length : text.len;
    return at < text.len ? (Span){id, (uint32_t)at, (uint32_t)end} : (Span){id, (uint32_t)text.len, (uint32_t)text.len};
}

static bool malformed(RunWorker *worker, const Node *node, const CsvFile *csv)
{
    if (csv->error.len) {
        diag_add(&worker->sink, DIAG_file_read, node_span(node), "cannot read %.*s: %.*s",
                 STR_ARG(node->original_file_path), STR_ARG(csv->error));
        return false;
    }
    diag_add(&worker->sink, DIAG_seed_malformed, place(worker, node, csv->base + csv->reader.error_at, 1), "%.*s",
             STR_ARG(csv->reader.error));
    diag_hint(&worker->sink, "correct the file; nothing was loaded");
    return false;
}

static bool refuse_cell(RunWorker *worker, const Node *node, const CsvFile *csv, size_t column, Str type)
{
    const CsvReader *reader = &csv->reader;
    Str cell = reader->cells[column];
    Span span = place(worker, node, csv->base + reader->starts[column], cell.len ? cell.len : 1);
    diag_add(&worker->sink, DIAG_seed_type, span, "'%.*s' in column %.*s is no %.*s", STR_ARG(cell),
             STR_ARG(reader->header[column]), STR_ARG(type));
    diag_hint(&worker->sink, "correct the cell, or the column_types of the seed; nothing was loaded");
    return false;
}

static bool declared_fits(int kind, Str cell)
{
    if (kind == SEED_OTHER || csv_is_null(cell)) return true;
    Str trimmed = str_trim(cell);
    int64_t integer;
    double real;
    return kind == SEED_INTEGER ? str_to_int(trimmed, &integer) : str_to_double(trimmed, &real);
}

/* Reads what there is and feeds the guesses; the column whose declared type a cell does not have, or STR_NPOS. */
static size_t read_rows(CsvFile *csv, const SeedFile *file, CsvGuess *guesses)
{
    const CsvReader *reader = &csv->reader;
    while (csv_file_next(csv)) {
        for (size_t c = 0; c < file->column_count; c++) {
            if (file->kinds[c] < SEED_INTEGER)
                csv_guess_feed(&guesses[c], reader->cells[c]);
            else if (!declared_fits(file->kinds[c], reader->cells[c]))
                return c;
        }
    }
    return STR_NPOS;
}

/* A large file in parts, each by a thread of its own. */
typedef struct SeedPart {
    Arena *arena;
    CsvFile csv;
    CsvGuess *guesses;
    uint64_t start, end;
    bool ok; /* read without any complaint, and up to exactly where the next one begins */
} SeedPart;

typedef struct SeedParts {
    const SeedFile *file;
    const char *path;
    char delimiter;
    SeedPart *at;
} SeedParts;

static void read_part(void *context, unsigned worker, size_t item)
{
    (void)worker;
    SeedParts *parts = context;
    SeedPart *part = &parts->at[item];
    if (!csv_file_open(&part->csv, part->arena, parts->path, parts->delimiter)) return;
    csv_file_part(&part->csv, part->start, part->end);
    bool fits = read_rows(&part->csv, parts->file, part->guesses) == STR_NPOS;
    part->ok =
        fits && !csv_file_failed(&part->csv) && (part->end == UINT64_MAX || csv_file_at(&part->csv) == part->end);
}

/* False if the file is small, or one of the parts complains or does not end where it was cut: then it is read in one piece,
 * and what is wrong with it is found in order. */
static bool read_in_parts(const CsvFile *whole, const char *path, const SeedFile *file, CsvGuess *guesses)
{
    enum { PART_LEAST = 2 << 20, PARTS_MOST = 16 };
    struct stat info;
    if (fstat(whole->fd, &info) != 0 || info.st_size < 2 * PART_LEAST) return false;
    uint64_t size = (uint64_t)info.st_size, first = csv_file_at(whole);
    unsigned count = thread_cores();
    if (count > PARTS_MOST) count = PARTS_MOST;
    if (count > size / PART_LEAST) count = (unsigned)(size / PART_LEAST);
    if (count < 2) return false;
    SeedPart at[PARTS_MOST];
    SeedParts parts = {file, path, whole->reader.delimiter, at};
    for (unsigned i = 0; i < count; i++) {
        at[i] = (SeedPart){.arena = arena_new(), .start = i ? at[i - 1].end : first, .end = UINT64_MAX};
        at[i].csv.fd = -1;
        at[i].guesses = ARENA_ARRAY(at[i].arena, CsvGuess, file->column_count + 1);
        for (size_t c = 0; c < file->column_count; c++) csv_guess_init(&at[i].guesses[c]);
        if (i + 1 < count) at[i].end = csv_file_cut(whole, first + (size - first) * (i + 1) / count);
        if (at[i].end == UINT64_MAX || at[i].end >= size) {
            at[i].end = UINT64_MAX;
            count = i + 1;
        }
    }
    parallel_for(count, count, read_part, &parts);
    bool ok = true;
    for (unsigned i = 0; i < count; i++) {
        ok = ok && at[i].ok;
        for (size_t c = 0; ok && c < file->column_count; c++) csv_guess_merge(&guesses[c], &at[i].guesses[c]);
        csv_file_close(&at[i].csv);
        arena_free(at[i].arena);
    }
    return ok;
}

static bool find_types(RunWorker *worker, const Node *node, CsvFile *csv, const char *path, SeedFile *file)
{
    CsvGuess *guesses = ARENA_ARRAY(csv->arena, CsvGuess, file->column_count + 1);
    for (size_t c = 0; c < file->column_count; c++) csv_guess_init(&guesses[c]);
    if (!read_in_parts(csv, path, file, guesses)) {
        for (size_t c = 0; c < file->column_count; c++) csv_guess_init(&guesses[c]);
        size_t misfit = read_rows(csv, file, guesses);
        if (misfit != STR_NPOS) return refuse_cell(worker, node, csv, misfit, file->columns[misfit].type);
        if (csv_file_failed(csv)) return malformed(worker, node, csv);
    }
    const Dialect *dialect = worker->run->manifest->dialect;
    for (size_t c = 0; c < file->column_count; c++) {
        if (file->kinds[c] >= SEED_INTEGER) continue;
        CsvType type = csv_guess_type(&guesses[c]);
        file->kinds[c] = (int)type;
        file->columns[c].type = type_name(dialect, type);
    }
    return true;
}

/* What the database makes of a name that is created as it stands, without quotes of ours. */
static Str folded(Arena *arena, Str name)
{
    bool quoted = name.len > 2 && name.ptr[0] == '"' && name.ptr[name.len - 1] == '"';
    return quoted ? str_slice(name, 1, name.len - 1) : str_lower(arena, name);
}

static bool delimiter_is_good(RunWorker *worker, const Node *node)
{
    Value delimiter = node_config(node, STR("delimiter"));
    if (delimiter.kind == V_NONE || delimiter.kind == V_UNDEFINED || (delimiter.kind == V_STR && delimiter.len == 1))
        return true;
    diag_add(&worker->sink, DIAG_config_invalid, node_span(node),
             "the delimiter of a seed must be one character, not '%.*s'",
             STR_ARG(value_to_str(worker->render, delimiter)));
    diag_hint(&worker->sink, "for example `delimiter: \";\"`, or \"\\t\" for a tab");
    return false;
}

static bool read_file(RunWorker *worker, const Node *node, SeedFile *file)
{
    if (!delimiter_is_good(worker, node)) return false;
    Arena *arena = arena_new(), *keep = worker->keep;
    const char *path = seed_path(arena, node);
    CsvFile csv;
    bool ok = csv_file_open(&csv, arena, path, seed_delimiter(node));
    if (!ok) malformed(worker, node, &csv);
    if (ok) {
        size_t count = file->column_count = csv.reader.column_count;
        file->columns = ARENA_ARRAY(keep, AdapterColumn, count + 1);
        file->kinds = ARENA_ARRAY(keep, int, count + 1);
        Value declared = node_config(node, STR("column_types")), quoted = node_config(node, STR("quote_columns"));
        bool folds =
            worker->run->manifest->dialect->folding == DIALECT_LOWER && quoted.kind == V_BOOL && !quoted.u.boolean;
        for (size_t c = 0; c < count; c++) {
            file->columns[c].name = str_dup(keep, csv.reader.header[c]);
            const Value *type = declared.kind == V_DICT ? dict_find_str(declared.u.dict, file->columns[c].name) : NULL;
            if (!type || type->kind != V_STR) continue;
            file->columns[c].type = value_text(*type);
            file->kinds[c] = declared_kind(keep, file->columns[c].type);
        }
        ok = find_types(worker, node, &csv, path, file);
        file->stored = arena_copy(keep, file->columns, (count + 1) * sizeof *file->columns);
        for (size_t c = 0; folds && c < count; c++) file->stored[c].name = folded(keep, file->columns[c].name);
    }
    csv_file_close(&csv);
    arena_free(arena);
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
} SeedLoad;

static bool load_rows(void *data, const Node *node, Str relation, int64_t *rows, AdapterError *error)
{
    SeedLoad *load = data;
    RunWorker *worker = load->worker;
    SeedRows *source = seed_rows_open(seed_path(worker->render, node), seed_delimiter(node), load->file);
    AdapterBulkLoad bulk = {relation, load->file->stored, load->file->column_count, seed_rows_next, source};
    bool ok = adapter_bulk_load(worker_writer(worker), &bulk, rows, error);
    seed_rows_close(source);
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
    if (!materialize_and_commit(worker, context, node, VALUE_NONE, result)) return false;
    sample_take(worker, worker_writer(worker),
                str_fmt(worker->render, "select * from %.*s", STR_ARG(node->relation_name)),
                worker->run->options.show_seeds, result);
    return true;
}
