/* Calls between C and templates: signatures of native functions, arguments, macros as values, chains of calls. */
#include "support/check.h"
#include "support/tpl.h"

typedef struct Probe {
    Tpl tpl;
    const char *signature;
    size_t count;
} Probe;

/* Shows what tpl_args made of the arguments: "a=1 b=-" */
static bool fn_probe(TplCall *call, Value *result)
{
    const Probe *probe = call->func->data;
    Value out[8];
    if (!tpl_args(call, probe->signature, out)) return false;
    Buf text;
    buf_init(&text, call->arena);
    for (size_t i = 0; i < probe->count; i++) {
        if (i) buf_addc(&text, ' ');
        if (tpl_arg_given(out[i]))
            value_repr(out[i], &text);
        else
            buf_addc(&text, '-');
    }
    *result = value_str(buf_str(&text));
    return true;
}

static void probe_open(Probe *p, const char *signature, size_t count)
{
    tpl_open(&p->tpl);
    p->signature = signature;
    p->count = count;
    tpl_let(&p->tpl, "f", value_func(p->tpl.parse_arena, "f", fn_probe, VALUE_NONE, p));
}

static void expect(Probe *p, const char *text, const char *want)
{
    assert_str(tpl_run(&p->tpl, text), want);
}

static void test_signatures(void **state)
{
    (void)state;
    Probe p;
    probe_open(&p, "a, b=?, c=?", 3);
    expect(&p, "{{ f(1) }}", "1 - -");
    expect(&p, "{{ f(1, c=3) }}", "1 - 3");
    expect(&p, "{{ f(b=none, a='x') }}", "'x' None -");
    expect(&p, "{{ f(*[1, 2], **{'c': 4}) }}", "1 2 4");
    expect(&p, "{{ f(nothing) }}", "Undefined - -");
    expect(&p, "{{ f() }}", "error: f() missing 1 required argument: 'a'");
    expect(&p, "{{ f(1, 2, 3, 4) }}", "error: f() takes 3 positional arguments but 4 were given");
    expect(&p, "{{ f(1, a=2) }}", "error: f() got multiple values for argument 'a'");
    expect(&p, "{{ f(1, d=2) }}", "error: f() got an unexpected keyword argument 'd'");
    tpl_close(&p.tpl);

    probe_open(&p, "a=?, *, key=?", 2);
    expect(&p, "{{ f(1, key=2) }}", "1 2");
    expect(&p, "{{ f(1, 2) }}", "error: f() takes at most 1 positional argument but 2 were given");
    tpl_close(&p.tpl);

    probe_open(&p, "a, *args, **kwargs", 1);
    expect(&p, "{{ f(1, 2, 3, x=4) }}", "1");
    expect(&p, "{{ f(x=4) }}", "error: f() missing 1 required argument: 'a'");
    tpl_close(&p.tpl);

    probe_open(&p, "", 0);
    expect(&p, "{{ f() }}", "");
    expect(&p, "{{ f(1) }}", "error: f() takes 0 positional arguments but 1 was given");
    tpl_close(&p.tpl);
}

static void test_many_arguments(void **state)
{
    (void)state;
    Tpl t;
    tpl_open(&t);
    assert_str(tpl_run(&t, "{% macro m(a, b, c, d, e, f, g, h, i) %}{{ [a, b, c, d, e, f, g, h, i] }}{% endmacro %}"
                           "{{ m(1, 2, 3, 4, 5, 6, 7, 8, 9) }}{{ m(i=9, h=8, g=7, f=6, e=5, d=4, c=3, b=2, a=1) }}"),
               "[1, 2, 3, 4, 5, 6, 7, 8, 9][1, 2, 3, 4, 5, 6, 7, 8, 9]");
    tpl_close(&t);
}

static void test_from_c(void **state)
{
    (void)state;
    Tpl t;
    tpl_open(&t);
    const TplUnit *unit = tpl_unit(&t, "{% macro m(a, b=2) %}{{ a }}-{{ b }}-{{ kwargs }}{% endmacro %}");
    size_t count;
    const TplBlock *block = tpl_blocks(unit, &count);
    Value macro = tpl_macro_value(t.parse_arena, block->macro, NULL), result;
    Value args[] = {value_int(1)}, named[] = {value_int(5), value_str(STR("x"))};
    Str names[] = {STR_INIT("b"), STR_INIT("other")};
    assert_true(tpl_call(t.eval, macro, block->span, args, 1, names, named, 2, &result));
    assert_str(value_text(result), "1-5-{'other': 'x'}");
    assert_non_null(value_srcmap(result));
    assert_false(tpl_call(t.eval, value_int(5), block->span, NULL, 0, NULL, NULL, 0, &result));
    assert_str(t.sink.items[0].message, "a value of type int cannot be called");

    Value dict = value_dict(t.arena), list;
    dict_set_str(dict.u.dict, STR("k"), value_int(7));
    assert_true(tpl_get_attr(t.eval, dict, STR("k"), block->span, &result));
    assert_int_equal(result.u.integer, 7);
    assert_true(tpl_get_attr(t.eval, dict, STR("items"), block->span, &result));
    assert_int_equal(result.kind, V_FUNC);
    assert_true(tpl_get_item(t.eval, dict, value_str(STR("none")), block->span, &result));
    assert_int_equal(result.kind, V_UNDEFINED);
    assert_true(tpl_iterate(t.eval, value_str(STR("ab")), block->span, &list));
    assert_int_equal(list.u.list->n, 2);
    assert_false(tpl_iterate(t.eval, value_int(3), block->span, &list));
    tpl_close(&t);
}

static bool fn_chain(TplCall *call, Value *result)
{
    DiagNote notes[8];
    size_t count = tpl_call_chain(call->eval, notes, 8);
    Buf out;
    buf_init(&out, call->arena);
    for (size_t i = 0; i < count; i++) buf_addf(&out, "%.*s;", STR_ARG(notes[i].message));
    *result = value_str(buf_str(&out));
    return true;
}

static void test_chain(void **state)
{
    (void)state;
    Tpl t;
    tpl_open(&t);
    tpl_let(&t, "chain", value_func(t.parse_arena, "chain", fn_chain, VALUE_NONE, NULL));
    assert_str(tpl_run(&t, "{{ chain() }}|{% macro a() %}{{ chain() }}|{{ caller() }}{% endmacro %}"
                           "{% macro b() %}{% call a() %}{{ chain() }}{% endcall %}{% endmacro %}{{ b() }}"),
               "|a;b;|caller;a;b;");
    tpl_close(&t);
}

/* A macro value may be kept and called after the frame that it was made in is gone. */
static void test_macro_outlives_its_frame(void **state)
{
    (void)state;
    Tpl t;
    tpl_open(&t);
    assert_str(
        tpl_run(&t,
                "{% set keep = namespace() %}"
                "{% macro maker(x) %}{% macro inner() %}<{{ x }}>{% endmacro %}{% set keep.it = inner %}{% endmacro %}"
                "{{ maker(1) }}{{ keep.it() }}{{ maker(2) }}{{ keep.it() }}"),
        "<1><2>");
    assert_str(tpl_run(&t, "{% set keep = namespace() %}{% macro m() %}{% set keep.c = caller %}{% endmacro %}"
                           "{% for i in [7, 8] %}{% call m() %}{{ i }}{% endcall %}{% endfor %}{{ keep.c() }}"),
               "8");
    assert_str(tpl_run(&t, "{% set keep = namespace() %}{% for i in [1, 2] %}{% set keep.l = loop %}{% endfor %}"
                           "{{ keep.l.index }}{{ keep.l.length }}{{ keep.l.last }}"),
               "22True");
    tpl_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signatures),
        cmocka_unit_test(test_many_arguments),
        cmocka_unit_test(test_from_c),
        cmocka_unit_test(test_chain),
        cmocka_unit_test(test_macro_outlives_its_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
