/* What is in the database: relations, schemas, columns, by the system's own tables (information_schema shows only what
 * one may use, and is slow). */
#include "adapter/postgres/postgres.h"

static const char *literal(Arena *arena, Str text)
{
    return dialect_quote_literal(arena, adapter_postgres.dialect, text).ptr;
}

/* A connection reaches one database, and SQL cannot leave it. */
static bool is_own(PgConnection *connection, Str database, AdapterError *error)
{
    const PgDatabase *own = pg_database(connection);
    if (!database.len || str_eq_nocase(database, own->name)) return true;
    adapter_error_set(error, ADAPTER_UNSUPPORTED,
                      "PostgreSQL cannot reach another database: '%.*s' is named, the target's is '%.*s'",
                      STR_ARG(database), STR_ARG(own->name));
    error->hint =
        STR("leave `database` away, or bring the other database's tables in as foreign tables (postgres_fdw)");
    error->subject = str_dup(error->arena, database);
    return false;
}

static AdapterRelation relation_of(Arena *arena, Str name, char kind)
{
    return (AdapterRelation){.name = str_dup(arena, name),
                             .is_view = kind == 'v',
                             .is_materialized = kind == 'm',
                             .is_foreign = kind == 'f'};
}

/* Tables, partitioned tables, views, materialized views, foreign tables. */
#define KINDS "c.relkind in ('r', 'p', 'v', 'm', 'f')"

bool pg_find_relation(AdapterConnection *base, Str database, Str schema, Str identifier, Arena *arena, bool *found,
                      AdapterRelation *relation, AdapterError *error)
{
    PgConnection *connection = (PgConnection *)base;
    const PgLibrary *pq = &pg_database(connection)->pq;
    PgResult *result;
    if (!is_own(connection, database, error) || !pg_may_run(connection, error)) return false;
    Str sql =
        str_fmt(error->arena,
                "select c.relkind from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
                "where n.nspname = %s and c.relname = %s and " KINDS,
                literal(error->arena, schema), literal(error->arena, identifier));
    if (!pg_ask(connection, sql.ptr, &result, error)) return false;
    *found = pq->PQntuples(result) > 0;
    if (*found) *relation = relation_of(arena, identifier, *pq->PQgetvalue(result, 0, 0));
    pq->PQclear(result);
    return true;
}

bool pg_list_relations(AdapterConnection *base, Str database, Str schema, Arena *arena, AdapterRelations *relations,
                       AdapterError *error)
{
    PgConnection *connection = (PgConnection *)base;
    const PgLibrary *pq = &pg_database(connection)->pq;
    PgResult *result;
    if (!is_own(connection, database, error) || !pg_may_run(connection, error)) return false;
    Str sql = str_fmt(error->arena,
                      "select c.relname, c.relkind from pg_catalog.pg_class c "
                      "join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
                      "where n.nspname = %s and " KINDS " order by c.relname collate \"C\"",
                      literal(error->arena, schema));
    if (!pg_ask(connection, sql.ptr, &result, error)) return false;
    size_t n = (size_t)pq->PQntuples(result);
    AdapterRelations list = {ARENA_ARRAY(arena, AdapterRelation, n + 1), n};
    for (size_t i = 0; i < n; i++)
        list.at[i] = relation_of(arena, pg_text(connection, result, (int)i, 0), *pq->PQgetvalue(result, (int)i, 1));
    pq->PQclear(result);
    *relations = list;
    return true;
}

bool pg_list_schemas(AdapterConnection *base, Str database, Arena *arena, AdapterStrs *schemas, AdapterError *error)
{
    PgConnection *connection = (PgConnection *)base;
    const PgLibrary *pq = &pg_database(connection)->pq;
    PgResult *result;
    if (!is_own(connection, database, error) || !pg_may_run(connection, error) ||
        !pg_ask(connection, "select nspname from pg_catalog.pg_namespace order by nspname collate \"C\"", &result,
                error))
        return false;
    size_t n = (size_t)pq->PQntuples(result);
    AdapterStrs list = {ARENA_ARRAY(arena, Str, n + 1), n};
    for (size_t i = 0; i < n; i++) list.at[i] = str_dup(arena, pg_text(connection, result, (int)i, 0));
    pq->PQclear(result);
    *schemas = list;
    return true;
}

bool pg_columns(AdapterConnection *base, Str relation, Arena *arena, AdapterColumns *columns, AdapterError *error)
{
    PgConnection *connection = (PgConnection *)base;
    const PgLibrary *pq = &pg_database(connection)->pq;
    PgResult *result;
    if (!pg_may_run(connection, error)) return false;
    Str name = str_from(literal(error->arena, relation));
    Str sql =
        str_fmt(error->arena,
                "select a.attname, pg_catalog.format_type(a.atttypid, case when t.typname in ('varchar', 'bpchar', "
                "'numeric') then a.atttypmod else -1 end) from pg_catalog.pg_attribute a "
                "join pg_catalog.pg_type t on t.oid = a.atttypid "
                "where a.attrelid = pg_catalog.to_regclass(%.*s) and a.attnum > 0 and not a.attisdropped "
                "order by a.attnum",
                STR_ARG(name));
    if (!pg_ask(connection, sql.ptr, &result, error)) return false;
    size_t n = (size_t)pq->PQntuples(result);
    AdapterColumns list = {ARENA_ARRAY(arena, AdapterColumn, n + 1), n};
    for (size_t i = 0; i < n; i++)
        list.at[i] = (AdapterColumn){.name = str_dup(arena, pg_text(connection, result, (int)i, 0)),
                                     .type = str_dup(arena, pg_text(connection, result, (int)i, 1)),
                                     .origin_relation = STR_EMPTY,
                                     .origin_column = STR_EMPTY};
    pq->PQclear(result);
    if (!n) { /* a table without columns, or none at all */
        sql = str_fmt(error->arena, "select pg_catalog.to_regclass(%.*s) is null", STR_ARG(name));
        if (!pg_ask(connection, sql.ptr, &result, error)) return false;
        bool missing = *pq->PQgetvalue(result, 0, 0) == 't';
        pq->PQclear(result);
        if (missing) {
            adapter_error_set(error, ADAPTER_MISSING_RELATION, "there is no relation %.*s", STR_ARG(relation));
            error->subject = str_dup(error->arena, relation);
            return false;
        }
    }
    *columns = list;
    return true;
}

/* reltuples is -1 before the first analyze: then nothing is known. */
bool pg_details(AdapterConnection *base, Str relation, Arena *arena, AdapterDetails *details, AdapterError *error)
{
    PgConnection *connection = (PgConnection *)base;
    const PgLibrary *pq = &pg_database(connection)->pq;
    PgResult *result;
    if (!pg_may_run(connection, error)) return false;
    Str sql =
        str_fmt(error->arena,
                "select case c.relkind when 'v' then 'VIEW' when 'm' then 'MATERIALIZED VIEW' when 'f' then "
                "'FOREIGN TABLE' else 'BASE TABLE' end, pg_catalog.pg_get_userbyid(c.relowner), "
                "pg_catalog.obj_description(c.oid, 'pg_class'), "
                "case when c.relkind in ('v', 'f') then -1 else c.reltuples::bigint end, "
                "case when c.relkind in ('v', 'f') then -1 else pg_catalog.pg_total_relation_size(c.oid) end, "
                "pg_catalog.col_description(c.oid, a.attnum) from pg_catalog.pg_class c "
                "left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped "
                "where c.oid = pg_catalog.to_regclass(%s) order by a.attnum",
                literal(error->arena, relation));
    if (!pg_ask(connection, sql.ptr, &result, error)) return false;
    int n = pq->PQntuples(result);
    details->first_index = 1;
    details->column_comments = ARENA_ARRAY(arena, Str, (size_t)n + 1);
    details->column_count = (size_t)n;
    for (int i = 0; i < n; i++) details->column_comments[i] = str_dup(arena, pg_text(connection, result, i, 5));
    if (n) {
        details->type = str_dup(arena, pg_text(connection, result, 0, 0));
        details->owner = str_dup(arena, pg_text(connection, result, 0, 1));
        details->comment = str_dup(arena, pg_text(connection, result, 0, 2));
        str_to_int(pg_text(connection, result, 0, 3), &details->rows);
        str_to_int(pg_text(connection, result, 0, 4), &details->bytes);
    }
    pq->PQclear(result);
    return true;
}
