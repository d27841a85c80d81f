/* Types: their names, and values from their text form. */
#include "adapter/postgres/postgres.h"

#include <stdlib.h>

/* Types that are built in have the same number in every database (pg_type.dat). */
enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_OID = 26,
    OID_FLOAT4 = 700,
    OID_FLOAT8 = 701,
    OID_BPCHAR = 1042,
    OID_VARCHAR = 1043,
    OID_NUMERIC = 1700,
    MODIFIER_HEADER = 4, /* VARHDRSZ: what a modifier counts besides the length */
};

static const struct {
    PgOid oid;
    const char *name; /* as format_type writes it */
} names[] = {
    {OID_BOOL, "boolean"},
    {OID_BYTEA, "bytea"},
    {19, "name"},
    {OID_INT8, "bigint"},
    {OID_INT2, "smallint"},
    {OID_INT4, "integer"},
    {25, "text"},
    {OID_OID, "oid"},
    {114, "json"},
    {OID_FLOAT4, "real"},
    {OID_FLOAT8, "double precision"},
    {18, "\"char\""},
    {142, "xml"},
    {199, "json[]"},
    {600, "point"},
    {650, "cidr"},
    {790, "money"},
    {829, "macaddr"},
    {869, "inet"},
    {1000, "boolean[]"},
    {1014, "character[]"},
    {1015, "character varying[]"},
    {1021, "real[]"},
    {1115, "timestamp without time zone[]"},
    {1182, "date[]"},
    {1183, "time without time zone[]"},
    {1185, "timestamp with time zone[]"},
    {1187, "interval[]"},
    {1005, "smallint[]"},
    {1007, "integer[]"},
    {1009, "text[]"},
    {1016, "bigint[]"},
    {1022, "double precision[]"},
    {OID_BPCHAR, "character"},
    {OID_VARCHAR, "character varying"},
    {1082, "date"},
    {1083, "time without time zone"},
    {1114, "timestamp without time zone"},
    {1184, "timestamp with time zone"},
    {1186, "interval"},
    {1231, "numeric[]"},
    {1266, "time with time zone"},
    {OID_NUMERIC, "numeric"},
    {1560, "bit"},
    {1562, "bit varying"},
    {2950, "uuid"},
    {2951, "uuid[]"},
    {3614, "tsvector"},
    {3615, "tsquery"},
    {3807, "jsonb[]"},
    {3904, "int4range"},
    {3906, "numrange"},
    {3908, "tsrange"},
    {3910, "tstzrange"},
    {3912, "daterange"},
    {3926, "int8range"},
    {3802, "jsonb"},
};

static Str built_in(PgOid type)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].oid == type) return str_from(names[i].name);
    return STR_EMPTY;
}

/* A number with precision and scale, a text with a length: what their modifier says. */
static Str with_modifier(Arena *arena, PgOid type, Str name, int modifier)
{
    if (modifier < MODIFIER_HEADER) return name;
    int value = modifier - MODIFIER_HEADER;
    if (type == OID_VARCHAR || type == OID_BPCHAR) return str_fmt(arena, "%.*s(%d)", STR_ARG(name), value);
    if (type == OID_NUMERIC)
        return str_fmt(arena, "%.*s(%d,%d)", STR_ARG(name), (value >> 16) & 0xffff, ((value & 0x7ff) ^ 1024) - 1024);
    return name;
}

static Str key_of(Arena *arena, PgOid type, int modifier)
{
    return str_fmt(arena, "%u.%d", type, modifier);
}

Str pg_type_name(PgConnection *connection, PgOid type, int modifier)
{
    Str name = built_in(type);
    if (name.len && modifier < 0) return name;
    Str key = key_of(connection->arena, type, modifier);
    const Str *known = map_get(&connection->types, key);
    if (known) return *known;
    if (!name.len) return STR_EMPTY;
    Str *kept = ARENA_NEW(connection->arena, Str);
    *kept = with_modifier(connection->arena, type, name, modifier);
    map_put(&connection->types, key, kept);
    return *kept;
}

bool pg_learn_types(PgConnection *connection, const PgResult *result, AdapterError *error)
{
    const PgLibrary *pq = &pg_database(connection)->pq;
    Buf sql;
    buf_init(&sql, error->arena);
    int n = pq->PQnfields(result);
    for (int i = 0; i < n; i++) {
        PgOid type = pq->PQftype(result, i);
        int modifier = pq->PQfmod(result, i);
        if (pg_type_name(connection, type, modifier).len) continue;
        buf_addf(&sql, "%sselect %u, %d, pg_catalog.format_type(%u, %d)", sql.len ? " union all " : "", type, modifier,
                 type, modifier);
    }
    PgResult *answer;
    if (!sql.len) return true;
    if (!pg_ask(connection, buf_str(&sql).ptr, &answer, error)) return false;
    for (int row = 0; row < pq->PQntuples(answer); row++) {
        PgOid type = (PgOid)strtoul(pq->PQgetvalue(answer, row, 0), NULL, 10);
        int modifier = atoi(pq->PQgetvalue(answer, row, 1));
        Str *name = ARENA_NEW(connection->arena, Str);
        *name = str_dup(connection->arena, pg_text(connection, answer, row, 2));
        map_put(&connection->types, key_of(connection->arena, type, modifier), name);
    }
    pq->PQclear(answer);
    return true;
}

/* ---- values ---- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 0;
}

/* "\x00ff"; or the older form, with backslashes and three octal digits. */
static Str bytes_of(Str text, Arena *arena)
{
    char *bytes = arena_alloc(arena, text.len + 1);
    size_t n = 0;
    if (str_starts(text, STR("\\x"))) {
        for (size_t i = 2; i + 1 < text.len; i += 2)
            bytes[n++] = (char)(hex_digit(text.ptr[i]) * 16 + hex_digit(text.ptr[i + 1]));
        return str_n(bytes, n);
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\\' && i + 3 < text.len && text.ptr[i + 1] != '\\') {
            bytes[n++] = (char)((text.ptr[i + 1] - '0') * 64 + (text.ptr[i + 2] - '0') * 8 + (text.ptr[i + 3] - '0'));
            i += 3;
        } else {
            if (text.ptr[i] == '\\') i++;
            if (i < text.len) bytes[n++] = text.ptr[i];
        }
    }
    return str_n(bytes, n);
}

AdapterCell pg_cell(PgOid type, Str text, Arena *arena)
{
    AdapterCell cell = {.type = CELL_TEXT, .text = text};
    int64_t integer;
    switch (type) {
    case OID_BOOL: return (AdapterCell){.type = CELL_INTEGER, .integer = str_eq(text, STR("t"))};
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
    case OID_OID:
        if (str_to_int(text, &integer)) cell = (AdapterCell){.type = CELL_INTEGER, .integer = integer};
        return cell;
    case OID_FLOAT4:
    case OID_FLOAT8: return (AdapterCell){.type = CELL_REAL, .real = strtod(text.ptr, NULL)};
    case OID_BYTEA: return (AdapterCell){.type = CELL_BLOB, .text = bytes_of(text, arena)};
    default: return cell;
    }
}
