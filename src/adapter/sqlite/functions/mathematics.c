/* Mathematics for libraries built without SQLITE_ENABLE_MATH_FUNCTIONS: the same results, null outside of a domain. */
#include "adapter/sqlite/functions/functions.h"

#include <math.h>

static bool is_number(sqlite3_value *value)
{
    int type = sqlite3_value_numeric_type(value);
    return type == SQLITE_INTEGER || type == SQLITE_FLOAT;
}

static void result_number(sqlite3_context *context, double x)
{
    if (isnan(x))
        sqlite3_result_null(context);
    else
        sqlite3_result_double(context, x);
}

void fn_math(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    if (!is_number(argv[0])) return;
    enum SqlTag tag = function_tag(context);
    double x = sqlite3_value_double(argv[0]);
    switch (tag) {
    case TAG_LN: result_number(context, x > 0 ? log(x) : NAN); break;
    case TAG_LOG: result_number(context, x > 0 ? log10(x) : NAN); break;
    case TAG_LOG2: result_number(context, x > 0 ? log2(x) : NAN); break;
    case TAG_EXP: result_number(context, exp(x)); break;
    case TAG_SQRT: result_number(context, x >= 0 ? sqrt(x) : NAN); break;
    default:
        if (sqlite3_value_numeric_type(argv[0]) == SQLITE_INTEGER)
            sqlite3_result_value(context, argv[0]);
        else
            sqlite3_result_double(context, tag == TAG_CEIL ? ceil(x) : tag == TAG_FLOOR ? floor(x) : trunc(x));
        break;
    }
}

void fn_log(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    if (!is_number(argv[0]) || (argc == 2 && !is_number(argv[1]))) return;
    double base = argc == 2 ? sqlite3_value_double(argv[0]) : 10, x = sqlite3_value_double(argv[argc - 1]);
    result_number(context, x > 0 && base > 0 && base != 1 ? log(x) / log(base) : NAN);
}

void fn_math2(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    if (!is_number(argv[0]) || !is_number(argv[1])) return;
    double x = sqlite3_value_double(argv[0]), y = sqlite3_value_double(argv[1]);
    result_number(context, function_tag(context) == TAG_POWER ? pow(x, y) : fmod(x, y));
}

void fn_math0(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    (void)argv;
    sqlite3_result_double(context, 3.14159265358979323846);
}
