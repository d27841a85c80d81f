/* What other parts of the program read off a parsed unit: blocks, parameters, call sites. */
#include "support/check.h"
#include "support/tpl.h"

static const TplTag tags[] = {
    {STR_INIT("test"), STR_INIT("endtest"), TPL_TAG_MACRO},
    {STR_INIT("materialization"), STR_INIT("endmaterialization"), TPL_TAG_OPTIONS},
    {STR_INIT("snapshot"), STR_INIT("endsnapshot"), TPL_TAG_BODY},
    {STR_INIT("docs"), STR_INIT("enddocs"), TPL_TAG_BODY},
};

static void open_with_tags(Tpl *t)
{
    tpl_open(t);
    t->options.tags = tags;
    t->options.tag_count = sizeof tags / sizeof *tags;
}

static Str text_of(Tpl *t, Span span)
{
    return str_slice(source_text(t->sources, span.source), span.start, span.end);
}

static void test_shapes(void **state)
{
    (void)state;
    Tpl t;
    open_with_tags(&t);
    const TplUnit *unit =
        tpl_unit(&t, "{% macro a(x, y=1) %}A{% endmacro %}\n"
                     "{% test b(model, column_name) %}B{% endtest %}\n"
                     "{% materialization c, adapter='x', supported_languages=['sql'] %}C{% endmaterialization %}\n"
                     "{% materialization c2, default -%} C2 {%- endmaterialization %}\n"
                     "{% snapshot d %}\nselect {{ 1 }}\n{% endsnapshot %}\n"
                     "{% docs e %}\n {{ text }} {% raw %}{{{% endraw %}\n{% enddocs %}");
    assert_non_null(unit);
    assert_int_equal(tpl_unit_family(unit), TPL_CURLY);
    size_t count;
    const TplBlock *b = tpl_blocks(unit, &count);
    assert_int_equal(count, 6);
    static const char *const want[][4] = {
        {"macro", "a", "A", "{% macro a(x, y=1) %}"},
        {"test", "b", "B", "{% test b(model, column_name) %}"},
        {"materialization", "c", "C", "{% materialization c, adapter='x', supported_languages=['sql'] %}"},
        {"materialization", "c2", "C2", "{% materialization c2, default -%}"},
        {"snapshot", "d", "\nselect {{ 1 }}\n", "{% snapshot d %}"},
        {"docs", "e", "\n {{ text }} {% raw %}{{{% endraw %}\n", "{% docs e %}"},
    };
    for (size_t i = 0; i < count; i++) {
        assert_str(b[i].tag, want[i][0]);
        assert_str(b[i].name, want[i][1]);
        assert_str(text_of(&t, b[i].name_span), want[i][1]);
        assert_str(text_of(&t, b[i].body), want[i][2]);
        assert_str(text_of(&t, b[i].span), want[i][3]);
    }
    assert_str(text_of(&t, b[0].whole), "{% macro a(x, y=1) %}A{% endmacro %}");
    const TplParam *params = tpl_macro_params(b[0].macro, &count);
    assert_int_equal(count, 2);
    assert_str(params[0].name, "x");
    assert_false(params[0].has_default);
    assert_true(params[1].has_default);
    assert_str(text_of(&t, params[1].span), "y");
    tpl_macro_params(b[2].macro, &count);
    assert_int_equal(count, 0);
    assert_true(value_is_str(dict_get_str(b[2].options.u.dict, STR("adapter")), STR("x")));
    assert_int_equal(dict_get_str(b[2].options.u.dict, STR("supported_languages")).kind, V_LIST);
    assert_true(value_truthy(dict_get_str(b[3].options.u.dict, STR("default"))));
    Value text;
    assert_true(tpl_render(t.eval, b[4].unit, &text));
    assert_str(value_text(text), "\nselect 1");
    assert_true(tpl_render(t.eval, b[5].unit, &text));
    assert_str(value_text(text), "\n  {{");
    Value macro = tpl_macro_value(t.parse_arena, b[2].macro, NULL);
    assert_true(tpl_call(t.eval, macro, b[2].span, NULL, 0, NULL, NULL, 0, &text));
    assert_str(value_text(text), "C");
    /* The unit itself renders to what stands between. */
    assert_true(tpl_render(t.eval, unit, &text));
    assert_str(value_text(text), "\n\n\n\n\n");
    tpl_close(&t);
}

/* dbt keeps a block with the white space that its marks eat. */
static void test_extent(void **state)
{
    (void)state;
    Tpl t;
    open_with_tags(&t);
    const TplUnit *unit =
        tpl_unit(&t, "a\n {%- macro m() -%} \n x {%+ endmacro -%} \n b {% macro n() %} {%- endmacro %} ");
    size_t count;
    const TplBlock *b = tpl_blocks(unit, &count);
    assert_int_equal(count, 2);
    assert_str(text_of(&t, b[0].extent), "\n {%- macro m() -%} \n x {%+ endmacro -%} \n ");
    assert_str(text_of(&t, b[0].whole), "{%- macro m() -%} \n x {%+ endmacro -%}");
    assert_str(text_of(&t, b[0].body), "x ");
    assert_str(text_of(&t, b[1].extent), "{% macro n() %} {%- endmacro %}");
    assert_str(text_of(&t, b[1].body), "");
    tpl_close(&t);
}

/* White space between two marks belongs to the first of them. */
static void test_extents_do_not_overlap(void **state)
{
    (void)state;
    Tpl t;
    open_with_tags(&t);
    const TplUnit *unit = tpl_unit(
        &t, "{%- macro a() -%}A{%- endmacro -%}\n\n{%- macro b() -%}{% if x %}B{% endif -%}\n{%- endmacro -%}");
    size_t count;
    const TplBlock *b = tpl_blocks(unit, &count);
    assert_int_equal(count, 2);
    assert_str(text_of(&t, b[0].extent), "{%- macro a() -%}A{%- endmacro -%}\n\n");
    assert_str(text_of(&t, b[1].extent), "{%- macro b() -%}{% if x %}B{% endif -%}\n{%- endmacro -%}");
    assert_str(text_of(&t, b[1].body), "{% if x %}B{% endif -%}\n");
    tpl_close(&t);
}

static void test_only_top_level_blocks(void **state)
{
    (void)state;
    Tpl t;
    open_with_tags(&t);
    const TplUnit *unit =
        tpl_unit(&t, "{% if true %}{% macro a() %}{% endmacro %}{% endif %}"
                     "{% macro b() %}{% macro c() %}{% endmacro %}{% endmacro %}"
                     "{# {% macro d() %}{% endmacro %} #}{% raw %}{% macro e() %}{% endmacro %}{% endraw %}");
    size_t count;
    const TplBlock *b = tpl_blocks(unit, &count);
    assert_int_equal(count, 1);
    assert_str(b[0].name, "b");
    tpl_close(&t);
}

static void test_region(void **state)
{
    (void)state;
    Tpl t;
    tpl_open(&t);
    Str file = STR("description: \"{{ doc('x') }} and {{ more\"\nnext: {{ 1");
    SourceId id = source_add(t.sources, STR("schema.yml"), file);
    const TplUnit *unit = tpl_parse(t.parse_arena, t.sources, (Span){id, 14, 28}, &t.options, &t.sink);
    assert_non_null(unit);
    size_t count;
    const TplCallSite *sites = tpl_call_sites(unit, &count);
    assert_int_equal(count, 1);
    assert_str(text_of(&t, sites[0].span), "doc('x')");
    assert_null(tpl_parse(t.parse_arena, t.sources, (Span){id, 14, 40}, &t.options, &t.sink));
    assert_int_equal(t.sink.items[0].span.start, 33);
    tpl_close(&t);
}

static void check_site(const TplCallSite *site, const char *name, bool constant, bool conditional, size_t args)
{
    assert_str(site->name, name);
    assert_int_equal(site->constant, constant);
    assert_int_equal(site->conditional, conditional);
    assert_int_equal(site->arg_count, args);
}

static void test_call_sites(void **state)
{
    (void)state;
    Tpl t;
    tpl_open(&t);
    const TplUnit *unit =
        tpl_unit(&t, "{{ config(materialized='table', tags=['a', 'b'], meta={'x': (1, -2.5, none)}) }}"
                     "{% set x = ref('a') %}{{ ref('p', \"q\", v=2) }}{{ ref(x) }}{{ x() }}"
                     "{% if execute %}{{ ref('in_if') }}{% endif %}"
                     "{% for i in range(3) %}{{ source('s', 't') }}{{ i() }}{% endfor %}"
                     "{{ ref('yes') if flag() else ref('no') }}{{ a and ref('and') }}"
                     "{{ adapter.dispatch('m', 'pkg')(1) }}{{ dbt_utils . star(from=ref('nested')) }}"
                     "{% macro local() %}{{ ref('in_macro') }}{% endmacro %}{{ local() }}{{ f(*args) }}");
    assert_non_null(unit);
    size_t count;
    const TplCallSite *s = tpl_call_sites(unit, &count);
    assert_int_equal(count, 16);
    check_site(&s[0], "config", true, false, 0);
    assert_int_equal(s[0].named_count, 3);
    assert_str(s[0].names[1], "tags");
    assert_int_equal(s[0].named[1].u.list->n, 2);
    Value x = dict_get_str(s[0].named[2].u.dict, STR("x"));
    assert_int_equal(x.kind, V_TUPLE);
    assert_true(x.u.list->at[1].u.real == -2.5);
    check_site(&s[1], "ref", true, false, 1);
    check_site(&s[2], "ref", true, false, 2);
    assert_int_equal(s[2].named[0].u.integer, 2);
    check_site(&s[3], "ref", false, false, 1);
    check_site(&s[4], "ref", true, true, 1);
    check_site(&s[5], "range", true, false, 1);
    check_site(&s[6], "source", true, true, 2);
    check_site(&s[7], "ref", true, true, 1);
    check_site(&s[8], "flag", true, false, 0);
    check_site(&s[9], "ref", true, true, 1);
    check_site(&s[10], "ref", true, true, 1);
    check_site(&s[11], "adapter.dispatch", true, false, 2);
    check_site(&s[12], "dbt_utils.star", false, false, 0);
    check_site(&s[13], "ref", true, false, 1);
    assert_true(value_is_str(s[13].args[0], STR("nested")));
    check_site(&s[14], "ref", true, true, 1);
    check_site(&s[15], "f", false, false, 0);
    tpl_close(&t);
}

/* Of a macro every call is listed, whatever the name is bound to. */
static void test_call_sites_of_macros(void **state)
{
    (void)state;
    Tpl t;
    tpl_open(&t);
    const TplUnit *unit =
        tpl_unit(&t, "{% macro a(column) %}{{ b(column) }}{% set mine = 1 %}{{ mine() }}{{ column() }}"
                     "{% call c() %}{{ b(1) }}{{ mine() }}{{ caller() }}{% endcall %}{% endmacro %}"
                     "{% macro b(x) %}{{ ref('r') }}{% endmacro %}{{ a(1) }}");
    size_t blocks, count;
    const TplBlock *block = tpl_blocks(unit, &blocks);
    assert_int_equal(blocks, 2);
    const TplCallSite *s = tpl_macro_call_sites(block[0].macro, &count);
    assert_int_equal(count, 7);
    const char *called[] = {"b", "mine", "column", "c", "b", "mine", "caller"};
    for (size_t i = 0; i < count; i++) assert_str(s[i].name, called[i]);
    s = tpl_macro_call_sites(block[1].macro, &count);
    assert_int_equal(count, 1);
    assert_str(s[0].name, "ref");
    tpl_close(&t);
}

static void test_families(void **state)
{
    (void)state;
    assert_int_equal(tpl_family_of(STR("a {{ b"), TPL_AUTO), TPL_CURLY);
    assert_int_equal(tpl_family_of(STR("a {% b"), TPL_AUTO), TPL_CURLY);
    assert_int_equal(tpl_family_of(STR("a {# b"), TPL_AUTO), TPL_CURLY);
    assert_int_equal(tpl_family_of(STR("a { { b << c"), TPL_AUTO), TPL_ANGLE);
    assert_int_equal(tpl_family_of(STR(""), TPL_AUTO), TPL_ANGLE);
    assert_int_equal(tpl_family_of(STR("{{"), TPL_ANGLE), TPL_ANGLE);
    assert_int_equal(tpl_family_of_value(STR("a << b"), TPL_AUTO), TPL_CURLY);
    assert_int_equal(tpl_family_of_value(STR("a << b"), TPL_ANGLE), TPL_ANGLE);
    assert_int_equal(tpl_family_of_value(STR("a << b >> c"), TPL_AUTO), TPL_ANGLE);
    assert_int_equal(tpl_family_of_value(STR(">> a << b"), TPL_AUTO), TPL_CURLY);
    assert_int_equal(tpl_family_of_value(STR("a <% b %>"), TPL_AUTO), TPL_ANGLE);
    assert_int_equal(tpl_family_of_value(STR("a <% b >>"), TPL_AUTO), TPL_CURLY);
    assert_int_equal(tpl_family_of_value(STR("a \\<< b"), TPL_AUTO), TPL_ANGLE);
    assert_int_equal(tpl_family_of_value(STR("<< {{ a }} >>"), TPL_AUTO), TPL_CURLY);
    assert_int_equal(tpl_family_of_value(STR("<"), TPL_AUTO), TPL_CURLY);
    assert_true(tpl_is_plain(STR("select 1 < 2"), TPL_ANGLE));
    assert_true(tpl_is_plain(STR("select {{ x }}"), TPL_ANGLE));
    assert_false(tpl_is_plain(STR("select 1 << 2"), TPL_ANGLE));
    assert_true(tpl_is_plain(STR("select 1 << 2"), TPL_CURLY));
    assert_false(tpl_is_plain(STR("select 1\n"), TPL_CURLY));
    assert_false(tpl_is_plain(STR("a\r\nb"), TPL_CURLY));
    assert_false(tpl_is_plain(STR("{% x"), TPL_AUTO));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_extent),
        cmocka_unit_test(test_extents_do_not_overlap),
        cmocka_unit_test(test_only_top_level_blocks),
        cmocka_unit_test(test_region),
        cmocka_unit_test(test_call_sites),
        cmocka_unit_test(test_call_sites_of_macros),
        cmocka_unit_test(test_families),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
