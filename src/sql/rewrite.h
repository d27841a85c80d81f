/* SQL written for other engines, made readable for SQLite: a rewrite of tokens, with a map between old and new places.
 *
 * What is rewritten, wherever it stands outside of strings and comments (left: as written; right: what SQLite gets):
 *
 *   x::integer               cast(cast_integer(x) as integer)       x::numeric(10, 2)   cast(round(cast_number(x), 2) as real)
 *   x::date                  cast(cast_date(x) as text)             x::boolean          cast(cast_boolean(x) as integer)
 *   x::varchar               cast(x as text)                        x::json             json(x)
 *   cast(x as date)          as x::date: SQLite's own cast would make 2024 of '2024-01-05'; so for timestamps, times, booleans
 *   try_cast(x as int)       try_cast(x, 'int')                     safe_cast likewise
 *   extract(year from x)     date_part('year', x)
 *   datediff(day, a, b)      datediff('day', a, b)                  dateadd, date_trunc, date_part, date_diff likewise
 *   x + interval '1 day'     dateadd('day', 1, x)                  also - interval, interval 1 day, interval (n) day
 *   date '2024-01-05'        cast_date('2024-01-05')                timestamp likewise
 *   a ilike b                a like b                               SQLite's like ignores case
 *   left(x, 1), right(x, 1)  "left"(x, 1)                           key words to SQLite before 3.41
 *   if(a, b, c), iff(...)    iif(a, b, c)
 *   current_date()           current_date                           current_timestamp(), getdate() likewise
 *   union distinct           union                                  except and intersect likewise
 *   percentile_cont(0.5) within group (order by x)   percentile_cont(x, 0.5)   percentile_disc and mode likewise
 *   with t as (select * from t)           with t as (select * from main.t)     see scope.h
 *   (select 1) union all (select 2)       select * from (select 1) union all select * from (select 2)
 *   from s.t                 from "s__t" as t                      unless s is a file: schemas are prefixes of names (qualified.h);
 *   insert into s.t          insert into "s__t"                    create, drop, alter, update, d.s.t likewise
 *   byte-order mark          nothing
 *
 * Only what SQLite would refuse, or misunderstand in the two cases of dates, is touched; anything else comes through byte by
 * byte, and text without any of it is returned itself. The functions are those of SQLite's function pack.
 * Ownership: everything in the arena, or the text itself. Thread rule: pure functions. */
#ifndef CDBT_SQL_REWRITE_H
#define CDBT_SQL_REWRITE_H

#include "base/str.h"

/* Bytes [old_start, old_end) of the old text became [new_start, new_end) of the new one; sorted, without overlap. */
typedef struct SqlEdit {
    size_t old_start, old_end, new_start, new_end;
} SqlEdit;

typedef struct SqlRewritten {
    Str text;
    SqlEdit *edits;
    size_t edit_count;
} SqlRewritten;

/* Whether `name` is a database of its own there: main, temp, an attached file. */
typedef struct SqlDatabases {
    bool (*known)(const void *data, Str name);
    const void *data;
} SqlDatabases;

/* Without `databases` (NULL) names in parts stay as they are. */
SqlRewritten sql_rewrite_for_sqlite(Arena *arena, Str sql, const SqlDatabases *databases);
/* Where a place of the new text was in the old one; inside of inserted text the place it was inserted at. */
size_t sql_old_offset(const SqlRewritten *rewritten, size_t new_offset);
size_t sql_new_offset(const SqlRewritten *rewritten, size_t old_offset);

#endif
