/* Walking through JSON without reading it as a whole. */
#include "artifacts/pull.h"
#include "support/check.h"

static void keys_and_values_are_cut_out(void **state)
{
    (void)state;
    Str text =
        STR(" { \"a\" : 1 ,\"b\\\"\": {\"x\": [1, \"]}\", \"\\\\\"]}, \"c\":[ ] , \"d\": \"e\\\"f\", \"g\":null}");
    static const char *const keys[] = {"a", "b\\\"", "c", "d", "g"};
    static const char *const values[] = {"1", "{\"x\": [1, \"]}\", \"\\\\\"]}", "[ ]", "\"e\\\"f\"", "null"};
    JsonPull pull = {.text = text};
    Str key, value;
    size_t n = 0;
    assert_true(pull_open(&pull, '{'));
    for (; pull_key(&pull, &key); n++) {
        assert_true(pull_value(&pull, &value));
        assert_true(n < 5 && str_eq(key, str_from(keys[n])) && str_eq(value, str_from(values[n])));
    }
    assert_int_equal(n, 5);
    assert_false(pull.broken);
    JsonPull list = {.text = STR("[1, [2], {}]")};
    assert_true(pull_open(&list, '['));
    for (n = 0; pull_item(&list); n++) assert_true(pull_value(&list, &value));
    assert_int_equal(n, 3);
    assert_false(list.broken);
}

static void what_is_cut_off_is_broken(void **state)
{
    (void)state;
    static const char *const texts[] = {"",       "{",          "{\"a",       "{\"a\"",    "{\"a\":",   "{\"a\": \"b",
                                        "{a: 1}", "{\"a\": [1", "{\"a\": {]", "{\"a\" 1}", "{\"a\": }", "[1}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        JsonPull pull = {.text = str_from(texts[i])};
        Str key, value;
        if (pull_open(&pull, '{'))
            while (pull_key(&pull, &key) && pull_value(&pull, &value)) {}
        if (!pull.broken) fail_msg("taken for whole: %s", texts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_and_values_are_cut_out),
        cmocka_unit_test(what_is_cut_off_is_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
