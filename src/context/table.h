/* The inside of Table, for the two files that make it.
 *
 * Everything lives in the render arena. Thread rule: as context.h. */
#ifndef CDBT_CONTEXT_TABLE_H
#define CDBT_CONTEXT_TABLE_H

#include "context/internal.h"

struct Table {
    Object head;
    Context *ctx;
    Str *names, *types;
    size_t column_count, row_count, row_cap;
    bool rows_away; /* of a seed: they are loaded in bulk and cannot be looked at */
    Value **cells; /* by column, then row */
};

extern const ObjectClass table_class;
extern const NativeEntry table_methods[];

static inline Arena *arena_of(const Table *table)
{
    return table->ctx->arena;
}

Value table_row(const Table *table, size_t index); /* a Row object */
Value table_row_dict(const Table *table, size_t row);
/* By exact name, then without regard to case. */
bool table_find_column(const Table *table, Str name, size_t *index);
/* The rows' numbers in the order of some columns: stable, nulls last. */
size_t *table_sorted_rows(const Table *table, const size_t *columns, size_t count, bool reverse);
Str table_column_type(const Table *table, size_t column); /* agate's: Text, Number, Boolean */

/* The struct that begins with an object's head. */
#define FROM(T, object)                                                                                                \
    (((union {                                                                                                         \
         const Object *in;                                                                                             \
         T *out;                                                                                                       \
     }){.in = (object)})                                                                                               \
         .out)

#endif
