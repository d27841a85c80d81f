/* Decimals at their edges: reading, printing, comparing, arithmetic in 28 digits, rounding half to even, whole numbers of 64
 * bits. What is expected is what Python's decimal module gives. */
#include "support/check.h"
#include "support/tpl.h"

#include "template/decimal.h"

#include <math.h>

static Tpl t;

static int setup(void **state)
{
    (void)state;
    tpl_open(&t);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    tpl_close(&t);
    return 0;
}

static Value decimal(const char *text)
{
    Value v;
    if (!decimal_read(t.arena, str_from(text), &v)) fail_msg("'%s' is not read", text);
    return v;
}

static const Decimal *of(const char *text)
{
    return value_as_decimal(decimal(text));
}

static const char *printed(Value v)
{
    return str_c(t.arena, value_to_str(t.arena, v));
}

static void reads_and_prints(void **state)
{
    (void)state;
    static const char *const same[] = {"0",
                                       "-0",
                                       "1",
                                       "-1.50",
                                       "0.1",
                                       "1E+20",
                                       "1E-20",
                                       "1E+999",
                                       "NaN",
                                       "0E+3",
                                       "0.000",
                                       "Infinity",
                                       "-Infinity",
                                       "0.000001",
                                       "1E-7",
                                       "-2E+9",
                                       "1.5E+3",
                                       "9223372036854775808",
                                       "123456789012345678901234567890.5"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) assert_string_equal(printed(decimal(same[i])), same[i]);
    static const char *const other[][2] = {
        {"0.0000001", "1E-7"}, {"+5", "5"},         {"007.50", "7.50"}, {".5", "0.5"},       {"5.", "5"},
        {"1e3", "1E+3"},       {"inf", "Infinity"}, {"00e-2", "0.00"},  {"-1e+05", "-1E+5"}, {"nan", "NaN"}};
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        assert_string_equal(printed(decimal(other[i][0])), other[i][1]);
    static const char *const none[] = {
        "",   "-",   ".",   "1.2.3", "1e",   "e5",          "0x10", "1 ",
        " 1", "1_0", "--1", "1e1e1", "infi", "1e999999999", "+-1",  "1e+-2",
    };
    Value v;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (decimal_read(t.arena, str_from(none[i]), &v)) fail_msg("'%s' is read", none[i]);
    assert_string_equal(str_c(t.arena, value_to_str(t.arena, decimal("1.10"))), "1.10");
}

static void arithmetic(void **state)
{
    (void)state;
    static const char *const cases[][4] = {
        {"0.1", "+", "0.2", "0.3"},
        {"1", "/", "3", "0.3333333333333333333333333333"},
        {"2", "/", "3", "0.6666666666666666666666666667"},
        {"-7", "//", "2", "-3"},
        {"-7", "%", "2", "-1"},
        {"7", "%", "-2", "1"},
        {"1E+20", "+", "1E-20", "100000000000000000000.0000000"},
        {"1E+20", "-", "1E-20", "100000000000000000000.0000000"},
        {"9999999999999999999999999999", "+", "1", "1.000000000000000000000000000E+28"},
        {"99999999999999999999999999995", "+", "0", "1.000000000000000000000000000E+29"},
        {"-1.50", "*", "2", "-3.00"},
        {"100", "//", "3", "33"},
        {"0.000", "*", "5", "0.000"},
        {"1.10", "-", "0.10", "1.00"},
        {"1", "/", "8", "0.125"},
        {"10.00", "/", "2", "5.00"},
        {"1E+3", "%", "7", "6"},
        {"12345678901234.5678901234", "*", "98765432109876.54321", "1219326311370217952249651455"},
        {"1E+999", "*", "1E+999", "1E+1998"},
        {"5", "-", "5.00", "0.00"},
        {"0", "+", "-0", "0"},
        {"1.23E+5", "+", "1", "123001"},
        {"1", "-", "1E-40", "1.000000000000000000000000000"},
        {"2.5", "+", "1E-28", "2.500000000000000000000000000"},
        {"1E-20", "%", "3E-20", "1E-20"},
        {"Infinity", "+", "1", "Infinity"},
        {"1", "%", "Infinity", "1"},
        {"NaN", "*", "1", "NaN"},
        {"-5.25", "//", "0.5", "-10"},
        {"1", "/", "0", "error: division by zero"},
        {"1", "//", "0.00", "error: division by zero"},
        {"Infinity", "-", "Infinity", "error: infinity minus infinity is no number"},
        {"Infinity", "*", "0", "error: zero times infinity is no number"},
        {"Infinity", "/", "-Infinity", "error: infinity by infinity is no number"},
        {"Infinity", "%", "2", "error: infinity has no whole quotient and no rest"},
        {"1E+40", "//", "3", "error: the whole quotient has more than 28 digits"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tpl_let(&t, "a", decimal(cases[i][0]));
        tpl_let(&t, "b", decimal(cases[i][2]));
        const char *text = str_fmt(t.arena, "{{ a %s b }}", cases[i][1]).ptr;
        assert_string_equal(str_c(t.arena, tpl_run(&t, text)), cases[i][3]);
    }
    /* With whole numbers, not with floats, as in Python. */
    tpl_let(&t, "a", decimal("1.50"));
    assert_string_equal(
        str_c(t.arena, tpl_run(&t, "{{ a + 1 }} {{ 2 * a }} {{ -a }} {{ a | abs }} {{ a > 1.25 }} {{ a == 1.5 }}")),
        "2.50 3.00 -1.50 1.50 True True");
    assert_int_equal(strncmp(tpl_run(&t, "{{ a + 0.5 }}").ptr, "error: ", 7), 0);
}

static void rounding(void **state)
{
    (void)state;
    static const struct {
        const char *number;
        int64_t places;
        const char *rounded;
    } cases[] = {
        {"2.5", 0, "2"},      {"3.5", 0, "4"},      {"-2.5", 0, "-2"},       {"0.5", 0, "0"},
        {"1.005", 2, "1.00"}, {"1.015", 2, "1.02"}, {"99.995", 2, "100.00"}, {"1234.5", -2, "1.2E+3"},
        {"50", -2, "0E+2"},   {"150", -2, "2E+2"},  {"5E-7", 3, "0.000"},    {"1E+5", 2, "100000.00"},
        {"0.000", 1, "0.0"},  {"9.99", 1, "10.0"},  {"-0.4", 0, "-0"},       {"Infinity", 2, "Infinity"},
    };
    Value v;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(decimal_round(t.arena, of(cases[i].number), cases[i].places, &v));
        assert_string_equal(printed(v), cases[i].rounded);
    }
    assert_false(decimal_round(t.arena, of("1E+27"), 2, &v)); /* 30 digits */
    assert_false(decimal_round(t.arena, of("1"), INT64_MAX, &v));
    assert_false(decimal_round(t.arena, of("1"), INT64_MIN, &v));
}

/* No digit goes through a float. */
static void formats_keep_all_digits(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"1234567890123456789012.345", "%", "123456789012345678901234.5%"},
        {"1234567890123456789012.345", ".1%", "123456789012345678901234.5%"},
        {"1234567890123456789012.345", "f", "1234567890123456789012.345"},
        {"1234567890123456789012.345", "010.3f", "1234567890123456789012.345"},
        {"1234567890123456789012.345", "<8f", "1234567890123456789012.345"},
        {"0.1", "+.2f", "+0.10"},
        {"0.1", ".0f", "0"},
        {"0.1", "f", "0.1"},
        {"0.1", ".2f", "0.10"},
        {"0.1", ">12.1f", "         0.1"},
        {"-1.50", ">12.1f", "        -1.5"},
        {"-1.50", ",.2f", "-1.50"},
        {"-1.50", ".1%", "-150.0%"},
        {"-1.50", "<8f", "-1.50   "},
        {"-1.50", ".2f", "-1.50"},
        {"0", "%", "0%"},
        {"0", ",.2f", "0.00"},
        {"0", "010.3f", "000000.000"},
        {"0", ".0f", "0"},
        {"0", "f", "0"},
        {"-0.004", "f", "-0.004"},
        {"-0.004", ".1%", "-0.4%"},
        {"-0.004", "%", "-0.4%"},
        {"-0.004", ".2f", "-0.00"},
        {"-0.004", "010.3f", "-00000.004"},
        {"1E+5", ".1%", "10000000.0%"},
        {"1E+5", "<8f", "100000  "},
        {"1E+5", "%", "10000000%"},
        {"1E+5", "f", "100000"},
        {"1E+5", ".0f", "100000"},
        {"99999999999999999999.995", ".1%", "9999999999999999999999.5%"},
        {"99999999999999999999.995", "010.3f", "99999999999999999999.995"},
        {"99999999999999999999.995", "f", "99999999999999999999.995"},
        {"99999999999999999999.995", ">12.1f", "100000000000000000000.0"},
        {"99999999999999999999.995", "<8f", "99999999999999999999.995"},
        {"2.5", "010.3f", "000002.500"},
        {"2.5", ">12.1f", "         2.5"},
        {"2.5", "%", "250%"},
        {"2.5", "f", "2.5"},
        {"2.5", ",.2f", "2.50"},
        {"123456789.125", "+.2f", "+123456789.12"},
        {"123456789.125", ".1%", "12345678912.5%"},
        {"123456789.125", "f", "123456789.125"},
        {"123456789.125", ">12.1f", " 123456789.1"},
        {"123456789.125", ",.2f", "123,456,789.12"},
        {"-0.5", ".1%", "-50.0%"},
        {"-0.5", ".2f", "-0.50"},
        {"-0.5", "<8f", "-0.5    "},
        {"-0.5", "+.2f", "-0.50"},
        {"-0.5", "010.3f", "-00000.500"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tpl_let(&t, "d", decimal(cases[i][0]));
        const char *text = str_fmt(t.arena, "{{ '{:%s}'.format(d) }}", cases[i][1]).ptr;
        assert_string_equal(str_c(t.arena, tpl_run(&t, text)), cases[i][2]);
    }
}

static void whole_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *number;
        bool fits;
        int64_t value;
    } cases[] = {
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"9223372036854775807.99", true, INT64_MAX},
        {"1E+18", true, 1000000000000000000},
        {"1E+19", false, 0},
        {"-1.9", true, -1},
        {"0E+999", true, 0},
        {"1E-999", true, 0},
        {"NaN", false, 0},
        {"Infinity", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t value = 0;
        assert_int_equal(decimal_to_int(of(cases[i].number), &value), cases[i].fits);
        if (cases[i].fits) assert_true(value == cases[i].value);
    }
    assert_true(decimal_is_integral(of("2.000")));
    assert_true(decimal_is_integral(of("0.00")));
    assert_true(decimal_is_integral(of("3E+9")));
    assert_false(decimal_is_integral(of("0.01")));
    assert_false(decimal_is_integral(of("NaN")));
}

static void order_and_hash(void **state)
{
    (void)state;
    static const char *const rising[] = {
        "-Infinity", "-1E+30", "-2",      "-1.999", "-1E-30",
        "0.00",      "1E-999", "0.1",     "1",      "1.0000000000000000000000000000000001",
        "2",         "1E+30",  "Infinity"};
    size_t n = sizeof rising / sizeof *rising;
    int order;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            assert_true(decimal_compare(of(rising[i]), decimal(rising[k]), &order));
            assert_int_equal(order, i < k ? -1 : i > k);
        }
    assert_false(decimal_compare(of("NaN"), decimal("NaN"), &order));
    assert_false(decimal_compare(of("1"), value_str(STR("1")), &order));
    /* Exactly: 0.1 as a float is a little more than a tenth. */
    assert_true(decimal_compare(of("0.1"), value_float(0.1), &order));
    assert_int_equal(order, -1);
    static const char *const equal[][2] = {{"1", "1.000"}, {"1E+2", "100"}, {"-0", "0.00"}, {"0.5", "5E-1"}};
    for (size_t i = 0; i < sizeof equal / sizeof *equal; i++) {
        assert_true(value_equal(decimal(equal[i][0]), decimal(equal[i][1])));
        assert_true(decimal_hash(of(equal[i][0])) == decimal_hash(of(equal[i][1])));
    }
    assert_true(decimal_hash(of("7.0")) == value_hash(value_int(7)));
    assert_true(decimal_hash(of("0.5")) == value_hash(value_float(0.5)));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {CASE(reads_and_prints),        CASE(arithmetic),    CASE(rounding),
                                       CASE(formats_keep_all_digits), CASE(whole_numbers), CASE(order_and_hash)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
