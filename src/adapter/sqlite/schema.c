/* What is in the file: relations, schemas (prefixes of names), columns. */
#include "adapter/sqlite/sqlite.h"

#include "sql/scan.h"

static const Str separator = STR_INIT("__");

static const char *quoted(Arena *arena, Str name)
{
    return dialect_quote_identifier(arena, adapter_sqlite.dialect, name).ptr;
}

/* The alias that SQLite knows a database of ours by: the target's own name is `main`. */
static Str alias_of(SqliteConnection *connection, Str database)
{
    const SqliteDatabase *db = (const SqliteDatabase *)connection->base.database;
    if (str_eq_nocase(database, STR("temp"))) return STR("temp");
    for (size_t i = 0; i < db->attached.n; i++)
        if (str_eq_nocase(db->attached.at[i].alias, database)) return db->attached.at[i].alias;
    return STR("main");
}

static bool prepare_own(SqliteConnection *connection, Str sql, sqlite3_stmt **statement, AdapterError *error)
{
    if (!sqlite_may_run(connection, error)) return false;
    int code = sqlite3_prepare_v2(connection->handle, sql.ptr, (int)sql.len, statement, NULL);
    return code == SQLITE_OK || sqlite_fail_on(connection, code, STR_EMPTY, 0, error);
}

/* Finishes a statement that was stepped until `code`. */
static bool done(SqliteConnection *connection, sqlite3_stmt *statement, int code, AdapterError *error)
{
    bool ok = code == SQLITE_DONE || sqlite_fail_on(connection, code, STR_EMPTY, 0, error);
    sqlite3_finalize(statement);
    return ok;
}

/* Tables and views of a file, without SQLite's own and without the tables behind virtual ones. */
static bool list_all(SqliteConnection *connection, Str database, sqlite3_stmt **statement, AdapterError *error)
{
    Str alias = alias_of(connection, database);
    Str sql = str_fmt(error->arena,
                      "select name, type = 'view' from %s.sqlite_schema where type in ('table', 'view') and "
                      "name not like 'sqlite\\_%%' escape '\\' order by name",
                      quoted(error->arena, alias));
    return prepare_own(connection, sql, statement, error);
}

/* What stands before a relation's name in the file: nothing for the default schema and in attached files. */
static Str prefix_of(SqliteConnection *connection, Arena *arena, Str database, Str schema)
{
    bool other = !str_eq(alias_of(connection, database), STR("main"));
    bool bare = schema.len == 0 || str_eq_nocase(schema, adapter_sqlite.dialect->default_schema) ||
                (other && str_eq_nocase(schema, database));
    return bare ? STR_EMPTY : str_cat(arena, schema, separator);
}

/* SQLite keeps the schema in memory. One statement makes sure that it is the file's present one; then its own look-up
 * knows tables, and a `drop view` that is compiled but never run tells whether there is a view of that name. */
bool sqlite_find_relation(AdapterConnection *base, Str database, Str schema, Str identifier, Arena *arena, bool *found,
                          AdapterRelation *relation, AdapterError *error)
{
    SqliteConnection *connection = (SqliteConnection *)base;
    sqlite3_stmt *statement;
    Str alias = alias_of(connection, database);
    const char *in = quoted(error->arena, alias);
    if (!prepare_own(connection, str_fmt(error->arena, "select 1 from %s.sqlite_schema limit 0", in), &statement,
                     error))
        return false;
    if (!done(connection, statement, sqlite3_step(statement), error)) return false;
    Str name = str_cat(error->arena, prefix_of(connection, error->arena, database, schema), identifier);
    *found = false;
    *relation = (AdapterRelation){.name = str_dup(arena, identifier)};
    if (sqlite3_table_column_metadata(connection->handle, alias.ptr, str_c(error->arena, name), NULL, NULL, NULL, NULL,
                                      NULL, NULL) == SQLITE_OK) {
        *found = true;
        return true;
    }
    Str drop = str_fmt(error->arena, "drop view %s.%s", in, quoted(error->arena, name));
    if (sqlite3_prepare_v2(connection->handle, drop.ptr, (int)drop.len, &statement, NULL) == SQLITE_OK) {
        sqlite3_finalize(statement);
        *found = relation->is_view = true;
    }
    return true;
}

bool sqlite_list_relations(AdapterConnection *base, Str database, Str schema, Arena *arena, AdapterRelations *relations,
                           AdapterError *error)
{
    SqliteConnection *connection = (SqliteConnection *)base;
    sqlite3_stmt *statement;
    if (!list_all(connection, database, &statement, error)) return false;
    Str prefix = prefix_of(connection, error->arena, database, schema);
    VEC(AdapterRelation) found = {0};
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        Str name = sqlite_column_text(statement, 0);
        if (name.len <= prefix.len || !str_eq_nocase(str_slice(name, 0, prefix.len), prefix)) continue;
        vec_push(arena, &found,
                 (AdapterRelation){.name = str_dup(arena, str_from_index(name, prefix.len)),
                                   .is_view = sqlite3_column_int(statement, 1) != 0});
    }
    if (!done(connection, statement, code, error)) return false;
    *relations = (AdapterRelations){found.at, found.n};
    return true;
}

bool sqlite_list_schemas(AdapterConnection *base, Str database, Arena *arena, AdapterStrs *schemas, AdapterError *error)
{
    SqliteConnection *connection = (SqliteConnection *)base;
    sqlite3_stmt *statement;
    if (!list_all(connection, database, &statement, error)) return false;
    VEC(Str) found = {0};
    vec_push(arena, &found, adapter_sqlite.dialect->default_schema);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        Str name = sqlite_column_text(statement, 0);
        size_t end = str_find(name, separator, 0);
        if (end == STR_NPOS || end == 0 || end + separator.len == name.len) continue;
        Str schema = str_slice(name, 0, end);
        bool known = false; /* sorted by name, but without regard to case */
        for (size_t i = 0; i < found.n && !known; i++) known = str_eq_nocase(found.at[i], schema);
        if (!known) vec_push(arena, &found, str_dup(arena, schema));
    }
    if (!done(connection, statement, code, error)) return false;
    *schemas = (AdapterStrs){found.at, found.n};
    return true;
}

void sqlite_split_name(Arena *arena, Str rendered, Str *alias, Str *name)
{
    SqlScanner scanner = sql_scanner(&sql_sqlite, rendered);
    *alias = STR_EMPTY;
    *name = sql_name_text(arena, rendered, sql_next(&scanner));
    while (sql_next(&scanner).kind == SQL_DOT) {
        *alias = *name;
        *name = sql_name_text(arena, rendered, sql_next(&scanner));
    }
}

bool sqlite_columns(AdapterConnection *base, Str relation, Arena *arena, AdapterColumns *columns, AdapterError *error)
{
    SqliteConnection *connection = (SqliteConnection *)base;
    /* The statement's own result, since a view's columns have types only there; a view that reads what is gone
     * fails here with its own message. */
    Str sql = str_cat(error->arena, STR("select * from "), relation);
    sqlite3_stmt *statement;
    if (!prepare_own(connection, sql, &statement, error)) {
        error->offset = -1;
        return false;
    }
    *columns = sqlite_result_columns(statement, arena);
    sqlite3_finalize(statement);
    return true;
}

/* Comments are rows of a table that persist_docs keeps beside the relations (src/macros/adapters/comments_grants.sql), by
 * the rendered name without quotes. */
static const char comments_table[] = "_cdbt_comments";

static bool read_comments(SqliteConnection *connection, sqlite3_stmt *statement, const AdapterColumns *columns,
                          Arena *arena, AdapterDetails *details, AdapterError *error)
{
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        Str column = str_from((const char *)sqlite3_column_text(statement, 0));
        Str comment = str_dup(arena, str_from((const char *)sqlite3_column_text(statement, 1)));
        if (!column.len) details->comment = comment;
        for (size_t i = 0; i < columns->n; i++)
            if (column.len && str_eq_nocase(column, columns->at[i].name)) details->column_comments[i] = comment;
    }
    return done(connection, statement, code, error);
}

bool sqlite_details(AdapterConnection *base, Str relation, Arena *arena, AdapterDetails *details, AdapterError *error)
{
    SqliteConnection *connection = (SqliteConnection *)base;
    if (sqlite3_table_column_metadata(connection->handle, "main", comments_table, "relation_name", NULL, NULL, NULL,
                                      NULL, NULL) != SQLITE_OK)
        return true;
    AdapterColumns columns;
    if (!sqlite_columns(base, relation, error->arena, &columns, error)) return false;
    details->column_count = columns.n;
    details->column_comments = ARENA_ARRAY(arena, Str, columns.n + 1);
    for (size_t i = 0; i < columns.n; i++) details->column_comments[i] = STR_EMPTY;
    sqlite3_stmt *statement;
    Str sql = str_fmt(error->arena,
                      "select column_name, comment from main.%s where relation_name = replace(?, '\"', '') order by 1",
                      comments_table);
    if (!prepare_own(connection, sql, &statement, error)) return false;
    sqlite3_bind_text(statement, 1, relation.ptr, (int)relation.len, SQLITE_TRANSIENT);
    return read_comments(connection, statement, &columns, arena, details, error);
}
