/* The function pack: what analytics SQL expects and SQLite lacks, registered in every connection.
 *
 * functions.def lists each function with its arguments, null rule and the source of its definition. All are pure functions
 * of their arguments but for now() and uuid(), so that they may stand in views and indexes.
 * The same files, compiled with CDBT_LOADABLE, make the loadable extension (extension.c).
 * Thread rule: as the connection that they are registered in. */
#ifndef CDBT_ADAPTER_SQLITE_FUNCTIONS_FUNCTIONS_H
#define CDBT_ADAPTER_SQLITE_FUNCTIONS_FUNCTIONS_H

#include "base/str.h"

#ifdef CDBT_LOADABLE
#include <sqlite3ext.h>
extern const sqlite3_api_routines *sqlite3_api;
#else
#include <sqlite3.h>
#endif

/* Registers all functions and table-valued functions; a SQLite result code. */
int sqlite_functions_register(sqlite3 *handle);

/* One entry of the pack, as documentation needs it. */
typedef struct SqlFunctionInfo {
    const char *name, *arguments, *nulls, *meaning, *source;
} SqlFunctionInfo;

extern const SqlFunctionInfo sqlite_functions[];
extern const size_t sqlite_function_count;

/* ---- for the files of the pack ---- */

/* A value as text, empty for null. Valid until the value changes. */
Str value_text(sqlite3_value *value);
bool value_is_null(sqlite3_value *value);
/* True, with the result set to null, if one of the arguments is null. */
bool null_in_null_out(sqlite3_context *context, int argc, sqlite3_value **argv);
void result_text(sqlite3_context *context, Str text); /* copied */
void result_error(sqlite3_context *context, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The name that the function was registered under is not known to it: files give it in messages themselves. */

/* A moment: microseconds since 1970 in UTC, and whether a time of day was written. */
typedef struct SqlMoment {
    int64_t us;
    bool has_time;
} SqlMoment;

/* Reads 2020-01-05, 2020-01-05 10:00[:00[.123]] or with T, with Z or an offset (then converted to UTC, as SQLite's own
 * functions do). False if it is none. */
bool moment_parse(Str text, SqlMoment *moment);
/* Whether text is true or false in one of PostgreSQL's spellings. */
bool boolean_parse(Str text, bool *value);

enum { MOMENT_TEXT = 40 };
Str moment_text(const SqlMoment *moment, char buffer[MOMENT_TEXT]);

#define SCALAR(function) void function(sqlite3_context *context, int argc, sqlite3_value **argv)
#define FUNCTION(name, least, most, function, tag, arguments, nulls, meaning, source) SCALAR(function);
#define VOLATILE(name, least, most, function, tag, arguments, nulls, meaning, source) SCALAR(function);
#define FALLBACK(name, least, most, function, tag, arguments, nulls, meaning, source) SCALAR(function);
#define AGGREGATE(name, least, most, kind, tag, arguments, nulls, meaning, source)
#include "adapter/sqlite/functions/functions.def"
#undef FUNCTION
#undef VOLATILE
#undef FALLBACK
#undef AGGREGATE

/* The four callbacks of an aggregate; without `inverse` it cannot be a window function. */
typedef struct SqlAggregate {
    void (*step)(sqlite3_context *context, int argc, sqlite3_value **argv);
    void (*final)(sqlite3_context *context);
    void (*value)(sqlite3_context *context);
    void (*inverse)(sqlite3_context *context, int argc, sqlite3_value **argv);
} SqlAggregate;

extern const SqlAggregate aggregate_sorted; /* median, percentiles, mode: keeps the values */
extern const SqlAggregate aggregate_moments; /* variances, covariances, correlation */
extern const SqlAggregate aggregate_boolean; /* bool_and, bool_or, count_if */
extern const SqlAggregate aggregate_any; /* any_value */
extern const SqlAggregate aggregate_join; /* string_agg */
extern const SqlAggregate aggregate_by; /* max_by, min_by */

int series_register(sqlite3 *handle);

/* What one callback does for several names: the tag of functions.def. */
enum SqlTag {
    TAG_NONE,
    TAG_MEDIAN,
    TAG_CONT,
    TAG_DISC,
    TAG_MODE,
    TAG_VAR_SAMP,
    TAG_VAR_POP,
    TAG_STDDEV_SAMP,
    TAG_STDDEV_POP,
    TAG_COVAR_SAMP,
    TAG_COVAR_POP,
    TAG_CORR,
    TAG_AND,
    TAG_OR,
    TAG_COUNT,
    TAG_MAX,
    TAG_MIN,
    TAG_LEFT,
    TAG_RIGHT,
    TAG_MD5,
    TAG_SHA1,
    TAG_SHA256,
    TAG_SHA512,
    TAG_YEAR,
    TAG_QUARTER,
    TAG_MONTH,
    TAG_WEEK,
    TAG_DAY,
    TAG_DAYOFWEEK,
    TAG_DAYOFYEAR,
    TAG_HOUR,
    TAG_MINUTE,
    TAG_SECOND,
    TAG_LIKE,
    TAG_DATE,
    TAG_TIMESTAMP,
    TAG_BOOLEAN,
    TAG_INTEGER,
    TAG_NUMBER,
    TAG_LN,
    TAG_LOG,
    TAG_LOG2,
    TAG_EXP,
    TAG_SQRT,
    TAG_CEIL,
    TAG_FLOOR,
    TAG_TRUNC,
    TAG_POWER,
    TAG_MOD,
    TAG_PI,
};

enum SqlTag function_tag(sqlite3_context *context);

#endif
