/* Reading dates, and stepping by hours, days, months and years. */
#include "support/check.h"

#include "base/clock.h"

static int64_t at(const char *text)
{
    int64_t us = 0;
    if (!clock_parse(str_from(text), &us)) fail_msg("not read: %s", text);
    return us;
}

static void test_reading(void **state)
{
    (void)state;
    assert_int_equal(at("1970-01-01"), 0);
    assert_int_equal(at("1970-01-02T03:04:05"), 97445000000);
    assert_int_equal(at("1970-01-02 03:04:05.25Z"), 97445250000);
    assert_int_equal(at("1970-01-01T12"), at("1970-01-01 12:00"));
    assert_int_equal(at("2020-02-29T00:00:00+02:00"), at("2020-02-29")); /* the wall's time */
    static const char *const wrong[] = {"",
                                        "2020",
                                        "2020-13-01",
                                        "2021-02-29",
                                        "2020-01-01T",
                                        "2020-01-01T25:00",
                                        "2020-01-01x",
                                        "2020-01-01 12:00:00.",
                                        "20-01-01",
                                        "2020-01-01T12:00:61",
                                        "2020-01-01T12:00+2"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int64_t us;
        if (clock_parse(str_from(wrong[i]), &us)) fail_msg("read: %s", wrong[i]);
    }
}

static void test_grains(void **state)
{
    (void)state;
    ClockGrain grain;
    assert_true(clock_grain(STR("month"), &grain) && grain == CLOCK_MONTH);
    assert_false(clock_grain(STR("week"), &grain));
    int64_t moment = at("2024-09-17T16:06:00");
    assert_int_equal(clock_truncate(moment, CLOCK_HOUR), at("2024-09-17T16:00"));
    assert_int_equal(clock_truncate(moment, CLOCK_YEAR), at("2024-01-01"));
    assert_int_equal(clock_step(moment, CLOCK_HOUR, -1), at("2024-09-17T15:00"));
    assert_int_equal(clock_step(moment, CLOCK_DAY, 1), at("2024-09-18"));
    assert_int_equal(clock_step(moment, CLOCK_MONTH, -9), at("2023-12-01"));
    assert_int_equal(clock_step(moment, CLOCK_MONTH, 4), at("2025-01-01"));
    assert_int_equal(clock_step(moment, CLOCK_YEAR, -1), at("2023-01-01"));
    assert_int_equal(clock_ceiling(moment, CLOCK_MONTH), at("2024-10-01"));
    assert_int_equal(clock_ceiling(at("2024-09-01"), CLOCK_MONTH), at("2024-09-01"));
    assert_int_equal(clock_ceiling(moment, CLOCK_HOUR), at("2024-09-17T17:00"));
}

/* The examples of dbt's event_time.offset_timestamp. */
static void test_adding(void **state)
{
    (void)state;
    assert_int_equal(clock_add(at("2024-01-31T16:06:00"), CLOCK_MONTH, 1), at("2024-02-29T16:06:00"));
    assert_int_equal(clock_add(at("2024-02-29T16:06:00"), CLOCK_YEAR, 1), at("2025-02-28T16:06:00"));
    assert_int_equal(clock_add(at("2024-09-17T16:06:00"), CLOCK_DAY, -1), at("2024-09-16T16:06:00"));
    assert_int_equal(clock_add(at("2024-09-17T16:06:00"), CLOCK_HOUR, 1), at("2024-09-17T17:06:00"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_grains),
        cmocka_unit_test(test_adding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
