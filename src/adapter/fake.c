/* Recording and replaying. One object does both: with a real database behind it, it records; without, it replays. */
#include "adapter/fake.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/vec.h"

#include <jansson.h>
#include <pthread.h>
#include <stdio.h>

typedef struct FakeLine {
    json_t *json;
    uint32_t on;
    bool used;
} FakeLine;

typedef struct FakeDatabase {
    AdapterDatabase base;
    AdapterMethods methods; /* with the dialect of the real database */
    Arena *arena; /* owned: this object too */
    AdapterDatabase *real; /* NULL: a replay */
    Buf *record;
    pthread_mutex_t lock; /* guards record, lines and connections */
    uint32_t connections;
    VEC(FakeLine) lines;
} FakeDatabase;

typedef struct FakeConnection {
    AdapterConnection base;
    AdapterConnection *real;
    uint32_t number, depth;
} FakeConnection;

typedef struct FakeCursor {
    AdapterCursor base;
    Arena *arena; /* owned: this object too */
    AdapterCursor *real;
    AdapterColumns columns;
    AdapterCell *cells;
    /* recording: the line so far */
    Buf line;
    JsonWriter json;
    bool rows_open;
    /* replaying */
    const json_t *rows;
    size_t next;
} FakeCursor;

static FakeDatabase *fake_of(const AdapterConnection *connection)
{
    return (FakeDatabase *)connection->database;
}

static Str json_str(const json_t *value)
{
    return json_is_string(value) ? str_n(json_string_value(value), json_string_length(value)) : STR_EMPTY;
}

/* ---- writing a line ---- */

static void begin_line(JsonWriter *json, Buf *line, uint32_t on, const char *call)
{
    buf_init(line, NULL);
    jw_to_buf(json, line);
    jw_object(json);
    if (on) jw_key_int(json, "on", on);
    jw_key_str(json, "call", str_from(call));
}

static void end_line(FakeDatabase *fake, JsonWriter *json, Buf *line)
{
    jw_object_end(json);
    jw_end(json);
    buf_addc(line, '\n');
    pthread_mutex_lock(&fake->lock);
    buf_add(fake->record, buf_str(line));
    pthread_mutex_unlock(&fake->lock);
    buf_release(line);
}

static void write_error(JsonWriter *json, const AdapterError *error)
{
    jw_key_str(json, "error", str_from(adapter_error_word(error->kind)));
    jw_key_str(json, "message", error->message);
    if (error->subject.len) jw_key_str(json, "subject", error->subject);
    if (error->offset >= 0) jw_key_int(json, "offset", error->offset);
    if (error->offset >= 0) jw_key_int(json, "length", error->length);
}

static void write_columns(JsonWriter *json, const AdapterColumn *columns, size_t count)
{
    jw_key_array(json, "columns");
    for (size_t i = 0; i < count; i++) {
        jw_array(json);
        jw_str(json, columns[i].name);
        jw_str(json, columns[i].type);
        jw_array_end(json);
    }
    jw_array_end(json);
}

static void write_cell(JsonWriter *json, const AdapterCell *cell)
{
    static const char digits[] = "0123456789abcdef";
    Buf hex;
    switch (cell->type) {
    case CELL_NULL: jw_null(json); break;
    case CELL_INTEGER: jw_int(json, cell->integer); break;
    case CELL_REAL: jw_double(json, cell->real); break;
    case CELL_TEXT: jw_str(json, cell->text); break;
    case CELL_BLOB:
        buf_init(&hex, NULL);
        for (size_t i = 0; i < cell->text.len; i++) {
            buf_addc(&hex, digits[(unsigned char)cell->text.ptr[i] >> 4]);
            buf_addc(&hex, digits[(unsigned char)cell->text.ptr[i] & 15]);
        }
        jw_object(json);
        jw_key_str(json, "blob", buf_str(&hex));
        jw_object_end(json);
        buf_release(&hex);
        break;
    }
}

/* ---- reading a line ---- */

static const char *const words[] = {"sql", "relation", "database", "schema", "role"};

/* The next unused line of a connection, which must be this call with these words. NULL with an error, or if the line
 * is an error, which is then given. */
static const json_t *next_line(FakeDatabase *fake, uint32_t on, const char *call, const Str *wanted,
                               AdapterError *error)
{
    FakeLine *line = NULL;
    pthread_mutex_lock(&fake->lock);
    for (size_t i = 0; i < fake->lines.n && !line; i++)
        if (!fake->lines.at[i].used && fake->lines.at[i].on == on) line = &fake->lines.at[i];
    if (line) line->used = true;
    pthread_mutex_unlock(&fake->lock);
    if (!line) {
        adapter_error_set(error, ADAPTER_OTHER, "replay: connection %u asks for '%s', nothing more is recorded", on,
                          call);
        return NULL;
    }
    const json_t *json = line->json;
    Str recorded = json_str(json_object_get(json, "call"));
    if (!str_eq(recorded, str_from(call))) {
        adapter_error_set(error, ADAPTER_OTHER, "replay: connection %u asks for '%s', recorded is '%.*s'", on, call,
                          STR_ARG(recorded));
        return NULL;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        recorded = json_str(json_object_get(json, words[i]));
        if (wanted[i].ptr && !str_eq(recorded, wanted[i])) {
            adapter_error_set(error, ADAPTER_OTHER, "replay: %s has the %s '%.*s', recorded is '%.*s'", call, words[i],
                              STR_ARG(wanted[i]), STR_ARG(recorded));
            return NULL;
        }
    }
    Str kind = json_str(json_object_get(json, "error"));
    if (kind.len == 0) return json;
    AdapterErrorKind found = ADAPTER_OTHER;
    for (int k = ADAPTER_SYNTAX; k < ADAPTER_OTHER; k++)
        if (str_eq(kind, str_from(adapter_error_word((AdapterErrorKind)k)))) found = (AdapterErrorKind)k;
    adapter_error_set(error, found, "%.*s", STR_ARG(json_str(json_object_get(json, "message"))));
    error->subject = str_dup(error->arena, json_str(json_object_get(json, "subject")));
    const json_t *offset = json_object_get(json, "offset");
    if (offset) error->offset = json_integer_value(offset);
    error->length = json_integer_value(json_object_get(json, "length"));
    return NULL;
}

static AdapterColumns read_columns(Arena *arena, const json_t *line)
{
    const json_t *list = json_object_get(line, "columns");
    size_t n = json_array_size(list);
    AdapterColumns columns = {ARENA_ARRAY(arena, AdapterColumn, n + 1), n};
    for (size_t i = 0; i < n; i++) {
        const json_t *pair = json_array_get(list, i);
        columns.at[i] = (AdapterColumn){.name = str_dup(arena, json_str(json_array_get(pair, 0))),
                                        .type = str_dup(arena, json_str(json_array_get(pair, 1))),
                                        .origin_relation = STR_EMPTY,
                                        .origin_column = STR_EMPTY};
    }
    return columns;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0;
}

static AdapterCell read_cell(Arena *arena, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_INTEGER: return (AdapterCell){.type = CELL_INTEGER, .integer = json_integer_value(value)};
    case JSON_REAL: return (AdapterCell){.type = CELL_REAL, .real = json_real_value(value)};
    case JSON_STRING: return (AdapterCell){.type = CELL_TEXT, .text = json_str(value)};
    case JSON_OBJECT: {
        Str hex = json_str(json_object_get(value, "blob"));
        char *bytes = arena_alloc(arena, hex.len / 2 + 1);
        for (size_t i = 0; i + 1 < hex.len; i += 2)
            bytes[i / 2] = (char)(hex_digit(hex.ptr[i]) << 4 | hex_digit(hex.ptr[i + 1]));
        return (AdapterCell){.type = CELL_BLOB, .text = str_n(bytes, hex.len / 2)};
    }
    default: return (AdapterCell){.type = CELL_NULL, .integer = 0};
    }
}

/* The words of a call, in the order of `words`; a NULL pointer is not compared. */
#define WORDS(...) ((const Str[sizeof words / sizeof *words]){__VA_ARGS__})

/* ---- connections ---- */

static bool fake_connect(AdapterDatabase *database, AdapterRole role, AdapterConnection **result, AdapterError *error)
{
    FakeDatabase *fake = (FakeDatabase *)database;
    pthread_mutex_lock(&fake->lock);
    uint32_t number = ++fake->connections;
    pthread_mutex_unlock(&fake->lock);
    Str role_word = role == ADAPTER_WRITER ? STR("writer") : STR("reader");
    FakeConnection *connection = mem_zalloc(sizeof *connection);
    *connection = (FakeConnection){.base = {.database = database}, .number = number};
    bool ok;
    if (fake->real) {
        ok = adapter_connect(fake->real, role, &connection->real, error);
        Buf line;
        JsonWriter json;
        begin_line(&json, &line, number, "connect");
        jw_key_str(&json, "role", role_word);
        if (!ok) write_error(&json, error);
        end_line(fake, &json, &line);
    } else {
        ok = next_line(fake, number, "connect", WORDS([4] = role_word), error) != NULL;
    }
    if (ok)
        *result = &connection->base;
    else
        mem_free(connection);
    return ok;
}

static void fake_disconnect(AdapterConnection *base)
{
    FakeConnection *connection = (FakeConnection *)base;
    adapter_disconnect(connection->real);
    mem_free(connection);
}

static bool fake_execute(AdapterConnection *base, Str sql, Arena *arena, AdapterResult *result, AdapterError *error)
{
    FakeConnection *connection = (FakeConnection *)base;
    FakeDatabase *fake = fake_of(base);
    if (!fake->real) {
        const json_t *line = next_line(fake, connection->number, "execute", WORDS(sql), error);
        if (!line) return false;
        *result = (AdapterResult){str_dup(arena, json_str(json_object_get(line, "status"))),
                                  json_integer_value(json_object_get(line, "affected"))};
        return true;
    }
    bool ok = adapter_execute(connection->real, sql, arena, result, error);
    Buf line;
    JsonWriter json;
    begin_line(&json, &line, connection->number, "execute");
    jw_key_str(&json, "sql", sql);
    if (ok) {
        jw_key_str(&json, "status", result->status);
        jw_key_int(&json, "affected", result->rows_affected);
    } else {
        write_error(&json, error);
    }
    end_line(fake, &json, &line);
    return ok;
}

/* ---- rows ---- */

static FakeCursor *new_cursor(AdapterConnection *connection)
{
    Arena *arena = arena_new();
    FakeCursor *cursor = ARENA_NEW(arena, FakeCursor);
    cursor->base.connection = connection;
    cursor->arena = arena;
    return cursor;
}

static bool fake_query(AdapterConnection *base, Str sql, AdapterCursor **result, AdapterError *error)
{
    FakeConnection *connection = (FakeConnection *)base;
    FakeDatabase *fake = fake_of(base);
    if (!fake->real) {
        const json_t *line = next_line(fake, connection->number, "query", WORDS(sql), error);
        if (!line) return false;
        FakeCursor *cursor = new_cursor(base);
        cursor->columns = read_columns(cursor->arena, line);
        cursor->cells = ARENA_ARRAY(cursor->arena, AdapterCell, cursor->columns.n + 1);
        cursor->rows = json_object_get(line, "rows");
        *result = &cursor->base;
        return true;
    }
    FakeCursor *cursor = new_cursor(base);
    begin_line(&cursor->json, &cursor->line, connection->number, "query");
    jw_key_str(&cursor->json, "sql", sql);
    if (!adapter_query(connection->real, sql, &cursor->real, error)) {
        write_error(&cursor->json, error);
        end_line(fake, &cursor->json, &cursor->line);
        arena_free(cursor->arena);
        return false;
    }
    size_t count;
    const AdapterColumn *columns = adapter_cursor_columns(cursor->real, &count);
    write_columns(&cursor->json, columns, count);
    jw_key_array(&cursor->json, "rows");
    cursor->rows_open = true;
    *result = &cursor->base;
    return true;
}

static const AdapterColumn *fake_cursor_columns(AdapterCursor *base, size_t *count)
{
    FakeCursor *cursor = (FakeCursor *)base;
    if (cursor->real) return adapter_cursor_columns(cursor->real, count);
    *count = cursor->columns.n;
    return cursor->columns.at;
}

static AdapterStep replay_row(FakeCursor *cursor, const AdapterCell **cells)
{
    const json_t *row = json_array_get(cursor->rows, cursor->next);
    if (!row) return ADAPTER_DONE;
    cursor->next++;
    for (size_t i = 0; i < cursor->columns.n; i++) {
        const json_t *value = json_array_get(row, i);
        cursor->cells[i] = value ? read_cell(cursor->arena, value) : (AdapterCell){.type = CELL_NULL, .integer = 0};
    }
    *cells = cursor->cells;
    return ADAPTER_ROW;
}

static AdapterStep fake_step(AdapterCursor *base, const AdapterCell **cells, AdapterError *error)
{
    FakeCursor *cursor = (FakeCursor *)base;
    if (!cursor->real) return replay_row(cursor, cells);
    AdapterStep step = adapter_step(cursor->real, cells, error);
    if (step == ADAPTER_ROW) {
        size_t count;
        adapter_cursor_columns(cursor->real, &count);
        jw_array(&cursor->json);
        for (size_t i = 0; i < count; i++) write_cell(&cursor->json, &(*cells)[i]);
        jw_array_end(&cursor->json);
    } else if (cursor->rows_open) {
        jw_array_end(&cursor->json);
        cursor->rows_open = false;
        if (step == ADAPTER_FAILED) write_error(&cursor->json, error);
    }
    return step;
}

static void fake_finish(AdapterCursor *base)
{
    FakeCursor *cursor = (FakeCursor *)base;
    if (cursor->real) {
        if (cursor->rows_open) jw_array_end(&cursor->json);
        end_line(fake_of(base->connection), &cursor->json, &cursor->line);
        adapter_finish(cursor->real);
    }
    arena_free(cursor->arena);
}

/* ---- the rest: each is one call and one answer ---- */

static bool fake_prepare(AdapterConnection *base, Str sql, Arena *arena, AdapterColumns *columns, AdapterError *error)
{
    FakeConnection *connection = (FakeConnection *)base;
    FakeDatabase *fake = fake_of(base);
    if (!fake->real) {
        const json_t *line = next_line(fake, connection->number, "prepare", WORDS(sql), error);
        if (line) *columns = read_columns(arena, line);
        return line != NULL;
    }
    bool ok = adapter_prepare(connection->real, sql, arena, columns, error);
    Buf line;
    JsonWriter json;
    begin_line(&json, &line, connection->number, "prepare");
    jw_key_str(&json, "sql", sql);
    if (ok)
        write_columns(&json, columns->at, columns->n);
    else
        write_error(&json, error);
    end_line(fake, &json, &line);
    return ok;
}

static bool real_transaction(FakeConnection *connection, AdapterTransaction what, AdapterError *error)
{
    switch (what) {
    case ADAPTER_BEGIN: return adapter_begin(connection->real, error);
    case ADAPTER_COMMIT: return adapter_commit(connection->real, error);
    default: return adapter_rollback(connection->real, error);
    }
}

static bool fake_transaction(AdapterConnection *base, AdapterTransaction what, AdapterError *error)
{
    static const char *const calls[] = {"begin", "commit", "rollback"};
    FakeConnection *connection = (FakeConnection *)base;
    FakeDatabase *fake = fake_of(base);
    bool ok;
    if (fake->real) {
        ok = real_transaction(connection, what, error);
        Buf line;
        JsonWriter json;
        begin_line(&json, &line, connection->number, calls[what]);
        if (!ok) write_error(&json, error);
        end_line(fake, &json, &line);
    } else {
        ok = next_line(fake, connection->number, calls[what], WORDS({0}), error) != NULL;
    }
    if (ok || what == ADAPTER_ROLLBACK) {
        if (what == ADAPTER_BEGIN)
            connection->depth++;
        else if (connection->depth)
            connection->depth--;
    }
    return ok;
}

static uint32_t fake_depth(const AdapterConnection *base)
{
    return ((const FakeConnection *)base)->depth;
}

static bool fake_list_relations(AdapterConnection *base, Str database, Str schema, Arena *arena,
                                AdapterRelations *relations, AdapterError *error)
{
    FakeConnection *connection = (FakeConnection *)base;
    FakeDatabase *fake = fake_of(base);
    if (!fake->real) {
        const json_t *line =
            next_line(fake, connection->number, "list_relations", WORDS([2] = database, [3] = schema), error);
        if (!line) return false;
        const json_t *list = json_object_get(line, "relations");
        *relations =
            (AdapterRelations){ARENA_ARRAY(arena, AdapterRelation, json_array_size(list) + 1), json_array_size(list)};
        for (size_t i = 0; i < relations->n; i++) {
            const json_t *pair = json_array_get(list, i);
            Str type = json_str(json_array_get(pair, 1));
            relations->at[i] = (AdapterRelation){.name = str_dup(arena, json_str(json_array_get(pair, 0))),
                                                 .is_view = str_eq(type, STR("view")),
                                                 .is_materialized = str_eq(type, STR("materialized_view")),
                                                 .is_foreign = str_eq(type, STR("external"))};
        }
        return true;
    }
    bool ok = adapter_list_relations(connection->real, database, schema, arena, relations, error);
    Buf line;
    JsonWriter json;
    begin_line(&json, &line, connection->number, "list_relations");
    jw_key_str(&json, "database", database);
    jw_key_str(&json, "schema", schema);
    if (!ok) write_error(&json, error);
    jw_key_array(&json, "relations");
    for (size_t i = 0; ok && i < relations->n; i++) {
        jw_array(&json);
        jw_str(&json, relations->at[i].name);
        jw_str(&json, adapter_relation_type(&relations->at[i]));
        jw_array_end(&json);
    }
    jw_array_end(&json);
    end_line(fake, &json, &line);
    return ok;
}

static bool fake_list_schemas(AdapterConnection *base, Str database, Arena *arena, AdapterStrs *schemas,
                              AdapterError *error)
{
    FakeConnection *connection = (FakeConnection *)base;
    FakeDatabase *fake = fake_of(base);
    if (!fake->real) {
        const json_t *line = next_line(fake, connection->number, "list_schemas", WORDS([2] = database), error);
        if (!line) return false;
        const json_t *list = json_object_get(line, "schemas");
        *schemas = (AdapterStrs){ARENA_ARRAY(arena, Str, json_array_size(list) + 1), json_array_size(list)};
        for (size_t i = 0; i < schemas->n; i++) schemas->at[i] = str_dup(arena, json_str(json_array_get(list, i)));
        return true;
    }
    bool ok = adapter_list_schemas(connection->real, database, arena, schemas, error);
    Buf line;
    JsonWriter json;
    begin_line(&json, &line, connection->number, "list_schemas");
    jw_key_str(&json, "database", database);
    if (!ok) write_error(&json, error);
    jw_key_array(&json, "schemas");
    for (size_t i = 0; ok && i < schemas->n; i++) jw_str(&json, schemas->at[i]);
    jw_array_end(&json);
    end_line(fake, &json, &line);
    return ok;
}

static bool fake_columns(AdapterConnection *base, Str relation, Arena *arena, AdapterColumns *columns,
                         AdapterError *error)
{
    FakeConnection *connection = (FakeConnection *)base;
    FakeDatabase *fake = fake_of(base);
    if (!fake->real) {
        const json_t *line = next_line(fake, connection->number, "columns", WORDS([1] = relation), error);
        if (line) *columns = read_columns(arena, line);
        return line != NULL;
    }
    bool ok = adapter_columns(connection->real, relation, arena, columns, error);
    Buf line;
    JsonWriter json;
    begin_line(&json, &line, connection->number, "columns");
    jw_key_str(&json, "relation", relation);
    if (ok)
        write_columns(&json, columns->at, columns->n);
    else
        write_error(&json, error);
    end_line(fake, &json, &line);
    return ok;
}

/* Passes rows through and hashes them. */
typedef struct HashedRows {
    const AdapterBulkLoad *load;
    uint64_t hash;
    int64_t count;
} HashedRows;

static AdapterStep hashed_next(void *data, AdapterCell *cells, AdapterError *error)
{
    HashedRows *rows = data;
    AdapterStep step = rows->load->next(rows->load->data, cells, error);
    if (step != ADAPTER_ROW) return step;
    rows->count++;
    for (size_t i = 0; i < rows->load->column_count; i++) {
        const AdapterCell *cell = &cells[i];
        Str bytes = cell->type == CELL_TEXT || cell->type == CELL_BLOB
                        ? cell->text
                        : str_n((const char *)&cell->integer, cell->type == CELL_NULL ? 0 : sizeof cell->integer);
        rows->hash = xxh64(bytes, rows->hash + (uint64_t)cell->type + 1);
    }
    return step;
}

static bool check_rows(const json_t *line, const HashedRows *rows, AdapterError *error)
{
    char hash[24];
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)rows->hash);
    if (json_integer_value(json_object_get(line, "count")) == rows->count &&
        str_eq(json_str(json_object_get(line, "hash")), str_from(hash)))
        return true;
    adapter_error_set(error, ADAPTER_OTHER, "replay: bulk_load gives %lld rows with hash %s, recorded are others",
                      (long long)rows->count, hash);
    return false;
}

static bool fake_bulk_load(AdapterConnection *base, const AdapterBulkLoad *load, int64_t *count, AdapterError *error)
{
    FakeConnection *connection = (FakeConnection *)base;
    FakeDatabase *fake = fake_of(base);
    HashedRows rows = {.load = load};
    if (!fake->real) {
        const json_t *line = next_line(fake, connection->number, "bulk_load", WORDS([1] = load->relation), error);
        if (!line) return false;
        AdapterCell *cells = mem_zalloc(sizeof *cells * (load->column_count + 1));
        AdapterStep step;
        do step = hashed_next(&rows, cells, error);
        while (step == ADAPTER_ROW);
        mem_free(cells);
        *count = rows.count;
        return step == ADAPTER_DONE && check_rows(line, &rows, error);
    }
    AdapterBulkLoad through = *load;
    through.next = hashed_next;
    through.data = &rows;
    bool ok = adapter_bulk_load(connection->real, &through, count, error);
    Buf line;
    JsonWriter json;
    char hash[24];
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)rows.hash);
    begin_line(&json, &line, connection->number, "bulk_load");
    jw_key_str(&json, "relation", load->relation);
    write_columns(&json, load->columns, load->column_count);
    jw_key_int(&json, "count", rows.count);
    jw_key_str(&json, "hash", str_from(hash));
    if (!ok) write_error(&json, error);
    end_line(fake, &json, &line);
    return ok;
}

static void fake_cancel(AdapterConnection *base)
{
    FakeConnection *connection = (FakeConnection *)base;
    if (connection->real) adapter_cancel(connection->real);
}

static void fake_cancel_clear(AdapterConnection *base)
{
    FakeConnection *connection = (FakeConnection *)base;
    if (connection->real) adapter_cancel_clear(connection->real);
}

static void fake_capabilities(const AdapterDatabase *database, AdapterCapabilities *capabilities)
{
    const FakeDatabase *fake = (const FakeDatabase *)database;
    if (fake->real)
        *capabilities = adapter_capabilities(fake->real);
    else
        *capabilities = (AdapterCapabilities){.transactional_ddl = true, .concurrent_readers = true, .max_writers = 1};
    capabilities->check_before_write = false;
}

static bool fake_open(const AdapterOpen *open, AdapterDatabase **database, AdapterError *error)
{
    (void)open, (void)database;
    adapter_error_set(error, ADAPTER_UNSUPPORTED, "a fake is made by fake_record or fake_replay");
    return false;
}

static void fake_close(AdapterDatabase *database)
{
    FakeDatabase *fake = (FakeDatabase *)database;
    for (size_t i = 0; i < fake->lines.n; i++) json_decref(fake->lines.at[i].json);
    pthread_mutex_destroy(&fake->lock);
    arena_free(fake->arena);
}

static FakeDatabase *new_fake(const Dialect *dialect)
{
    Arena *arena = arena_new();
    FakeDatabase *fake = ARENA_NEW(arena, FakeDatabase);
    fake->arena = arena;
    fake->methods = (AdapterMethods){
        .version = ADAPTER_VERSION,
        .dialect = dialect,
        .open = fake_open,
        .close = fake_close,
        .capabilities = fake_capabilities,
        .connect = fake_connect,
        .disconnect = fake_disconnect,
        .execute = fake_execute,
        .query = fake_query,
        .cursor_columns = fake_cursor_columns,
        .step = fake_step,
        .finish = fake_finish,
        .prepare = fake_prepare,
        .transaction = fake_transaction,
        .depth = fake_depth,
        .list_relations = fake_list_relations,
        .list_schemas = fake_list_schemas,
        .columns = fake_columns,
        .bulk_load = fake_bulk_load,
        .cancel = fake_cancel,
        .cancel_clear = fake_cancel_clear,
    };
    fake->base.methods = &fake->methods;
    pthread_mutex_init(&fake->lock, NULL);
    return fake;
}

AdapterDatabase *fake_record(AdapterDatabase *real, Buf *record)
{
    FakeDatabase *fake = new_fake(adapter_methods(real)->dialect);
    fake->real = real;
    fake->record = record;
    Buf line;
    JsonWriter json;
    begin_line(&json, &line, 0, "open");
    jw_key_str(&json, "dialect", adapter_methods(real)->dialect->name);
    end_line(fake, &json, &line);
    return &fake->base;
}

bool fake_replay(Str record, AdapterDatabase **database, AdapterError *error)
{
    FakeDatabase *fake = new_fake(NULL);
    size_t number = 0;
    Str rest = record, text;
    while (str_split_next(&rest, '\n', &text)) {
        number++;
        if (str_trim(text).len == 0) continue;
        json_error_t problem;
        json_t *json = json_loadb(text.ptr, text.len, 0, &problem);
        if (!json_is_object(json)) {
            adapter_error_set(error, ADAPTER_SETTING, "line %zu of the record is no JSON object: %s", number,
                              json ? "" : problem.text);
            json_decref(json);
            fake_close(&fake->base);
            return false;
        }
        FakeLine line = {json, (uint32_t)json_integer_value(json_object_get(json, "on")), false};
        if (line.on == 0) {
            fake->methods.dialect = dialect_find(json_str(json_object_get(json, "dialect")));
            line.used = true;
        }
        vec_push(fake->arena, &fake->lines, line);
    }
    if (!fake->methods.dialect) {
        adapter_error_set(error, ADAPTER_SETTING, "the record names no dialect that there is");
        fake_close(&fake->base);
        return false;
    }
    *database = &fake->base;
    return true;
}

size_t fake_unused(const AdapterDatabase *database)
{
    const FakeDatabase *fake = (const FakeDatabase *)database;
    size_t n = 0;
    for (size_t i = 0; i < fake->lines.n; i++) n += !fake->lines.at[i].used;
    return n;
}
