/* `schema.table` in SQL for an engine where a schema is a prefix of names: what "s__t" has to be written instead.
 *
 * SQL that was written by hand names relations so (`insert into {{ target.schema }}.audit ..`); ref() and source() give the
 * right name by themselves. Ownership: everything in the arena. Thread rule: pure functions. */
#ifndef CDBT_SQL_QUALIFIED_H
#define CDBT_SQL_QUALIFIED_H

#include "sql/rewrite.h"
#include "sql/scope.h"

/* The bytes [start, end) become `text`. */
typedef struct SqlRenamed {
    size_t start, end;
    Str text;
} SqlRenamed;

/* Ascending. `scopes` are those of the same text. */
const SqlRenamed *sql_qualified(Arena *arena, const SqlSyntax *syntax, Str sql, const SqlScopes *scopes,
                                const SqlDatabases *databases, size_t *count);

#endif
