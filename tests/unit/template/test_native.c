/* Native rendering against what dbt's own environment gives: each row was checked with
 * dbt_common.clients.jinja.get_environment(native=True). The expected values are Python's repr. */
#include "support/check.h"
#include "support/tpl.h"

static const struct {
    const char *template, *want;
} rows[] = {
    /* an expression of its own gives its value, text around it makes text */
    {"{{ xs }}", "[1, 2, 3]"},
    {" {{ xs }}", "' [1, 2, 3]'"},
    {"{{ xs }}x", "'[1, 2, 3]x'"},
    {"{{ name }}", "'bob'"},
    {"{{ zero }}", "0"},
    {"{{ zero == 0 }}", "True"},
    {"{{ none_ }}", "None"},
    {"{{ - zero }}", "0"},
    {"{{ xs[0] }}", "1"},
    {"{{ xs, 2 }}", "([1, 2, 3], 2)"},
    {"{# c #}{{ xs }}", "[1, 2, 3]"},
    {"{% if true %}{{ xs }}{% endif %}", "[1, 2, 3]"},
    {"{% for x in xs %}{{ x }}{% endfor %}", "'123'"},
    {"{% for x in [5] %}{{ x }}{% endfor %}", "5"},
    {"{% set x = 5 %}{{ x }}", "5"},
    {"{% set x %}5{% endset %}{{ x }}", "'5'"},
    {"{{ xs }}{{ '' }}", "'[1, 2, 3]'"},
    {"{{ name | upper }}", "'BOB'"},
    {"{{ name ~ 'x' }}", "'bobx'"},
    {"{{ 'a' if zero else 'b' }}", "'b'"},
    {"{{ xs | map('string') | list }}", "['1', '2', '3']"},
    {"plain", "'plain'"},
    {"5", "'5'"},
    {"", "''"},
    /* a constant is text, because Jinja2 folds it while it compiles */
    {"{{ 1 }}", "'1'"},
    {"{{ true }}", "'True'"},
    {"{{ none }}", "'None'"},
    {"{{ -1 }}", "'-1'"},
    {"{{ 1.5 }}", "'1.5'"},
    {"{{ 1 == 1 }}", "'True'"},
    {"{{ [1, 2] }}", "'[1, 2]'"},
    {"{{ [1, 2][0] }}", "'1'"},
    {"{{ {'a': 1} }}", "\"{'a': 1}\""},
    {"{{ {'a': 1}.a }}", "'1'"},
    {"{{ '12' | int }}", "'12'"},
    {"{{ 1 is defined }}", "'True'"},
    {"{{ 1, 2 }}", "'(1, 2)'"},
    {"{{ ['a'] | map('upper') | list }}", "['A']"},
    {"{{ dict(a=1) }}", "{'a': 1}"},
    /* the markers */
    {"{{ '5' | as_native }}", "5"},
    {"{{ '5' | as_number }}", "5"},
    {"{{ '1e3' | as_number }}", "1000.0"},
    {"{{ 'True' | as_bool }}", "True"},
    {"{{ '5' | as_text }}", "'5'"},
    {"{{ zero | as_text }}", "'0'"},
    {"{{ xs | as_native }}", "[1, 2, 3]"},
    {"{{ '1' | as_number | int }}", "'1'"},
    {"{{ 'abc' | as_native | upper }}", "'ABC'"},
    /* what is a Python literal */
    {"{{ '[1, 2, \"a\", None, {\"a\": (1,)}]' | as_native }}", "[1, 2, 'a', None, {'a': (1,)}]"},
    {"{{ '1_000' | as_native }}", "1000"},
    {"{{ ' 5' | as_native }}", "5"},
    {"{{ '5 ' | as_native }}", "5"},
    {"{{ '-5' | as_native }}", "-5"},
    {"{{ '(1,2)' | as_native }}", "(1, 2)"},
    {"{{ '1,' | as_native }}", "(1,)"},
    {"{{ '0x10' | as_native }}", "16"},
    {"{{ \"'a' 'b'\" | as_native }}", "'ab'"},
    {"{{ '{1,2}' | as_native }}", "{1, 2}"},
    {"{{ '007' | as_native }}", "'007'"},
    {"{{ '[1' | as_native }}", "'[1'"},
    {"{{ 'null' | as_native }}", "'null'"},
    {"{{ '1+2' | as_native }}", "'1+2'"},
    {"{{ '' | as_native }}", "''"},
};

static void open_context(Tpl *t)
{
    tpl_open(t);
    Value xs = value_list(t->parse_arena);
    for (int i = 1; i <= 3; i++) list_push(xs.u.list, value_int(i));
    tpl_let(t, "xs", xs);
    tpl_let(t, "name", value_str(STR("bob")));
    tpl_let(t, "zero", value_int(0));
    tpl_let(t, "none_", VALUE_NONE);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Tpl t;
        open_context(&t);
        const TplUnit *unit = tpl_unit(&t, rows[i].template);
        assert_non_null(unit);
        Value value;
        assert_true(tpl_render_native(t.eval, unit, &value));
        Buf out;
        buf_init(&out, t.arena);
        value_repr(value, &out);
        if (!str_eq(buf_str(&out), str_from(rows[i].want))) print_error("%s\n", rows[i].template);
        assert_str(buf_str(&out), rows[i].want);
        assert_int_equal(value.flags & (VALUE_MARK_NATIVE | VALUE_MARK_BOOL | VALUE_MARK_NUMBER | VALUE_MARK_TEXT), 0);
        tpl_close(&t);
    }
}

static void expect_error(const char *template, const char *want)
{
    Tpl t;
    open_context(&t);
    const TplUnit *unit = tpl_unit(&t, template);
    assert_non_null(unit);
    Value value;
    assert_false(tpl_render_native(t.eval, unit, &value));
    assert_int_equal(t.sink.count, 1);
    assert_str(t.sink.items[0].message, want);
    assert_int_not_equal(t.sink.items[0].span.source, 0);
    tpl_close(&t);
}

static void test_errors(void **state)
{
    (void)state;
    expect_error("{{ 'x' | as_number }}", "could not convert value 'x' into type 'number'");
    expect_error("{{ 'true' | as_bool }}", "could not convert value 'true' into type 'bool'");
    expect_error("{{ name | as_bool }}", "could not convert value 'bob' into type 'bool'");
    expect_error("{{ 'True' | as_number }}", "could not convert value 'True' into type 'number'");
}

static void test_undefined(void **state)
{
    (void)state;
    Tpl t;
    open_context(&t);
    const TplUnit *unit = tpl_unit(&t, "{{ missing }}");
    Value value;
    assert_true(tpl_render_native(t.eval, unit, &value));
    assert_int_equal(value.kind, V_UNDEFINED);
    tpl_close(&t);
}

/* Macros make text whatever the rendering around them does. */
static void test_macros(void **state)
{
    (void)state;
    Tpl t;
    open_context(&t);
    const TplUnit *unit = tpl_unit(&t, "{% macro m() %}{{ xs }}{% endmacro %}{{ m() }}");
    Value value;
    assert_true(tpl_render_native(t.eval, unit, &value));
    assert_str(value_text(value), "[1, 2, 3]");
    unit = tpl_unit(&t, "{% macro m() %}{{ return(xs) }}{% endmacro %}{{ m() }}");
    assert_true(tpl_render_native(t.eval, unit, &value));
    assert_int_equal(value.kind, V_LIST);
    tpl_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_undefined),
        cmocka_unit_test(test_macros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
