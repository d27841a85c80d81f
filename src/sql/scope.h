/* What other engines understand otherwise than SQLite, found by the shape of a query:
 *
 *   with orders as (select * from orders)       The inner `orders` is the table: a name of a `with` is not known inside of
 *                                               its own body, nor in those before it. SQLite calls that circular.
 *   (select 1) union all (select 2)             Operands in parentheses.
 *
 * and where relations are named in parts (s.t, d.s.t), which means a file to SQLite and a schema to other engines.
 *
 * Results are byte offsets into the text, ascending, in the arena. The work is linear in the text, also for nonsense.
 * Thread rule: pure functions. */
#ifndef CDBT_SQL_SCOPE_H
#define CDBT_SQL_SCOPE_H

#include "sql/scan.h"

typedef struct SqlOffsets {
    size_t *at;
    size_t n;
} SqlOffsets;

/* A relation's name in parts. */
typedef struct SqlDotted {
    size_t at;
    bool read; /* in `from`, `join` or `update`: its last part can stand before columns */
} SqlDotted;

typedef struct SqlScopes {
    SqlOffsets hidden_tables; /* names that mean a table and need a schema before them to say so */
    SqlOffsets bare_operands; /* parentheses that need `select * from` before them */
    const SqlDotted *dotted;
    size_t dotted_count;
} SqlScopes;

SqlScopes sql_scopes(Arena *arena, const SqlSyntax *syntax, Str sql);

#endif
