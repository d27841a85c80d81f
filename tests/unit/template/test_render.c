/* The core of the engine through its interface: rendering, macros from outside, return, globals, limits, maps. */
#include "support/check.h"
#include "support/tpl.h"
#include "template/srcmap.h"

static void expect(Tpl *t, const char *text, const char *want)
{
    assert_str(tpl_run(t, text), want);
}

static void test_basics(void **state)
{
    (void)state;
    Tpl t;
    tpl_open(&t);
    tpl_let(&t, "name", value_str(STR("bob")));
    expect(&t, "", "");
    expect(&t, "hello\n", "hello");
    expect(&t, "hello {{ name }} {{ 1 + 2 * 3 }}\n\n", "hello bob 7\n");
    expect(&t, "{% for x in [1, 2, 3] %}{{ loop.index }}:{{ x }}{% if not loop.last %}, {% endif %}{% endfor %}",
           "1:1, 2:2, 3:3");
    expect(&t, "{% set x %}a{{ name }}{% endset %}{{ x | upper }}", "ABOB");
    expect(&t, "a\r\nb\rc", "a\nb\nc");
    t.options.family = TPL_ANGLE;
    expect(&t, "hello << name >>, 1 \\<< 2, a \\<% b", "hello bob, 1 << 2, a <% b");
    expect(&t, "a <%- set x = 1 -%> b <# <<x>> #><<- x ->> c", "ab 1c");
    tpl_close(&t);
}

/* A macro that is used apart from its file sees neither the file's variables nor its other macros, but globals. */
static void test_macro_alone(void **state)
{
    (void)state;
    Tpl t;
    tpl_open(&t);
    tpl_let(&t, "x", value_str(STR("global")));
    TplUnit *unit = tpl_unit(&t, "{% set x = 'file' %}{% macro m(a) %}{{ x }}-{{ a }}{% endmacro %}{{ m(1) }}");
    assert_non_null(unit);
    size_t count;
    const TplBlock *blocks = tpl_blocks(unit, &count);
    assert_int_equal(count, 1);
    assert_str(blocks[0].name, "m");
    Value macro = tpl_macro_value(t.parse_arena, blocks[0].macro, &t), result, arg = value_int(7);
    assert_ptr_equal(value_macro_owner(macro), &t);
    assert_true(tpl_call(t.eval, macro, blocks[0].span, &arg, 1, NULL, NULL, 0, &result));
    assert_str(value_text(result), "global-7");
    assert_true(tpl_render(t.eval, unit, &result));
    assert_str(value_text(result), "file-1");
    tpl_let(&t, "other", macro);
    expect(&t, "[{{ other('z') }}] {{ other('q') | upper }}", "[global-z] GLOBAL-Q");
    tpl_close(&t);
}

static void test_return(void **state)
{
    (void)state;
    Tpl t;
    tpl_open(&t);
    expect(&t, "{% macro m() %}text{{ return([1, 2]) }}more{% endmacro %}{{ m() }}{{ m()[1] }}", "[1, 2]2");
    expect(
        &t,
        "{% macro m() %}{% for i in range(9) %}{% if i == 3 %}{% do return(i) %}{% endif %}{% endfor %}{% endmacro %}"
        "{% set x = m() %}{{ x + 1 }}",
        "4");
    expect(
        &t,
        "{% macro w() %}<{{ caller() }}>{% endmacro %}{% macro m() %}a{% call w() %}{% do return('r') %}{% endcall %}b"
        "{% endmacro %}{{ m() }}",
        "arb");
    expect(&t, "{{ return(1) }}", "error: return() ends a macro, and no macro is running here");
    tpl_close(&t);
}

static void test_globals_are_asked_once(void **state)
{
    (void)state;
    Tpl t;
    tpl_open(&t);
    tpl_let(&t, "x", value_int(1));
    expect(&t, "{{ x }}{{ x }}{% for i in range(50) %}{{ x if i > 48 }}{% endfor %}{{ nothing }}{{ nothing }}", "111");
    assert_int_equal(t.lookups, 3); /* x, range, nothing */
    tpl_let(&t, "x", value_int(2));
    expect(&t, "{{ x }}", "2");
    tpl_close(&t);
}

static void test_limits(void **state)
{
    (void)state;
    Tpl t;
    tpl_open_limits(&t, (TplLimits){.steps = 1000, .output = 2000});
    expect(&t, "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "error: calls go more than 1000 levels deep");
    expect(&t, "{% for i in range(100000) %}{% endfor %}", "error: more than 1000 loop rounds and calls in one run");
    expect(&t, "{% for i in range(100) %}0123456789012345678901234567890123456789{% endfor %}",
           "error: the run makes more than 2000 bytes of text");
    expect(&t, "fine", "fine");
    tpl_close(&t);
}

/* One operation cannot make more than a run may, and a run cannot keep more than its memory. */
static void test_memory_is_bounded(void **state)
{
    (void)state;
    Tpl t;
    tpl_open_limits(&t, (TplLimits){.output = 1 << 20, .memory = 16 << 20});
    static const char *const too_large[] = {
        "{% set ns = namespace(s='x') %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(s='x') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
        "{% set ns = namespace(s=[1]) %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{{ ('a' * 10000) | replace('a', 'b' * 10000) | length }}",
        "{{ ('a' * 10000).replace('a', 'b' * 10000) | length }}",
        "{{ ('a' * 10000).replace('', 'b' * 10000) | length }}",
        "{{ range(1000) | join('b' * 100000) | length }}",
        "{{ ('b' * 100000).join('a' * 1000) | length }}",
        "{{ ('a\\n' * 10000) | indent(10000) | length }}",
    };
    for (size_t i = 0; i < sizeof too_large / sizeof *too_large; i++)
        expect(&t, too_large[i], "error: the result would be larger than 1 MiB");
    expect(&t, "{% set l = [] %}{% for i in range(1000) %}{% do l.append('x' * 100000) %}{% endfor %}",
           "error: the run takes more than 16 MiB of memory");
    expect(&t, "{{ ('a' * 10000) | replace('a', 'b' * 100, 5) | length }}", "10495");
    tpl_close(&t);
}

static void test_infinite_recursion_has_few_notes(void **state)
{
    (void)state;
    Tpl t;
    tpl_open(&t);
    Str error =
        tpl_run(&t, "{% macro a(x) %}{% if true %}{{ a(x ~ [1, [a(x)]]) }}{% endif %}{% endmacro %}{{ a('') }}");
    assert_true(str_starts(error, STR("error: calls go more than ")));
    assert_in_range(t.sink.items[0].note_count, 5, 20);
    tpl_close(&t);
}

static char *repeat(const char *what, size_t times, const char *end)
{
    size_t n = strlen(what);
    char *text = malloc(n * times + strlen(end) + 1);
    for (size_t i = 0; i < times; i++) memcpy(text + i * n, what, n);
    strcpy(text + n * times, end);
    return text;
}

/* Whatever is nested, the native stack is not at risk. */
static void test_deep_nesting(void **state)
{
    (void)state;
    static const char *const units[] = {
        "{{ (",           "(",     "[",  "{{ -", "-",          "{{ not ",          "not ",        "{{ 1 if 1 else ",
        "1 if 1 else ",   "{'a':", "f(", "x[",   "{% if 1 %}", "{% for x in y %}", "{% set x %}", "{% macro m() %}",
        "{% call m() %}", "1 if "};
    Tpl t;
    tpl_open(&t);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        for (int prefix = units[i][0] != '{' || units[i][1] == '\''; prefix < 2; prefix++) {
            char *inside = repeat(units[i], 100000, "");
            char *text = malloc(strlen(inside) + 16);
            sprintf(text, "%s%s", prefix ? "{{ " : "", inside);
            diag_sink_clear(&t.sink);
            assert_null(tpl_unit(&t, text));
            assert_true(t.sink.errors > 0);
            free(inside);
            free(text);
        }
    }
    char *plus = repeat("1+", 100000, "1 }}"), *text = malloc(strlen(plus) + 4);
    sprintf(text, "{{ %s", plus);
    diag_sink_clear(&t.sink);
    assert_null(tpl_unit(&t, text));
    free(plus);
    free(text);
    char *tildes = repeat("1~", 20000, "1 }}");
    text = malloc(strlen(tildes) + 4);
    sprintf(text, "{{ %s", tildes);
    assert_int_equal(tpl_run(&t, text).len, 20001);
    free(tildes);
    free(text);
    tpl_close(&t);
}

static void check_origin(Tpl *t, Value text, const char *at, const char *source, size_t chain)
{
    const char *hit = strstr(text.u.str, at);
    assert_non_null(hit);
    SrcOrigin origin;
    assert_true(srcmap_find_range(t->arena, value_srcmap(text), (size_t)(hit - text.u.str),
                                  (size_t)(hit - text.u.str) + strlen(at), &origin));
    Str whole = source_text(t->sources, origin.span.source);
    assert_str(str_slice(whole, origin.span.start, origin.span.end), source);
    assert_int_equal(origin.chain_count, chain);
}

static void test_source_map(void **state)
{
    (void)state;
    Tpl t;
    tpl_open(&t);
    tpl_let(&t, "table", value_str(STR("raw.users")));
    Value text;
    assert_true(tpl_text(&t,
                         "{% macro inner(c) %}sum({{ c }}) as total{% endmacro %}"
                         "{% macro outer() %}select {{ inner('amount') }}{% endmacro %}"
                         "{% macro given() %}{% do return(inner('late')) %}{% endmacro %}"
                         "{% set part %}where wrong{{ 1 }}{% endset %}"
                         "{{ outer() }} from {{ table }} {{ part }} {{ 'x' ~ part ~ given() }}",
                         &text));
    assert_str(value_text(text),
               "select sum(amount) as total from raw.users where wrong1 xwhere wrong1sum(late) as total");
    check_origin(&t, text, "total from", "total", 2);
    check_origin(&t, text, "amount", "{{ c }}", 2);
    check_origin(&t, text, "users", "{{ table }}", 0);
    check_origin(&t, text, "wrong", "wrong", 0);
    check_origin(&t, text, "elect", "elect", 1);
    check_origin(&t, text, "xwhere", "'x'", 0);
    check_origin(&t, text, "late", "{{ c }}", 2);
    /* A copy in another arena says the same when the first is gone. */
    Arena *other = arena_new();
    Value copy = value_copy_mapped(other, text);
    arena_clear(t.arena);
    check_origin(&t, copy, "total from", "total", 2);
    Value cut = value_slice_mapped(other, copy, 7, 25);
    check_origin(&t, cut, "mount", "{{ c }}", 2);
    arena_free(other);
    tpl_close(&t);
}

static void test_exact_map_of_text(void **state)
{
    (void)state;
    Tpl t;
    tpl_open(&t);
    t.options.family = TPL_ANGLE;
    Value text;
    assert_true(tpl_text(&t, "one\r\ntwo \\<< three\n<<- 4 ->>\nfive", &text));
    assert_str(value_text(text), "one\ntwo << three4five");
    check_origin(&t, text, "ree", "ree", 0);
    check_origin(&t, text, "wo", "wo", 0);
    check_origin(&t, text, "ive", "ive", 0);
    check_origin(&t, text, "4", "<<- 4 ->>", 0);
    SrcOrigin origin;
    assert_false(srcmap_find(t.arena, value_srcmap(value_str(STR("plain"))), 0, &origin));
    tpl_close(&t);
}

/* Filters and methods that cut, join and change text keep what they know of its origin. */
static void test_map_through_filters(void **state)
{
    (void)state;
    Tpl t;
    tpl_open(&t);
    Value text;
    assert_true(tpl_text(
        &t,
        "{% macro m() %}  select alpha,\n beta from t  {% endmacro %}"
        "{{ m() | trim }}|{{ m().strip()[7:] }}|{{ m() | replace('alpha', 'x') }}|{{ m() | upper }}|"
        "{{ m() | indent(4) }}|{{ [m(), 'y'] | join(';') }}|{{ '+'.join([m()]) }}|{{ m().replace('beta', 'zz') }}|"
        "{% filter trim %} in {{ m() }} {% endfilter %}",
        &text));
    Str s = value_text(text), piece;
    size_t from = 0;
    static const struct {
        const char *at, *source;
    } want[] = {{"beta", "beta"}, {"beta", "beta"}, {"from", "from"},   {"BETA", "beta"}, {"beta", "beta"},
                {"beta", "beta"}, {"beta", "beta"}, {"alpha", "alpha"}, {"beta", "beta"}};
    for (size_t i = 0; str_split_next(&s, '|', &piece); i++, from += piece.len + 1) {
        size_t at = str_find(piece, str_from(want[i].at), 0);
        assert_true(at != STR_NPOS);
        SrcOrigin origin;
        assert_true(srcmap_find_range(t.arena, value_srcmap(text), from + at, from + at + strlen(want[i].at), &origin));
        Str whole = source_text(t.sources, origin.span.source);
        assert_str(str_slice(whole, origin.span.start, origin.span.end), want[i].source);
        assert_int_equal(origin.chain_count, 1);
    }
    check_origin(&t, text, "x,", "m() | replace('alpha', 'x')", 0);
    tpl_close(&t);
}

static void test_lenient(void **state)
{
    (void)state;
    Tpl t;
    tpl_open(&t);
    expect(&t, "{{ a.b }}", "error: 'a' is undefined");
    expect(&t, "{{ a() }}", "error: 'a' is undefined");
    tpl_eval_set_lenient(t.eval, true);
    expect(&t, "<{{ a.b.c }}{{ a()['x'](1).y }}{{ {}.q.r }}>", "<>");
    expect(&t, "{{ a + 1 }}", "error: 'a' is undefined");
    expect(&t, "{% macro m() %}<{{ a.b }}>{% endmacro %}{{ m() }}", "<>");
    expect(&t, "{{ ('x' if false).upper() }}",
           "error: this is undefined: it is an 'if' without 'else' that does not apply");
    tpl_close(&t);
}

static void test_render_inside(void **state)
{
    (void)state;
    Tpl t;
    tpl_open(&t);
    expect(&t, "a{{ render('[{{ 1 + 1 }}]') }}b", "a[2]b");
    expect(&t, "a{% macro m() %}x{{ render('{{ return(5) }}') }}{% endmacro %}{{ m() + 1 }}b", "a6b");
    tpl_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_basics),
        cmocka_unit_test(test_macro_alone),
        cmocka_unit_test(test_return),
        cmocka_unit_test(test_globals_are_asked_once),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_memory_is_bounded),
        cmocka_unit_test(test_infinite_recursion_has_few_notes),
        cmocka_unit_test(test_deep_nesting),
        cmocka_unit_test(test_source_map),
        cmocka_unit_test(test_exact_map_of_text),
        cmocka_unit_test(test_map_through_filters),
        cmocka_unit_test(test_lenient),
        cmocka_unit_test(test_render_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
