/* What templates get of a database's cells: the values that dbt's tables hold. Numbers with a fraction are decimals, dates and
 * times are objects of modules.datetime, lists and mappings are text in JSON. */
#include "context/datetime.h"
#include "context/internal.h"
#include "template/decimal.h"
#include "template/library.h"

#include <string.h>

static bool named(Str type, const char *name)
{
    Str plain = str_from(name);
    return str_starts(type, plain) &&
           (type.len == plain.len || type.ptr[plain.len] == '(' || type.ptr[plain.len] == ' ');
}

/* "2026-01-31" and what may follow; not "infinity", nor a year before Christ or of five digits. */
static bool is_date(Str text)
{
    for (size_t i = 0; i < 10; i++)
        if (i >= text.len || (i == 4 || i == 7 ? text.ptr[i] != '-' : text.ptr[i] < '0' || text.ptr[i] > '9'))
            return false;
    return !str_ends(text, STR("BC"));
}

static bool moment_of(TplCall *call, Str text, MomentKind kind, Value *result)
{
    Moment *moment;
    if (!is_date(text) || !moment_fromisoformat(call, text, kind, &moment)) return false;
    *result = moment_value(moment);
    return true;
}

/* ---- intervals ---- */

/* "1 year 2 mons -3 days 04:05:06.5": a year has 365 days there and a month 30, as the driver of dbt counts. */
static bool interval_us(Str text, int64_t *us)
{
    Str word;
    int64_t number = 0;
    bool have = false;
    *us = 0;
    for (Str rest = text; str_split_next(&rest, ' ', &word);) {
        if (str_to_int(word, &number)) {
            have = true;
        } else if (have) {
            int64_t days = str_starts(word, STR("year"))  ? 365
                           : str_starts(word, STR("mon")) ? 30
                           : str_starts(word, STR("day")) ? 1
                                                          : 0;
            if (!days || number > 4000000 || number < -4000000) return false;
            *us += number * days * DAY_US;
            have = false;
        } else {
            bool negative = str_starts(word, STR("-"));
            if (negative) word = str_slice(word, 1, word.len);
            int64_t hours, minutes;
            double seconds;
            size_t first = str_find_char(word, ':', 0),
                   second = first == STR_NPOS ? first : str_find_char(word, ':', first + 1);
            if (second == STR_NPOS || !str_to_int(str_slice(word, 0, first), &hours) ||
                !str_to_int(str_slice(word, first + 1, second), &minutes) ||
                !str_to_double(str_slice(word, second + 1, word.len), &seconds) || hours > 100000000)
                return false;
            int64_t time = (hours * 3600 + minutes * 60) * SECOND_US + (int64_t)(seconds * SECOND_US + 0.5);
            *us += negative ? -time : time;
        }
    }
    return !have;
}

/* ---- arrays ---- */

/* The elements of "{1,NULL,\"a b\",{2}}" as a list, each by the type of the elements. */
static bool array_items(TplCall *call, Str text, size_t *at, Str type, Value *result)
{
    *result = value_list(call->arena);
    if (*at >= text.len || text.ptr[*at] != '{') return false;
    ++*at;
    if (*at < text.len && text.ptr[*at] == '}') return ++*at, true;
    for (;;) {
        Value item;
        if (*at < text.len && text.ptr[*at] == '{') {
            if (!array_items(call, text, at, type, &item)) return false;
        } else {
            Buf word;
            buf_init(&word, call->arena);
            bool quoted = *at < text.len && text.ptr[*at] == '"';
            if (quoted) ++*at;
            while (*at < text.len && (quoted ? text.ptr[*at] != '"' : text.ptr[*at] != ',' && text.ptr[*at] != '}')) {
                if (text.ptr[*at] == '\\' && *at + 1 < text.len) ++*at;
                buf_addc(&word, text.ptr[(*at)++]);
            }
            if (quoted) ++*at;
            Str plain = buf_str(&word);
            int64_t integer;
            double real;
            item = value_str(plain);
            if (!quoted && str_eq(plain, STR("NULL")))
                item = VALUE_NONE;
            else if (str_eq(type, STR("boolean")))
                item = value_bool(str_eq(plain, STR("t")));
            else if ((named(type, "integer") || named(type, "bigint") || named(type, "smallint")) &&
                     str_to_int(plain, &integer))
                item = value_int(integer);
            else if ((named(type, "numeric") || named(type, "double precision") || named(type, "real")) &&
                     str_to_double(plain, &real))
                item = value_float(real);
            else if (named(type, "timestamp"))
                item = value_str(str_replace(call->arena, plain, STR(" "), STR("T")));
        }
        list_push(result->u.list, item);
        if (*at >= text.len) return false;
        if (text.ptr[(*at)++] == '}') return true;
    }
}

/* The arrays of which dbt's driver makes lists; others stay text. */
static bool driver_reads(Str type)
{
    static const char *const types[] = {"boolean",   "smallint", "integer", "bigint",    "real", "double precision",
                                        "numeric",   "text",     "date",    "timestamp", "time", "character varying",
                                        "character", "interval"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (named(type, types[i])) return true;
    return false;
}

static Value as_json(TplCall *call, Value v, Str text)
{
    Buf out;
    buf_init(&out, call->arena);
    JsonStyle style = {.indent = -1};
    return value_to_json(call, v, &style, &out) ? value_str(buf_str(&out)) : value_str(text);
}

/* ---- a cell ---- */

static Value value_of_text(TplCall *call, Str text, Str type)
{
    Value v;
    int64_t us;
    if (named(type, "numeric") && decimal_read(call->arena, text, &v)) return v;
    if (str_eq(type, STR("date")) && moment_of(call, text, MOMENT_DATE, &v)) return v;
    if (str_starts(type, STR("timestamp")) && moment_of(call, text, MOMENT_DATETIME, &v)) return v;
    if (str_starts(type, STR("time ")) && text.len > 8 && text.ptr[8] == '.') {
        Moment *time;
        if (moment_fromisoformat(call, text, MOMENT_TIME, &time))
            return value_str(value_to_str(call->arena, moment_value(time)));
    }
    if (str_starts(type, STR("interval")) && interval_us(text, &us))
        return value_str(value_to_str(call->arena, delta_value(call->arena, us)));
    if (str_ends(type, STR("[]")) && driver_reads(str_slice(type, 0, type.len - 2))) {
        size_t at = text.len && text.ptr[0] == '[' ? str_find_char(text, '{', 0) : 0; /* "[0:1]={..}" */
        if (at != STR_NPOS && array_items(call, text, &at, str_slice(type, 0, type.len - 2), &v) && at == text.len)
            return as_json(call, v, text);
    }
    if ((str_eq(type, STR("json")) || str_eq(type, STR("jsonb"))) && text.len &&
        (text.ptr[0] == '{' || text.ptr[0] == '[')) {
        Str problem;
        if (value_from_json(call->arena, text, &v, &problem)) return as_json(call, v, text);
    }
    return value_str(text);
}

Value value_of_cell(TplCall *call, const AdapterCell *cell, Str type)
{
    Arena *arena = call_context(call)->arena;
    Value v;
    switch (cell->type) {
    case CELL_NULL: return VALUE_NONE;
    case CELL_INTEGER:
        if (str_eq_nocase(type, STR("boolean")) || str_eq_nocase(type, STR("bool")))
            return value_bool(cell->integer != 0);
        return value_int(cell->integer);
    case CELL_REAL:
        /* By the digits that it is printed with. */
        if (decimal_read(arena, value_to_str(arena, value_float(cell->real)), &v)) return v;
        return value_float(cell->real);
    case CELL_TEXT: return value_of_text(call, str_dup(arena, cell->text), type);
    case CELL_BLOB: return value_str(str_dup(arena, cell->text));
    }
    return VALUE_NONE;
}
