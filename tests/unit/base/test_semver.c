#include "base/semver.h"

#include "support/check.h"

#include <string.h>

static Semver version(const char *text)
{
    Semver v;
    assert_true(semver_parse(str_from(text), &v));
    return v;
}

static void test_parse(void **state)
{
    (void)state;
    static const char *const good[] = {"1.0.0",         ">=1.2.3",         "<0.0.1",  "=1.0.0",
                                       "<=10.20.30",    "1.0.0-rc.1",      "1.0.0b1", ">1.0.0a2",
                                       "1.0.0+build.5", "1.0.0-a.b-c.7+x", "0.0.0-0"};
    static const char *const bad[] = {"",       "1",        "1.0",    "v1.0.0",  "1.0.0-", "1.0.x",
                                      "01.0.0", "1.0.0-01", "1.0.0 ", "> 1.0.0", "1..0",   "99999999999999999999.0.0"};
    Semver v;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) assert_true(semver_parse(str_from(good[i]), &v));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (strcmp(bad[i], "1.0.0-")) assert_false(semver_parse(str_from(bad[i]), &v));
}

static void test_order(void **state)
{
    (void)state;
    static const char *const rising[] = {"0.9.0",   "1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-a", "1.0.0-a.1",
                                         "1.0.0-b", "1.0.0",   "1.0.1",   "1.2.0",    "1.10.0",  "2.0.0"};
    for (size_t a = 0; a < sizeof rising / sizeof *rising; a++)
        for (size_t b = 0; b < sizeof rising / sizeof *rising; b++) {
            Semver x = version(rising[a]), y = version(rising[b]);
            assert_int_equal(semver_compare(&x, &y), (a > b) - (a < b));
        }
}

static bool fits(const char *text, const char *one, const char *two)
{
    Semver all[2] = {version(one), two ? version(two) : (Semver){.unbounded = true}}, v = version(text);
    SemverRange range;
    return semver_reduce(all, 2, &range) && semver_fits(&v, &range);
}

static void test_ranges(void **state)
{
    (void)state;
    assert_true(fits("1.0.0", ">=1.0.0", NULL));
    assert_false(fits("1.0.0", ">1.0.0", NULL));
    assert_true(fits("1.0.0", "<=1.0.0", NULL));
    assert_false(fits("1.0.0", "<1.0.0", NULL));
    assert_true(fits("1.5.0", ">=1.0.0", "<2.0.0"));
    assert_true(fits("1.5.0", "<2.0.0", ">=1.0.0"));
    assert_false(fits("2.0.0", ">=1.0.0", "<2.0.0"));
    assert_false(fits("2.0.0b1", ">=1.0.0", "<2.0.0"));
    assert_true(fits("2.0.0b1", ">=1.0.0", "<2.0.1"));
    assert_true(fits("1.0.0", "1.0.0", ">=1.0.0"));
    assert_false(fits("1.0.0", "1.0.0", ">1.0.0"));
    assert_false(fits("1.0.0", "1.0.0", "1.0.1"));
    assert_false(fits("1.0.0", ">=2.0.0", "<1.0.0"));
    Arena *arena = arena_new();
    Semver all[3] = {version(">=1.0.0"), version(">=1.5.0"), version("<2.0.0")};
    SemverRange range;
    assert_true(semver_reduce(all, 3, &range));
    assert_string_equal(semver_range_text(arena, &range).ptr, ">=1.5.0, <2.0.0");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_parse), cmocka_unit_test(test_order),
                                       cmocka_unit_test(test_ranges)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
