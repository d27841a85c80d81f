#include "base/json.h"
#include "support/check.h"

#include <math.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static Buf out;

static int set_up(void **state)
{
    (void)state;
    buf_init(&out, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    buf_release(&out);
    return 0;
}

static void write_sample(JsonWriter *json)
{
    jw_object(json);
    jw_key_str(json, "name", STR("a"));
    jw_key_str_or_null(json, "none", STR_EMPTY);
    jw_key_str_or_null(json, "some", STR("x"));
    jw_key_int(json, "n", -5);
    jw_key_double(json, "d", 1.0);
    jw_key_bool(json, "yes", true);
    jw_key_null(json, "nothing");
    jw_key_array(json, "list");
    jw_int(json, 1);
    jw_uint(json, UINT64_MAX);
    jw_array(json);
    jw_array_end(json);
    jw_object(json);
    jw_object_end(json);
    jw_raw(json, STR("{\"raw\":1}"));
    jw_bool(json, false);
    jw_null(json);
    jw_array_end(json);
    jw_key_object(json, "o");
    jw_object_end(json);
    jw_object_end(json);
}

static void every_kind_of_value(void **state)
{
    (void)state;
    JsonWriter json;
    jw_to_buf(&json, &out);
    write_sample(&json);
    assert_true(jw_end(&json));
    assert_str(buf_str(&out),
               "{\"name\":\"a\",\"none\":null,\"some\":\"x\",\"n\":-5,\"d\":1.0,\"yes\":true,\"nothing\":null,"
               "\"list\":[1,18446744073709551615,[],{},{\"raw\":1},false,null],\"o\":{}}");
}

static void layouts(void **state)
{
    (void)state;
    JsonWriter json;
    jw_to_buf(&json, &out);
    json.spaced = true;
    jw_array(&json);
    jw_int(&json, 1);
    jw_object(&json);
    jw_key_int(&json, "a", 1);
    jw_key_int(&json, "b", 2);
    jw_object_end(&json);
    jw_array_end(&json);
    assert_true(jw_end(&json));
    assert_str(buf_str(&out), "[1, {\"a\": 1, \"b\": 2}]");
    buf_clear(&out);
    jw_to_buf(&json, &out);
    json.indent = 2;
    jw_array(&json);
    jw_int(&json, 1);
    jw_object(&json);
    jw_key_int(&json, "a", 1);
    jw_object_end(&json);
    jw_array(&json);
    jw_array_end(&json);
    jw_array_end(&json);
    assert_true(jw_end(&json));
    assert_str(buf_str(&out), "[\n  1,\n  {\n    \"a\": 1\n  },\n  []\n]");
}

static void check_text(Str text, bool ascii, bool html, const char *want)
{
    JsonWriter json;
    buf_clear(&out);
    jw_to_buf(&json, &out);
    json.ascii = ascii;
    json.html = html;
    jw_str(&json, text);
    assert_true(jw_end(&json));
    assert_str(buf_str(&out), want);
}

static void texts_are_escaped(void **state)
{
    (void)state;
    check_text(STR("\"\\/\b\f\n\r\t"), false, false, "\"\\\"\\\\/\\b\\f\\n\\r\\t\"");
    check_text(str_n("a\0b\x1f\x7f", 5), false, false, "\"a\\u0000b\\u001f\x7f\"");
    check_text(STR("\x7f"), true, false, "\"\\u007f\"");
    check_text(STR("\xC3\xA9\xF0\x9F\x98\x80"), false, false, "\"\xC3\xA9\xF0\x9F\x98\x80\"");
    check_text(STR("\xC3\xA9\xF0\x9F\x98\x80"), true, false, "\"\\u00e9\\ud83d\\ude00\"");
    check_text(STR("a\xFF"
                   "b\xC3"),
               false, false,
               "\"a\xEF\xBF\xBD"
               "b\xEF\xBF\xBD\"");
    check_text(STR("</script>&\xE2\x80\xA8"), false, true, "\"\\u003c/script\\u003e\\u0026\\u2028\"");
    check_text(STR("</script>&"), false, false, "\"</script>&\"");
    check_text(STR(""), false, false, "\"\"");
}

typedef struct Sink {
    Buf text;
    size_t pieces, fail_at;
} Sink;

static bool take(void *context, Str piece)
{
    Sink *sink = context;
    if (++sink->pieces == sink->fail_at) return false;
    buf_add(&sink->text, piece);
    return true;
}

static void large_output_goes_in_pieces(void **state)
{
    (void)state;
    for (int round = 0; round < 2; round++) {
        Sink sink = {.fail_at = round ? 3 : 0};
        buf_init(&sink.text, NULL);
        JsonWriter json;
        jw_to_sink(&json, take, &sink);
        jw_array(&json);
        for (int i = 0; i < 100000; i++) jw_int(&json, i);
        jw_array_end(&json);
        assert_int_equal(jw_end(&json), round == 0);
        if (round == 0) {
            assert_true(sink.pieces > 5);
            assert_true(str_starts(buf_str(&sink.text), STR("[0,1,2,")));
            assert_true(str_ends(buf_str(&sink.text), STR(",99998,99999]")));
        } else {
            assert_int_equal(sink.pieces, 3); /* nothing more after a failure */
        }
        buf_release(&sink.text);
    }
}

static void key_missing(JsonWriter *json)
{
    jw_object(json);
    jw_int(json, 1);
}

static void key_in_array(JsonWriter *json)
{
    jw_array(json);
    jw_key(json, STR("a"));
}

static void two_keys(JsonWriter *json)
{
    jw_object(json);
    jw_key(json, STR("a"));
    jw_key(json, STR("b"));
}

static void value_missing(JsonWriter *json)
{
    jw_object(json);
    jw_key(json, STR("a"));
    jw_object_end(json);
}

static void wrong_end(JsonWriter *json)
{
    jw_array(json);
    jw_object_end(json);
}

static void two_values(JsonWriter *json)
{
    jw_int(json, 1);
    jw_int(json, 2);
}

static void not_closed(JsonWriter *json)
{
    jw_array(json);
    jw_end(json);
}

static void nothing_written(JsonWriter *json)
{
    jw_end(json);
}

static void too_deep(JsonWriter *json)
{
    for (int i = 0; i < JSON_DEPTH; i++) jw_array(json);
}

static void misuse_is_a_bug(void **state)
{
    (void)state;
    void (*const misuses[])(JsonWriter *) = {key_missing, key_in_array, two_keys,        value_missing, wrong_end,
                                             two_values,  not_closed,   nothing_written, too_deep};
    for (size_t i = 0; i < sizeof misuses / sizeof *misuses; i++) {
        pid_t child = fork();
        if (child == 0) {
            int quiet[2];
            if (pipe(quiet) != 0) _exit(1);
            dup2(quiet[1], STDERR_FILENO);
            JsonWriter json;
            jw_to_buf(&json, &out);
            misuses[i](&json);
            _exit(0);
        }
        int status = 0;
        waitpid(child, &status, 0);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    }
}

static void doubles_as_python_writes_them(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {1.0, "1.0"},
        {-1.5, "-1.5"},
        {0.1, "0.1"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1e15, "1000000000000000.0"},
        {1e16, "1e+16"},
        {123456789012345680.0, "1.2345678901234568e+17"},
        {1e-4, "0.0001"},
        {1e-5, "1e-05"},
        {1.5e-5, "1.5e-05"},
        {1e100, "1e+100"},
        {1e-100, "1e-100"},
        {5e-324, "5e-324"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {9007199254740993.0, "9007199254740992.0"},
        {123.456, "123.456"},
        {100.0, "100.0"},
        {1234567890123456.0, "1234567890123456.0"},
        {0.00012345, "0.00012345"},
        {1.0 / 3, "0.3333333333333333"},
        {2.0 / 3, "0.6666666666666666"},
        {9999999999999998.0, "9999999999999998.0"},
        {INFINITY, "inf"},
        {-INFINITY, "-inf"},
        {NAN, "nan"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[32];
        size_t n = double_repr(cases[i].value, text);
        assert_string_equal(text, cases[i].text);
        assert_int_equal(n, strlen(text));
    }
    uint64_t seed = 88172645463325252u;
    for (int i = 0; i < 100000; i++) {
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        double value;
        memcpy(&value, &seed, sizeof value);
        if (!isfinite(value)) continue;
        char text[32];
        assert_true(double_repr(value, text) < 32);
        assert_true(strtod(text, NULL) == value);
    }
    JsonWriter json;
    jw_to_buf(&json, &out);
    jw_array(&json);
    jw_double(&json, NAN);
    jw_double(&json, -INFINITY);
    jw_double(&json, 2.5);
    jw_array_end(&json);
    jw_end(&json);
    assert_str(buf_str(&out), "[null,null,2.5]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_kind_of_value, set_up, tear_down),
        cmocka_unit_test_setup_teardown(layouts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(texts_are_escaped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(large_output_goes_in_pieces, set_up, tear_down),
        cmocka_unit_test_setup_teardown(misuse_is_a_bug, set_up, tear_down),
        cmocka_unit_test_setup_teardown(doubles_as_python_writes_them, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
