/* The registry, and the calls that apply the defaults of methods that an adapter leaves out. */
#include "cdbt/adapter.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const AdapterMethods *const registry[] = {&adapter_sqlite, &adapter_postgres};

const AdapterMethods *adapter_find(Str type)
{
    for (size_t i = 0; i < sizeof registry / sizeof *registry; i++)
        if (str_eq(registry[i]->dialect->name, type)) return registry[i];
    return NULL;
}

void adapter_own_process(void)
{
    for (size_t i = 0; i < sizeof registry / sizeof *registry; i++)
        if (registry[i]->own_process) registry[i]->own_process();
}

Str dialect_names(Arena *arena)
{
    Str names[sizeof registry / sizeof *registry];
    for (size_t i = 0; i < sizeof registry / sizeof *registry; i++) names[i] = registry[i]->dialect->name;
    return str_join(arena, names, sizeof registry / sizeof *registry, STR(", "));
}

Str adapter_relation_type(const AdapterRelation *relation)
{
    if (relation->is_view) return STR("view");
    if (relation->is_materialized) return STR("materialized_view");
    return relation->is_foreign ? STR("external") : STR("table");
}

Str adapter_setting(const AdapterOpen *open, Str key)
{
    for (size_t i = open->setting_count; i > 0; i--)
        if (str_eq(open->settings[i - 1].key, key)) return open->settings[i - 1].value;
    return STR_EMPTY;
}

/* ---- errors ---- */

void adapter_error_init(AdapterError *error, Arena *arena)
{
    *error = (AdapterError){.arena = arena, .offset = -1};
    error->message = error->hint = error->subject = STR_EMPTY;
}

void adapter_error_set(AdapterError *error, AdapterErrorKind kind, const char *format, ...)
{
    adapter_error_init(error, error->arena);
    error->kind = kind;
    va_list args;
    va_start(args, format);
    error->message = str_vfmt(error->arena, format, args);
    va_end(args);
}

const char *adapter_error_word(AdapterErrorKind kind)
{
    switch (kind) {
    case ADAPTER_OK: return "no error";
    case ADAPTER_SYNTAX: return "syntax error";
    case ADAPTER_MISSING_RELATION: return "missing relation";
    case ADAPTER_MISSING_COLUMN: return "missing column";
    case ADAPTER_MISSING_FUNCTION: return "missing function";
    case ADAPTER_AMBIGUOUS: return "ambiguous name";
    case ADAPTER_LOCKED: return "locked";
    case ADAPTER_AUTH: return "not authorized";
    case ADAPTER_READONLY: return "read-only";
    case ADAPTER_NOT_A_DATABASE: return "not a database";
    case ADAPTER_DISK_FULL: return "disk full";
    case ADAPTER_CORRUPT: return "corrupt";
    case ADAPTER_INTERRUPTED: return "interrupted";
    case ADAPTER_CONSTRAINT: return "constraint";
    case ADAPTER_CONNECTION: return "connection";
    case ADAPTER_SETTING: return "setting";
    case ADAPTER_UNSUPPORTED: return "unsupported";
    case ADAPTER_OTHER: return "error";
    }
    return "error";
}

static bool unsupported(const AdapterDatabase *database, AdapterError *error, const char *what)
{
    adapter_error_set(error, ADAPTER_UNSUPPORTED, "the %.*s adapter cannot %s",
                      STR_ARG(database->methods->dialect->name), what);
    return false;
}

/* ---- databases and connections ---- */

bool adapter_open_with(const AdapterMethods *methods, const AdapterOpen *open, AdapterDatabase **database,
                       AdapterError *error)
{
    return methods->open(open, database, error);
}

static const AdapterMethods *wanted(Str type, AdapterError *error)
{
    const AdapterMethods *methods = adapter_find(type);
    if (!methods) {
        adapter_error_set(error, ADAPTER_SETTING, "there is no adapter of type '%.*s'", STR_ARG(type));
        error->subject = STR("type");
        error->hint = str_fmt(error->arena, "Adapters: %.*s.", STR_ARG(dialect_names(error->arena)));
    }
    return methods;
}

bool adapter_open(Str type, const AdapterOpen *open, AdapterDatabase **database, AdapterError *error)
{
    const AdapterMethods *methods = wanted(type, error);
    return methods && adapter_open_with(methods, open, database, error);
}

void adapter_close(AdapterDatabase *database)
{
    if (database) database->methods->close(database);
}

const AdapterMethods *adapter_methods(const AdapterDatabase *database)
{
    return database->methods;
}

AdapterCapabilities adapter_capabilities(const AdapterDatabase *database)
{
    AdapterCapabilities capabilities = {0};
    if (database->methods->capabilities) database->methods->capabilities(database, &capabilities);
    return capabilities;
}

void adapter_describe(const AdapterDatabase *database, Arena *arena, const AdapterSetting **pairs, size_t *count)
{
    *pairs = NULL;
    *count = 0;
    if (database->methods->describe) database->methods->describe(database, arena, pairs, count);
}

bool adapter_location(Str type, const AdapterOpen *open, Arena *arena, Str *location, AdapterError *error)
{
    const AdapterMethods *methods = wanted(type, error);
    if (!methods) return false;
    if (methods->location) return methods->location(open, arena, location, error);
    *location = STR_EMPTY;
    return true;
}

bool adapter_attached(Str type, const AdapterOpen *open, Str name)
{
    const AdapterMethods *methods = adapter_find(type);
    return methods && methods->attached && methods->attached(open, name);
}

bool adapter_names(Str type, const AdapterOpen *open, Arena *arena, Str *database, Str *schema, AdapterError *error)
{
    const AdapterMethods *methods = wanted(type, error);
    if (!methods) return false;
    if (methods->names && !methods->names(open, arena, database, schema, error)) return false;
    if (!database->len) *database = methods->dialect->default_database;
    if (!schema->len) *schema = methods->dialect->default_schema;
    return true;
}

bool adapter_connect(AdapterDatabase *database, AdapterRole role, AdapterConnection **connection, AdapterError *error)
{
    if (!database->methods->connect(database, role, connection, error)) return false;
    (*connection)->statements = (AdapterStatements){.comment = STR_EMPTY, .refusal = STR_EMPTY};
    return true;
}

void adapter_disconnect(AdapterConnection *connection)
{
    if (connection) connection->database->methods->disconnect(connection);
}

AdapterDatabase *adapter_connection_database(const AdapterConnection *connection)
{
    return connection->database;
}

static const AdapterMethods *methods_of(const AdapterConnection *connection)
{
    return connection->database->methods;
}

/* ---- statements ---- */

void adapter_statements(AdapterConnection *connection, const AdapterStatements *statements)
{
    connection->statements = *statements;
}

/* "/" "* ... *" "/" and the end of the line. */
enum { COMMENT_MARKS = 7 };

Str adapter_uncommented(const AdapterConnection *connection, Str sql)
{
    size_t added = connection->statements.comment.len;
    if (!added) return sql;
    added += COMMENT_MARKS;
    if (added > sql.len) return sql;
    return connection->statements.append ? str_slice(sql, 0, sql.len - added) : str_from_index(sql, added);
}

/* The text as it is sent, in the error's arena. A semicolon at the end stays behind the comment that is appended: else the
 * comment would be a statement of its own. */
static bool dressed(const AdapterConnection *connection, Str *sql, AdapterError *error)
{
    const AdapterStatements *s = &connection->statements;
    if (s->refusal.len) {
        adapter_error_set(error, ADAPTER_OTHER, "%.*s", STR_ARG(s->refusal));
        return false;
    }
    if (s->comment.len && s->append) {
        Str text = str_trim_right(*sql);
        while (text.len && text.ptr[text.len - 1] == ';') text = str_trim_right(str_slice(text, 0, text.len - 1));
        *sql = str_fmt(error->arena, "%.*s\n/* %.*s */", STR_ARG(text), STR_ARG(s->comment));
    } else if (s->comment.len) {
        *sql = str_fmt(error->arena, "/* %.*s */\n%.*s", STR_ARG(s->comment), STR_ARG(*sql));
    }
    if (s->sent) s->sent(s->data, *sql);
    return true;
}

static void undress(const AdapterConnection *connection, AdapterError *error)
{
    const AdapterStatements *s = &connection->statements;
    if (!s->comment.len || s->append || error->offset < 0) return; /* what is appended has no error in it */
    error->offset -= (int64_t)(s->comment.len + COMMENT_MARKS);
    if (error->offset < 0) error->offset = -1;
}

bool adapter_execute(AdapterConnection *connection, Str sql, Arena *arena, AdapterResult *result, AdapterError *error)
{
    AdapterResult ignored;
    if (!result) result = &ignored;
    if (methods_of(connection)->execute) {
        if (!dressed(connection, &sql, error)) return false;
        if (methods_of(connection)->execute(connection, sql, arena, result, error)) return true;
        undress(connection, error);
        return false;
    }
    AdapterCursor *cursor;
    if (!adapter_query(connection, sql, &cursor, error)) return false;
    const AdapterCell *cells;
    AdapterStep step;
    do step = adapter_step(cursor, &cells, error);
    while (step == ADAPTER_ROW);
    adapter_finish(cursor);
    if (step == ADAPTER_FAILED) return false;
    *result = (AdapterResult){STR("OK"), -1};
    return true;
}

bool adapter_query(AdapterConnection *connection, Str sql, AdapterCursor **cursor, AdapterError *error)
{
    if (!dressed(connection, &sql, error)) return false;
    if (methods_of(connection)->query(connection, sql, cursor, error)) return true;
    undress(connection, error);
    return false;
}

const AdapterColumn *adapter_cursor_columns(AdapterCursor *cursor, size_t *count)
{
    return methods_of(cursor->connection)->cursor_columns(cursor, count);
}

AdapterStep adapter_step(AdapterCursor *cursor, const AdapterCell **cells, AdapterError *error)
{
    AdapterStep step = methods_of(cursor->connection)->step(cursor, cells, error);
    if (step == ADAPTER_FAILED) undress(cursor->connection, error);
    return step;
}

bool adapter_cursor_result(AdapterCursor *cursor, AdapterResult *result)
{
    const AdapterMethods *methods = methods_of(cursor->connection);
    if (!methods->cursor_result) return false;
    methods->cursor_result(cursor, result);
    return true;
}

void adapter_finish(AdapterCursor *cursor)
{
    if (cursor) methods_of(cursor->connection)->finish(cursor);
}

bool adapter_prepare(AdapterConnection *connection, Str sql, Arena *arena, AdapterColumns *columns, AdapterError *error)
{
    if (!methods_of(connection)->prepare)
        return unsupported(connection->database, error, "check a statement without running it");
    return methods_of(connection)->prepare(connection, sql, arena, columns, error);
}

bool adapter_begin(AdapterConnection *connection, AdapterError *error)
{
    return methods_of(connection)->transaction(connection, ADAPTER_BEGIN, error);
}

bool adapter_commit(AdapterConnection *connection, AdapterError *error)
{
    return methods_of(connection)->transaction(connection, ADAPTER_COMMIT, error);
}

bool adapter_rollback(AdapterConnection *connection, AdapterError *error)
{
    return methods_of(connection)->transaction(connection, ADAPTER_ROLLBACK, error);
}

uint32_t adapter_depth(const AdapterConnection *connection)
{
    return methods_of(connection)->depth(connection);
}

bool adapter_list_relations(AdapterConnection *connection, Str database, Str schema, Arena *arena,
                            AdapterRelations *relations, AdapterError *error)
{
    return methods_of(connection)->list_relations(connection, database, schema, arena, relations, error);
}

bool adapter_find_relation(AdapterConnection *connection, Str database, Str schema, Str identifier, Arena *arena,
                           bool *found, AdapterRelation *relation, AdapterError *error)
{
    const AdapterMethods *methods = methods_of(connection);
    if (methods->find_relation)
        return methods->find_relation(connection, database, schema, identifier, arena, found, relation, error);
    AdapterRelations relations;
    if (!methods->list_relations(connection, database, schema, arena, &relations, error)) return false;
    *found = false;
    bool keeps = methods->dialect->folding == DIALECT_KEEPS;
    for (size_t i = 0; i < relations.n && !*found; i++) {
        Str name = relations.at[i].name;
        if (!(keeps ? str_eq_nocase(name, identifier) : str_eq(name, identifier))) continue;
        *relation = relations.at[i];
        *found = true;
    }
    return true;
}

bool adapter_list_schemas(AdapterConnection *connection, Str database, Arena *arena, AdapterStrs *schemas,
                          AdapterError *error)
{
    return methods_of(connection)->list_schemas(connection, database, arena, schemas, error);
}

bool adapter_columns(AdapterConnection *connection, Str relation, Arena *arena, AdapterColumns *columns,
                     AdapterError *error)
{
    if (methods_of(connection)->columns)
        return methods_of(connection)->columns(connection, relation, arena, columns, error);
    Str sql = str_cat(error->arena, STR("select * from "), relation);
    if (adapter_prepare(connection, sql, arena, columns, error)) return true;
    error->offset = -1; /* the statement is ours, not the caller's */
    return false;
}

bool adapter_details(AdapterConnection *connection, Str relation, Arena *arena, AdapterDetails *details,
                     AdapterError *error)
{
    *details = (AdapterDetails){.type = STR_EMPTY, .owner = STR_EMPTY, .comment = STR_EMPTY, .rows = -1, .bytes = -1};
    const AdapterMethods *methods = methods_of(connection);
    return !methods->details || methods->details(connection, relation, arena, details, error);
}

const AdapterColumn *adapter_column(const AdapterColumns *columns, Str name)
{
    for (size_t i = 0; i < columns->n; i++)
        if (str_eq_nocase(columns->at[i].name, name)) return &columns->at[i];
    return NULL;
}

bool adapter_lock(AdapterConnection *connection, Str relation, Arena *arena, bool *taken, Str *holder,
                  AdapterError *error)
{
    const AdapterMethods *methods = methods_of(connection);
    *taken = true;
    *holder = STR_EMPTY;
    return methods->version < 4 || !methods->lock || methods->lock(connection, relation, arena, taken, holder, error);
}

/* ---- the default bulk load: INSERT statements of literals ---- */

static void add_literal(Buf *sql, const Dialect *dialect, const AdapterCell *cell, Arena *scratch)
{
    switch (cell->type) {
    case CELL_NULL: buf_addz(sql, "null"); break;
    case CELL_INTEGER: buf_addf(sql, "%lld", (long long)cell->integer); break;
    case CELL_REAL:
        if (isfinite(cell->real))
            buf_addf(sql, "%.17g", cell->real);
        else
            buf_addz(sql, isnan(cell->real) ? "'NaN'" : cell->real > 0 ? "'Infinity'" : "'-Infinity'");
        break;
    case CELL_TEXT: buf_add(sql, dialect_quote_literal(scratch, dialect, cell->text)); break;
    case CELL_BLOB:
        buf_addz(sql, "x'");
        for (size_t i = 0; i < cell->text.len; i++) buf_addf(sql, "%02x", (unsigned)(unsigned char)cell->text.ptr[i]);
        buf_addc(sql, '\'');
        break;
    }
}

static bool load_by_insert(AdapterConnection *connection, const AdapterBulkLoad *load, int64_t *rows,
                           AdapterError *error)
{
    enum { BATCH_BYTES = 256 * 1024 };
    const Dialect *dialect = methods_of(connection)->dialect;
    Arena *scratch = arena_new();
    AdapterCell *cells = ARENA_ARRAY(scratch, AdapterCell, load->column_count + 1);
    Buf sql;
    buf_init(&sql, NULL);
    buf_addf(&sql, "insert into %.*s (", STR_ARG(load->relation));
    for (size_t i = 0; i < load->column_count; i++) {
        buf_addz(&sql, i ? ", " : "");
        buf_add(&sql, dialect_quote_identifier(scratch, dialect, load->columns[i].name));
    }
    buf_addz(&sql, ") values ");
    size_t head = sql.len;
    ArenaMark mark = arena_mark(scratch);
    int64_t loaded = 0;
    AdapterStep step;
    bool ok = true;
    do {
        step = load->next(load->data, cells, error);
        if (step == ADAPTER_ROW) {
            buf_addz(&sql, sql.len == head ? "(" : ", (");
            for (size_t i = 0; i < load->column_count; i++) {
                buf_addz(&sql, i ? ", " : "");
                add_literal(&sql, dialect, &cells[i], scratch);
            }
            buf_addc(&sql, ')');
            loaded++;
            arena_rewind(scratch, mark);
        }
        if (sql.len > head && (step == ADAPTER_DONE || sql.len > BATCH_BYTES)) {
            ok = adapter_execute(connection, buf_str(&sql), scratch, NULL, error);
            if (!ok) error->offset = -1;
            sql.len = head;
            arena_rewind(scratch, mark);
        }
    } while (ok && step == ADAPTER_ROW);
    buf_release(&sql);
    arena_free(scratch);
    if (ok && step == ADAPTER_DONE) *rows = loaded;
    return ok && step == ADAPTER_DONE;
}

bool adapter_bulk_load(AdapterConnection *connection, const AdapterBulkLoad *load, int64_t *rows, AdapterError *error)
{
    if (methods_of(connection)->bulk_load) return methods_of(connection)->bulk_load(connection, load, rows, error);
    if (!adapter_begin(connection, error)) return false;
    if (load_by_insert(connection, load, rows, error)) return adapter_commit(connection, error);
    AdapterError second;
    adapter_error_init(&second, error->arena);
    adapter_rollback(connection, &second); /* the first error is the one that matters */
    return false;
}

bool adapter_evaluates(const AdapterDatabase *database)
{
    return database->methods->version >= 3 && database->methods->evaluate;
}

bool adapter_evaluate(AdapterConnection *reader, Str relation, Str select, AdapterError *error)
{
    if (!adapter_evaluates(reader->database)) return unsupported(reader->database, error, "evaluate beside the writer");
    return reader->database->methods->evaluate(reader, relation, select, error);
}

void adapter_offer(AdapterConnection *writer, AdapterConnection *reader)
{
    if (adapter_evaluates(writer->database)) writer->database->methods->offer(writer, reader);
}

void adapter_forget(AdapterConnection *reader)
{
    if (adapter_evaluates(reader->database)) reader->database->methods->forget(reader);
}

void adapter_cancel(AdapterConnection *connection)
{
    if (methods_of(connection)->cancel) methods_of(connection)->cancel(connection);
}

void adapter_cancel_clear(AdapterConnection *connection)
{
    if (methods_of(connection)->cancel_clear) methods_of(connection)->cancel_clear(connection);
}

/* ---- check before write ---- */

bool adapter_check_begin(AdapterDatabase *database, AdapterCheck **check, AdapterError *error)
{
    if (!database->methods->check_begin) return unsupported(database, error, "check SQL before it runs");
    return database->methods->check_begin(database, check, error);
}

bool adapter_check_relation(AdapterCheck *check, Str relation, const AdapterColumns *columns, AdapterError *error)
{
    return check->database->methods->check_relation(check, relation, columns, error);
}

bool adapter_check_prepare(AdapterCheck *check, Str sql, Arena *arena, AdapterChecked *checked, AdapterError *error)
{
    return check->database->methods->check_prepare(check, sql, arena, checked, error);
}

bool adapter_check_types(AdapterCheck *check, Str sql, Arena *arena, AdapterColumns *columns)
{
    if (!check->database->methods->check_types) return false;
    check->database->methods->check_types(check, sql, arena, columns);
    return true;
}

void adapter_check_end(AdapterCheck *check)
{
    if (check) check->database->methods->check_end(check);
}
