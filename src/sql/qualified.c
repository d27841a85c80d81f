#include "sql/qualified.h"

#include "base/map.h"
#include "base/vec.h"

#include <stdlib.h>

typedef struct Qualifier {
    Arena *arena;
    Str sql;
    const SqlDatabases *databases;
    VEC(SqlToken) tokens;
    VEC(SqlRenamed) renamed;
    Map read; /* "schema.table" in lower case: names that columns may stand behind */
} Qualifier;

static SqlToken at(const Qualifier *q, size_t i)
{
    return i < q->tokens.n ? q->tokens.at[i] : (SqlToken){SQL_END, q->sql.len, q->sql.len};
}

static bool word(const Qualifier *q, size_t i, const char *w)
{
    return sql_is_word(q->sql, at(q, i), w);
}

static bool is_name(const Qualifier *q, size_t i)
{
    return at(q, i).kind == SQL_NAME || at(q, i).kind == SQL_QUOTED_NAME;
}

static Str name_at(const Qualifier *q, size_t i)
{
    return sql_name_text(q->arena, q->sql, at(q, i));
}

static Str written(const Qualifier *q, size_t i)
{
    return str_slice(q->sql, at(q, i).start, at(q, i).end);
}

static bool is_database(const Qualifier *q, Str name)
{
    return str_eq_nocase(name, STR("main")) || str_eq_nocase(name, STR("temp")) ||
           q->databases->known(q->databases->data, name);
}

static Str prefixed(const Qualifier *q, Str schema, Str name)
{
    Buf out;
    buf_init(&out, q->arena);
    buf_addc(&out, '"');
    Str whole =
        str_eq_nocase(schema, STR("main")) ? name : str_fmt(q->arena, "%.*s__%.*s", STR_ARG(schema), STR_ARG(name));
    for (size_t i = 0; i < whole.len; i++) {
        if (whole.ptr[i] == '"') buf_addc(&out, '"');
        buf_addc(&out, whole.ptr[i]);
    }
    buf_addc(&out, '"');
    return buf_str(&out);
}

static size_t token_at(const Qualifier *q, size_t offset)
{
    size_t low = 0, high = q->tokens.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (q->tokens.at[middle].start < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Is token i an alias, or the `as` before one? What follows a relation otherwise are these words and punctuation. */
static bool has_alias(const Qualifier *q, size_t i)
{
    static const char *const follow[] = {"where",   "group",     "order", "having", "limit",  "offset", "union",
                                         "except",  "intersect", "join",  "inner",  "left",   "right",  "full",
                                         "cross",   "natural",   "on",    "using",  "window", "set",    "returning",
                                         "indexed", "not",       "from",  NULL};
    if (!is_name(q, i)) return false;
    for (const char *const *w = follow; *w; w++)
        if (word(q, i, *w)) return false;
    return true;
}

static Str column_key(const Qualifier *q, size_t schema)
{
    return str_lower(q->arena,
                     str_fmt(q->arena, "%.*s.%.*s", STR_ARG(name_at(q, schema)), STR_ARG(name_at(q, schema + 2))));
}

static void rename_to(Qualifier *q, size_t i, Str schema)
{
    if (!word(q, i, "rename") || !word(q, i + 1, "to") || !is_name(q, i + 2) || at(q, i + 3).kind == SQL_DOT) return;
    vec_push(q->arena, &q->renamed,
             (SqlRenamed){at(q, i + 2).start, at(q, i + 2).end, prefixed(q, schema, name_at(q, i + 2))});
}

static void relation(Qualifier *q, const SqlDotted *dotted)
{
    size_t first = token_at(q, dotted->at), schema = first, last = first + 2;
    if (!is_name(q, last)) return;
    if (at(q, last + 1).kind == SQL_DOT && is_name(q, last + 2)) {
        schema = last;
        last += 2;
        if (is_database(q, name_at(q, first)) && !str_eq_nocase(name_at(q, first), STR("main"))) return;
    } else if (is_database(q, name_at(q, schema))) {
        return;
    }
    if (dotted->read && at(q, last + 1).kind == SQL_OPEN) return; /* a function with a table of results */
    Str name = prefixed(q, name_at(q, schema), name_at(q, last));
    if (dotted->read && !has_alias(q, last + 1))
        name = str_fmt(q->arena, "%.*s as %.*s", STR_ARG(name), STR_ARG(written(q, last)));
    vec_push(q->arena, &q->renamed, (SqlRenamed){at(q, first).start, at(q, last).end, name});
    if (dotted->read) map_put(&q->read, column_key(q, schema), q);
    rename_to(q, last + 1, name_at(q, schema));
}

/* s.t.column: SQLite knows the relation by its last part now. */
static void columns(Qualifier *q)
{
    for (size_t i = 0; i + 4 < q->tokens.n; i++) {
        bool dots = is_name(q, i) && at(q, i + 1).kind == SQL_DOT && is_name(q, i + 2) && at(q, i + 3).kind == SQL_DOT;
        if (!dots || (i && at(q, i - 1).kind == SQL_DOT) || !map_get(&q->read, column_key(q, i))) continue;
        vec_push(q->arena, &q->renamed, (SqlRenamed){at(q, i).start, at(q, i + 2).start, STR_EMPTY});
        i += 4;
    }
}

static int by_place(const void *a, const void *b)
{
    const SqlRenamed *x = a, *y = b;
    return (x->start > y->start) - (x->start < y->start);
}

const SqlRenamed *sql_qualified(Arena *arena, const SqlSyntax *syntax, Str sql, const SqlScopes *scopes,
                                const SqlDatabases *databases, size_t *count)
{
    *count = 0;
    if (!scopes->dotted_count || !databases) return NULL;
    Qualifier q = {.arena = arena, .sql = sql, .databases = databases};
    map_init(&q.read, arena);
    SqlScanner scanner = sql_scanner(syntax, sql);
    for (SqlToken t; (t = sql_next(&scanner)).kind != SQL_END;) vec_push(arena, &q.tokens, t);
    for (size_t i = 0; i < scopes->dotted_count; i++) relation(&q, &scopes->dotted[i]);
    if (q.renamed.n) columns(&q);
    if (q.renamed.n) qsort(q.renamed.at, q.renamed.n, sizeof *q.renamed.at, by_place);
    *count = q.renamed.n;
    return q.renamed.at;
}
