/* Casts that SQLite's CAST does not make (dates, timestamps, truth values) or never refuses. */
#include "adapter/sqlite/functions/functions.h"

#include <math.h>

bool boolean_parse(Str text, bool *value)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = {{"true", true},   {"t", true},  {"yes", true}, {"y", true},  {"on", true},   {"1", true},
                 {"false", false}, {"f", false}, {"no", false}, {"n", false}, {"off", false}, {"0", false}};
    Str s = str_trim(text);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq_nocase(s, str_from(words[i].word))) {
            *value = words[i].value;
            return true;
        }
    return false;
}

static bool cast_boolean(sqlite3_context *context, sqlite3_value *value)
{
    bool truth;
    if (sqlite3_value_type(value) == SQLITE_TEXT) {
        if (!boolean_parse(value_text(value), &truth)) return false;
    } else {
        truth = sqlite3_value_double(value) != 0;
    }
    sqlite3_result_int(context, truth);
    return true;
}

static bool cast_moment(sqlite3_context *context, sqlite3_value *value, bool time)
{
    SqlMoment moment;
    char buffer[MOMENT_TEXT];
    if (sqlite3_value_type(value) != SQLITE_TEXT || !moment_parse(value_text(value), &moment)) return false;
    moment.has_time = time;
    result_text(context, moment_text(&moment, buffer));
    return true;
}

static bool read_number(sqlite3_value *value, double *number)
{
    int type = sqlite3_value_type(value);
    *number = sqlite3_value_double(value);
    if (type == SQLITE_INTEGER || type == SQLITE_FLOAT) return true;
    return type == SQLITE_TEXT && str_to_double(str_trim(value_text(value)), number) && isfinite(*number);
}

static bool cast_integer(sqlite3_context *context, sqlite3_value *value)
{
    int64_t whole;
    double number;
    if (sqlite3_value_type(value) == SQLITE_INTEGER) {
        sqlite3_result_value(context, value);
        return true;
    }
    if (sqlite3_value_type(value) == SQLITE_TEXT && str_to_int(str_trim(value_text(value)), &whole)) {
        sqlite3_result_int64(context, whole);
        return true;
    }
    if (!read_number(value, &number) || number >= 9223372036854775808.0 || number < -9223372036854775808.0)
        return false;
    sqlite3_result_int64(context, (int64_t)round(number));
    return true;
}

static bool cast_number(sqlite3_context *context, sqlite3_value *value)
{
    double number;
    if (!read_number(value, &number)) return false;
    sqlite3_result_double(context, number);
    return true;
}

/* ---- casts that refuse ---- */

void fn_cast(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    if (null_in_null_out(context, argc, argv)) return;
    bool ok = false;
    const char *what = "";
    switch (function_tag(context)) {
    case TAG_BOOLEAN:
        ok = cast_boolean(context, argv[0]);
        what = "boolean";
        break;
    case TAG_INTEGER:
        ok = cast_integer(context, argv[0]);
        what = "whole number of 64 bits";
        break;
    case TAG_NUMBER:
        ok = cast_number(context, argv[0]);
        what = "number";
        break;
    case TAG_DATE:
        ok = cast_moment(context, argv[0], false);
        what = "date";
        break;
    default:
        ok = cast_moment(context, argv[0], true);
        what = "timestamp";
        break;
    }
    if (!ok) result_error(context, "cast: '%.*s' is no %s", STR_ARG(value_text(argv[0])), what);
}

/* ---- try_cast ---- */

static bool is_type(Str name, const char *const *words)
{
    for (; *words; words++)
        if (str_eq_nocase(name, str_from(*words))) return true;
    return false;
}

void fn_try_cast(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    static const char *const integers[] = {"int",  "integer", "bigint", "smallint", "tinyint", "int2",
                                           "int4", "int8",    "int64",  "hugeint",  "signed",  NULL};
    static const char *const numbers[] = {"double", "double precision", "float",   "float4", "float8", "float64",
                                          "real",   "numeric",          "decimal", "number", NULL};
    static const char *const texts[] = {"text", "varchar", "char", "character varying", "string", "nvarchar", NULL};
    static const char *const booleans[] = {"boolean", "bool", NULL};
    static const char *const timestamps[] = {
        "timestamp", "datetime", "timestamptz", "timestamp_ntz", "timestamp_tz", "timestamp without time zone", NULL};
    if (null_in_null_out(context, argc, argv)) return;
    Str type = value_text(argv[1]);
    Str name = str_trim(str_slice(type, 0, str_find_char(type, '(', 0)));
    if (is_type(name, integers)) {
        cast_integer(context, argv[0]);
    } else if (is_type(name, numbers)) {
        cast_number(context, argv[0]);
    } else if (is_type(name, texts)) {
        result_text(context, value_text(argv[0]));
    } else if (is_type(name, booleans)) {
        cast_boolean(context, argv[0]);
    } else if (str_eq_nocase(name, STR("date"))) {
        cast_moment(context, argv[0], false);
    } else if (is_type(name, timestamps)) {
        cast_moment(context, argv[0], true);
    } else {
        result_error(context, "try_cast: '%.*s' is no type that it knows", STR_ARG(type));
    }
}
