/* Rows of a query for a person, as JSON and as CSV. Text is appended to the caller's buffer. */
#ifndef CDBT_CLI_TABLE_H
#define CDBT_CLI_TABLE_H

#include "base/json.h"
#include "run/run.h"

typedef enum TableForm { TABLE_TEXT, TABLE_JSON, TABLE_CSV } TableForm;

/* --output: text or table, json, csv; the empty text is `text`. False after a usage error. */
bool table_form(SpanText word, TableForm *form, DiagSink *sink);
void table_write(Buf *out, const RunTable *table, TableForm form, bool utf8);

/* A table with lines of |, as dbt's show prints it; wide cells are cut. */
void table_text(Buf *out, const RunTable *table, bool utf8);
/* A list of objects, in a writer that may stand inside of something larger. */
void table_json(JsonWriter *json, const RunTable *table);
/* With a header; RFC 4180, lines end in \n. Null is an empty cell, the empty text is "". */
void table_csv(Buf *out, const RunTable *table);

#endif
