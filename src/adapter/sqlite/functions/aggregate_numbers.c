/* Aggregates over numbers that keep a few sums: variances, covariances, correlation, truth values.
 *
 * Means and squared deviations are updated value by value (Welford's method, also backwards for windows), which does not
 * lose digits when the mean is large. */
#include "adapter/sqlite/functions/functions.h"

#include <math.h>

typedef struct Moments {
    int64_t n;
    double mean_x, mean_y, square_x, square_y, product; /* sums of squared deviations, and of their products */
} Moments;

/* Numbers as SQLite's sum() takes them: text counts as what it begins with. */
static bool read_pair(int argc, sqlite3_value **argv, double *y, double *x)
{
    if (value_is_null(argv[0]) || (argc == 2 && value_is_null(argv[1]))) return false;
    *y = sqlite3_value_double(argv[0]);
    *x = argc == 2 ? sqlite3_value_double(argv[1]) : *y;
    return true;
}

static void moments_step(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    Moments *m = sqlite3_aggregate_context(context, sizeof *m);
    double y, x;
    if (!m || !read_pair(argc, argv, &y, &x)) return;
    m->n++;
    double dx = x - m->mean_x, dy = y - m->mean_y, n = (double)m->n;
    m->mean_x += dx / n;
    m->mean_y += dy / n;
    m->square_x += dx * (x - m->mean_x);
    m->square_y += dy * (y - m->mean_y);
    m->product += dx * (y - m->mean_y);
}

static void moments_inverse(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    Moments *m = sqlite3_aggregate_context(context, 0);
    double y, x;
    if (!m || !read_pair(argc, argv, &y, &x)) return;
    if (--m->n == 0) {
        *m = (Moments){0};
        return;
    }
    double dx = x - m->mean_x, dy = y - m->mean_y, n = (double)m->n;
    m->mean_x -= dx / n;
    m->mean_y -= dy / n;
    m->square_x -= dx * (x - m->mean_x);
    m->square_y -= dy * (y - m->mean_y);
    m->product -= dx * (y - m->mean_y);
    if (m->square_x < 0) m->square_x = 0;
    if (m->square_y < 0) m->square_y = 0;
}

static void moments_value(sqlite3_context *context)
{
    const Moments *m = sqlite3_aggregate_context(context, 0);
    enum SqlTag tag = function_tag(context);
    bool sample = tag == TAG_VAR_SAMP || tag == TAG_STDDEV_SAMP || tag == TAG_COVAR_SAMP;
    if (!m || m->n < (sample ? 2 : 1)) {
        sqlite3_result_null(context);
        return;
    }
    double n = (double)(sample ? m->n - 1 : m->n);
    switch (tag) {
    case TAG_VAR_SAMP:
    case TAG_VAR_POP: sqlite3_result_double(context, m->square_y / n); break;
    case TAG_STDDEV_SAMP:
    case TAG_STDDEV_POP: sqlite3_result_double(context, sqrt(m->square_y / n)); break;
    case TAG_COVAR_SAMP:
    case TAG_COVAR_POP: sqlite3_result_double(context, m->product / n); break;
    default:
        /* SQLite turns the NaN of a correlation without spread into null by itself, but a tiny rest must not count. */
        if (m->square_x > 0 && m->square_y > 0)
            sqlite3_result_double(context, m->product / (sqrt(m->square_x) * sqrt(m->square_y)));
        else
            sqlite3_result_null(context);
        break;
    }
}

const SqlAggregate aggregate_moments = {moments_step, moments_value, moments_value, moments_inverse};

/* ---- truth values ---- */

typedef struct Truth {
    int64_t yes, no;
} Truth;

static bool is_true(sqlite3_value *value)
{
    bool truth;
    if (sqlite3_value_type(value) == SQLITE_TEXT && boolean_parse(value_text(value), &truth)) return truth;
    return sqlite3_value_double(value) != 0;
}

static void count_truth(sqlite3_context *context, sqlite3_value *value, int64_t by)
{
    Truth *truth = sqlite3_aggregate_context(context, sizeof *truth);
    if (!truth || value_is_null(value)) return;
    *(is_true(value) ? &truth->yes : &truth->no) += by;
}

static void boolean_step(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    count_truth(context, argv[0], 1);
}

static void boolean_inverse(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    count_truth(context, argv[0], -1);
}

static void boolean_value(sqlite3_context *context)
{
    const Truth *truth = sqlite3_aggregate_context(context, 0);
    int64_t yes = truth ? truth->yes : 0, no = truth ? truth->no : 0;
    if (function_tag(context) == TAG_COUNT)
        sqlite3_result_int64(context, yes);
    else if (yes + no == 0)
        sqlite3_result_null(context);
    else
        sqlite3_result_int(context, function_tag(context) == TAG_AND ? no == 0 : yes > 0);
}

const SqlAggregate aggregate_boolean = {boolean_step, boolean_value, boolean_value, boolean_inverse};
