/* Rows of a query for a person, and as JSON. Text is appended to the caller's buffer. */
#ifndef CDBT_CLI_TABLE_H
#define CDBT_CLI_TABLE_H

#include "run/run.h"

/* A table with lines of |, as dbt's show prints it; wide cells are cut. */
void table_text(Buf *out, const RunTable *table, bool utf8);
/* A list of objects. */
void table_json(Buf *out, const RunTable *table);

#endif
