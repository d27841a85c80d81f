/* Aggregates over numbers that keep a few sums: variances, covariances, correlation, truth values.
 *
 * Sums are kept in pairs of doubles (about 32 digits: Dekker 1971, "A floating-point technique for extending the available
 * precision"), so that a large mean costs no digits, and a value that leaves a window leaves nothing behind. */
#include "adapter/sqlite/functions/functions.h"

#include <math.h>

typedef struct Pair {
    double high, low;
} Pair;

static Pair pair_sum(double a, double b)
{
    double sum = a + b, part = sum - a;
    return (Pair){sum, (a - (sum - part)) + (b - part)};
}

static Pair pair_product(double a, double b)
{
    double product = a * b;
    return (Pair){product, fma(a, b, -product)};
}

static Pair pair_add(Pair a, Pair b)
{
    Pair high = pair_sum(a.high, b.high), low = pair_sum(a.low, b.low);
    high = pair_sum(high.high, high.low + low.high);
    return pair_sum(high.high, high.low + low.low);
}

static Pair pair_multiply(Pair a, Pair b)
{
    Pair product = pair_product(a.high, b.high);
    return pair_sum(product.high, product.low + (a.high * b.low + a.low * b.high));
}

static Pair pair_divide(Pair a, double by)
{
    double high = a.high / by;
    Pair back = pair_product(high, by);
    return pair_sum(high, ((a.high - back.high) - back.low + a.low) / by);
}

static Pair pair_minus(Pair a)
{
    return (Pair){-a.high, -a.low};
}

typedef struct Moments {
    int64_t n;
    Pair x, y, xx, yy, xy; /* sums */
} Moments;

/* Numbers as SQLite's sum() takes them: text counts as what it begins with. */
static bool read_pair(int argc, sqlite3_value **argv, double *y, double *x)
{
    if (value_is_null(argv[0]) || (argc == 2 && value_is_null(argv[1]))) return false;
    *y = sqlite3_value_double(argv[0]);
    *x = argc == 2 ? sqlite3_value_double(argv[1]) : 0;
    return true;
}

static void add(Pair *sum, Pair value, bool enters)
{
    *sum = pair_add(*sum, enters ? value : pair_minus(value));
}

static void moments_change(Moments *m, int argc, sqlite3_value **argv, bool enters)
{
    double y, x;
    if (!m || !read_pair(argc, argv, &y, &x)) return;
    m->n += enters ? 1 : -1;
    add(&m->y, (Pair){y, 0}, enters);
    add(&m->yy, pair_product(y, y), enters);
    if (argc == 2) {
        add(&m->x, (Pair){x, 0}, enters);
        add(&m->xx, pair_product(x, x), enters);
        add(&m->xy, pair_product(x, y), enters);
    }
    if (m->n == 0) *m = (Moments){0};
}

static void moments_step(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    moments_change(sqlite3_aggregate_context(context, sizeof(Moments)), argc, argv, true);
}

static void moments_inverse(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    moments_change(sqlite3_aggregate_context(context, 0), argc, argv, false);
}

/* The sum of the products of deviations: of a and b with itself, sum(ab) - sum(a) sum(b) / n. */
static double deviations(Pair products, Pair a, Pair b, int64_t n)
{
    Pair mean = pair_divide(pair_multiply(a, b), (double)n);
    return pair_add(products, pair_minus(mean)).high;
}

/* Of squares: what is only the last digits' noise is no spread. */
static double spread(Pair squares, Pair sum, int64_t n)
{
    const double noise = 1e-29;
    double value = deviations(squares, sum, sum, n);
    return value > noise * squares.high ? value : 0;
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
    double n = (double)(sample ? m->n - 1 : m->n), x, y;
    switch (tag) {
    case TAG_VAR_SAMP:
    case TAG_VAR_POP: sqlite3_result_double(context, spread(m->yy, m->y, m->n) / n); break;
    case TAG_STDDEV_SAMP:
    case TAG_STDDEV_POP: sqlite3_result_double(context, sqrt(spread(m->yy, m->y, m->n) / n)); break;
    case TAG_COVAR_SAMP:
    case TAG_COVAR_POP: sqlite3_result_double(context, deviations(m->xy, m->x, m->y, m->n) / n); break;
    default:
        x = spread(m->xx, m->x, m->n);
        y = spread(m->yy, m->y, m->n);
        if (x > 0 && y > 0)
            sqlite3_result_double(context, deviations(m->xy, m->x, m->y, m->n) / (sqrt(x) * sqrt(y)));
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
