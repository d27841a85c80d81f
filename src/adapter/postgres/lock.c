/* Two runs that build one relation at once: the second waits for the first. An advisory lock, which ends with the transaction
 * and so with its connection too. */
#include "adapter/postgres/postgres.h"

#include "base/hash.h"

/* Who holds it, for people: "process 4711 of ann on 10.0.0.7 (cdbt, since 12:00:00 UTC)". */
static bool find_holder(PgConnection *connection, int64_t key, Arena *arena, Str *holder, AdapterError *error)
{
    const PgLibrary *pq = &pg_database(connection)->pq;
    PgResult *result;
    Str sql = str_fmt(
        error->arena,
        "select a.pid, a.usename, coalesce(' on ' || host(a.client_addr), ''), a.application_name,"
        " to_char(a.xact_start at time zone 'UTC', 'HH24:MI:SS')"
        " from pg_catalog.pg_locks l join pg_catalog.pg_stat_activity a on a.pid = l.pid"
        " where l.locktype = 'advisory' and l.granted and l.objsubid = 1 and l.classid = %llu and l.objid = %llu"
        " and l.database = (select oid from pg_catalog.pg_database where datname = current_database())",
        (unsigned long long)((uint64_t)key >> 32), (unsigned long long)((uint64_t)key & 0xffffffffu));
    if (!pg_ask(connection, sql.ptr, &result, error)) return false;
    *holder = STR_EMPTY;
    if (pq->PQntuples(result) && pq->PQgetisnull(result, 0, 4)) /* of another role, whose doings one may not see */
        *holder = str_fmt(arena, "process %s of %s", pq->PQgetvalue(result, 0, 0), pq->PQgetvalue(result, 0, 1));
    else if (pq->PQntuples(result))
        *holder = str_fmt(arena, "process %s of %s%s (%s, since %s UTC)", pq->PQgetvalue(result, 0, 0),
                          pq->PQgetvalue(result, 0, 1), pq->PQgetvalue(result, 0, 2), pq->PQgetvalue(result, 0, 3),
                          pq->PQgetvalue(result, 0, 4));
    pq->PQclear(result);
    return true;
}

bool pg_lock(AdapterConnection *base, Str relation, Arena *arena, bool *taken, Str *holder, AdapterError *error)
{
    PgConnection *connection = (PgConnection *)base;
    const PgLibrary *pq = &pg_database(connection)->pq;
    PgResult *result;
    *taken = true;
    *holder = STR_EMPTY;
    if (!pg_database(connection)->locks) return true;
    if (!pg_may_run(connection, error)) return false;
    int64_t key = (int64_t)xxh64(relation, 0x63646274 /* cdbt */);
    Str sql = str_fmt(error->arena, "select pg_catalog.pg_try_advisory_xact_lock(%lld)", (long long)key);
    if (!pg_ask(connection, sql.ptr, &result, error)) return false;
    *taken = *pq->PQgetvalue(result, 0, 0) == 't';
    pq->PQclear(result);
    return *taken || find_holder(connection, key, arena, holder, error);
}
