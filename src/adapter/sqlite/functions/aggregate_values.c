/* Aggregates that keep their values: median, percentiles, mode; and any_value, string_agg, max_by, min_by.
 *
 * A window frame only ever loses its oldest row, so the values stand in a queue. */
#include "adapter/sqlite/functions/functions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct Sorted {
    sqlite3_value **values; /* from `first` to `end` */
    size_t first, end, cap;
    double fraction;
    bool has_fraction;
} Sorted;

static bool is_number(sqlite3_value *value)
{
    int type = sqlite3_value_type(value);
    return type == SQLITE_INTEGER || type == SQLITE_FLOAT;
}

/* SQLite's order of values: numbers, then text (by bytes), then blobs. */
static int compare_values(sqlite3_value *a, sqlite3_value *b)
{
    bool numbers = is_number(a);
    if (numbers != is_number(b)) return numbers ? -1 : 1;
    if (numbers) {
        if (sqlite3_value_type(a) == SQLITE_INTEGER && sqlite3_value_type(b) == SQLITE_INTEGER) {
            sqlite3_int64 x = sqlite3_value_int64(a), y = sqlite3_value_int64(b);
            return (x > y) - (x < y);
        }
        double x = sqlite3_value_double(a), y = sqlite3_value_double(b);
        return (x > y) - (x < y);
    }
    bool text = sqlite3_value_type(a) == SQLITE_TEXT;
    if (text != (sqlite3_value_type(b) == SQLITE_TEXT)) return text ? -1 : 1;
    const void *p = sqlite3_value_blob(a), *q = sqlite3_value_blob(b);
    int n = sqlite3_value_bytes(a), m = sqlite3_value_bytes(b);
    int order = n && m ? memcmp(p, q, (size_t)(n < m ? n : m)) : 0;
    return order ? order : (n > m) - (n < m);
}

static int compare(const void *a, const void *b)
{
    return compare_values(*(sqlite3_value *const *)a, *(sqlite3_value *const *)b);
}

static void sorted_free(Sorted *s)
{
    for (size_t i = s->first; i < s->end; i++) sqlite3_value_free(s->values[i]);
    sqlite3_free(s->values);
    *s = (Sorted){0};
}

static bool sorted_push(Sorted *s, sqlite3_value *value)
{
    if (s->end == s->cap) {
        if (s->first > s->cap / 2) {
            memmove(s->values, s->values + s->first, (s->end - s->first) * sizeof *s->values);
            s->end -= s->first;
            s->first = 0;
        } else {
            size_t cap = s->cap ? s->cap * 2 : 16;
            sqlite3_value **grown = sqlite3_realloc64(s->values, cap * sizeof *grown);
            if (!grown) return false;
            s->values = grown;
            s->cap = cap;
        }
    }
    sqlite3_value *copy = sqlite3_value_dup(value);
    if (!copy) return false;
    s->values[s->end++] = copy;
    return true;
}

static void sorted_step(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    Sorted *s = sqlite3_aggregate_context(context, sizeof *s);
    if (!s || value_is_null(argv[0])) {
        if (!s) sqlite3_result_error_nomem(context);
        return;
    }
    if (argc == 2 && !s->has_fraction) {
        s->fraction = sqlite3_value_double(argv[1]);
        s->has_fraction = true;
        if (value_is_null(argv[1]) || !(s->fraction >= 0 && s->fraction <= 1)) {
            sqlite3_result_error(context, "the fraction of a percentile must be between 0 and 1", -1);
            return;
        }
    }
    if (!sorted_push(s, argv[0])) sqlite3_result_error_nomem(context);
}

static void sorted_inverse(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    Sorted *s = sqlite3_aggregate_context(context, 0);
    if (s && s->first < s->end && !value_is_null(argv[0])) sqlite3_value_free(s->values[s->first++]);
}

/* The value at `place` (from 0, with a fraction) of sorted numbers; of texts (dates) the nearer one below. */
static void interpolate(sqlite3_context *context, sqlite3_value **sorted, double place)
{
    size_t below = (size_t)floor(place);
    double part = place - (double)below;
    sqlite3_value *a = sorted[below];
    if (!is_number(a)) {
        sqlite3_result_value(context, a);
        return;
    }
    double x = sqlite3_value_double(a);
    if (part > 0 && is_number(sorted[below + 1])) x += (sqlite3_value_double(sorted[below + 1]) - x) * part;
    sqlite3_result_double(context, x);
}

static void most_frequent(sqlite3_context *context, sqlite3_value **sorted, size_t n)
{
    size_t best = 0, best_count = 0;
    for (size_t i = 0, next; i < n; i = next) {
        for (next = i + 1; next < n && compare_values(sorted[i], sorted[next]) == 0;) next++;
        if (next - i > best_count) {
            best = i;
            best_count = next - i;
        }
    }
    sqlite3_result_value(context, sorted[best]);
}

static void sorted_value(sqlite3_context *context)
{
    Sorted *s = sqlite3_aggregate_context(context, 0);
    size_t n = s ? s->end - s->first : 0;
    if (n == 0) {
        sqlite3_result_null(context);
        return;
    }
    /* A copy: a frame that moves on must find its oldest value in front. */
    sqlite3_value **sorted = sqlite3_malloc64(n * sizeof *sorted);
    if (!sorted) {
        sqlite3_result_error_nomem(context);
        return;
    }
    memcpy(sorted, s->values + s->first, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, compare);
    size_t disc = (size_t)ceil(s->fraction * (double)n);
    switch (function_tag(context)) {
    case TAG_MEDIAN: interpolate(context, sorted, 0.5 * (double)(n - 1)); break;
    case TAG_CONT: interpolate(context, sorted, s->fraction * (double)(n - 1)); break;
    case TAG_DISC: sqlite3_result_value(context, sorted[disc ? disc - 1 : 0]); break;
    default: most_frequent(context, sorted, n); break;
    }
    sqlite3_free(sorted);
}

static void sorted_final(sqlite3_context *context)
{
    sorted_value(context);
    Sorted *s = sqlite3_aggregate_context(context, 0);
    if (s) sorted_free(s);
}

const SqlAggregate aggregate_sorted = {sorted_step, sorted_final, sorted_value, sorted_inverse};

/* ---- any_value ---- */

static void any_step(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    sqlite3_value **first = sqlite3_aggregate_context(context, sizeof *first);
    if (first && !*first && !value_is_null(argv[0])) *first = sqlite3_value_dup(argv[0]);
}

static void any_final(sqlite3_context *context)
{
    sqlite3_value **first = sqlite3_aggregate_context(context, 0);
    if (first && *first) {
        sqlite3_result_value(context, *first);
        sqlite3_value_free(*first);
    }
}

const SqlAggregate aggregate_any = {any_step, any_final, NULL, NULL};

/* ---- max_by, min_by ---- */

typedef struct By {
    sqlite3_value *result, *key;
} By;

static void by_step(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    By *by = sqlite3_aggregate_context(context, sizeof *by);
    if (!by || value_is_null(argv[1])) return;
    if (by->key) {
        int order = compare_values(argv[1], by->key);
        if (function_tag(context) == TAG_MAX ? order <= 0 : order >= 0) return;
    }
    sqlite3_value_free(by->result);
    sqlite3_value_free(by->key);
    by->result = sqlite3_value_dup(argv[0]);
    by->key = sqlite3_value_dup(argv[1]);
}

static void by_final(sqlite3_context *context)
{
    By *by = sqlite3_aggregate_context(context, 0);
    if (!by || !by->key) return;
    sqlite3_result_value(context, by->result);
    sqlite3_value_free(by->result);
    sqlite3_value_free(by->key);
}

const SqlAggregate aggregate_by = {by_step, by_final, NULL, NULL};

/* ---- string_agg ---- */

typedef struct Joined {
    sqlite3_str *text;
} Joined;

static void join_step(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    Joined *joined = sqlite3_aggregate_context(context, sizeof *joined);
    if (!joined || value_is_null(argv[0])) return;
    if (!joined->text) {
        joined->text = sqlite3_str_new(sqlite3_context_db_handle(context));
    } else if (argc == 2) {
        Str separator = value_text(argv[1]);
        sqlite3_str_append(joined->text, separator.ptr, (int)separator.len);
    }
    Str piece = value_text(argv[0]);
    sqlite3_str_append(joined->text, piece.ptr, (int)piece.len);
}

static void join_final(sqlite3_context *context)
{
    Joined *joined = sqlite3_aggregate_context(context, 0);
    if (!joined || !joined->text) return;
    int code = sqlite3_str_errcode(joined->text), length = sqlite3_str_length(joined->text);
    char *text = sqlite3_str_finish(joined->text);
    if (code == SQLITE_NOMEM)
        sqlite3_result_error_nomem(context);
    else if (code)
        sqlite3_result_error_toobig(context);
    else if (text)
        sqlite3_result_text(context, text, length, SQLITE_TRANSIENT);
    else
        sqlite3_result_text(context, "", 0, SQLITE_STATIC);
    sqlite3_free(text);
}

const SqlAggregate aggregate_join = {join_step, join_final, NULL, NULL};
