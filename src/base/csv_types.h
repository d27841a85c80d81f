/* The types of a CSV's columns, guessed from all their values, and values of those types.
 *
 * dbt's guess (agate with dbt's types: number, date, timestamp, boolean, text; the empty cell and "null" in any case are
 * null, blanks around a value count for nothing) with one difference on purpose: a guess never loses anything. A column
 * is a number only if every value would print back as it stands but for zeros at the end of its decimals: `007`, `+49`,
 * `1,000`, `$5`, `50%`, `1e5`, `NaN` and integers beyond 64 bits make it text. Dates and timestamps become ISO text, as
 * dbt stores them on SQLite: 2020-1-5 is 2020-01-05, 2020-01-05T10:00Z is 2020-01-05 10:00:00+00:00; of the ISO forms
 * only the extended ones are taken (dbt also takes week dates and forms without dashes: text here).
 *
 * Thread rule: pure functions; a CsvTypes belongs to one thread at a time. */
#ifndef CDBT_BASE_CSV_TYPES_H
#define CDBT_BASE_CSV_TYPES_H

#include "base/str.h"

typedef enum CsvType { CSV_TEXT, CSV_INTEGER, CSV_NUMBER, CSV_BOOLEAN, CSV_DATE, CSV_TIMESTAMP } CsvType;

/* The guess about one column while rows are fed. Zero-initialise with csv_guess_init. */
typedef struct CsvGuess {
    unsigned possible; /* which types all values so far had */
    bool any; /* there was a value that is not null */
} CsvGuess;

void csv_guess_init(CsvGuess *guess);
void csv_guess_feed(CsvGuess *guess, Str cell);
/* As if both had been fed into the one. */
void csv_guess_merge(CsvGuess *guess, const CsvGuess *other);
/* A column without any value is an integer column, as in dbt. */
CsvType csv_guess_type(const CsvGuess *guess);
const char *csv_type_word(CsvType type); /* "integer" */

/* dbt's null values. */
bool csv_is_null(Str cell);

typedef enum CsvValueKind { CSV_VALUE_NULL, CSV_VALUE_INTEGER, CSV_VALUE_REAL, CSV_VALUE_TEXT } CsvValueKind;

typedef struct CsvValue {
    CsvValueKind kind;
    int64_t integer; /* booleans too: 0 or 1 */
    double real;
    Str text; /* the cell itself, or text in the value's buffer */
    char buffer[48];
} CsvValue;

/* The value of a cell; false if it is none of that type (a guessed type fits all cells). Text in `value->buffer` lives as
 * long as the value stays where it is. */
bool csv_value(CsvType type, Str cell, CsvValue *value);

#endif
