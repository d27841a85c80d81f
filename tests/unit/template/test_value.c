/* Values: dicts of all sizes, equality, order, printing, copies, freezing. What templates do with them is in
 * tests/template and, against Jinja2, in tests/conformance/template. */
#include "support/check.h"

#include "template/library.h"

#include <math.h>

static Arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static Str repr(Value v)
{
    Buf out;
    buf_init(&out, arena);
    value_repr(v, &out);
    return buf_str(&out);
}

static Value text(const char *s)
{
    return value_str(str_from(s));
}

static void test_dict_grows_and_shrinks(void **state)
{
    (void)state;
    Value v = value_dict(arena);
    Dict *d = v.u.dict;
    enum { N = 5000 };
    for (int64_t i = 0; i < N; i++) dict_set(d, value_int(i), value_int(i * i));
    assert_int_equal(d->live, N);
    for (int64_t i = 0; i < N; i += 2) assert_true(dict_remove(d, value_int(i), NULL));
    assert_false(dict_remove(d, value_int(0), NULL));
    assert_int_equal(d->live, N / 2);
    for (int64_t i = 0; i < N; i++) {
        const Value *found = dict_find(d, value_int(i));
        if (i % 2 == 0)
            assert_null(found);
        else
            assert_true(found && found->u.integer == i * i);
    }
    /* a queue: taking out in front and putting in behind must not grow without end */
    uint32_t cap = d->cap;
    for (int64_t i = 0; i < 20 * N; i++) {
        dict_set(d, value_int(N + i), VALUE_NONE);
        assert_true(dict_remove(d, value_int(N + i), NULL));
    }
    assert_true(d->cap <= 2 * cap);
    /* order of insertion */
    int64_t last = 0;
    for (uint32_t i = 0; i < d->used; i++) {
        if (d->entries[i].key.kind == V_UNDEFINED) continue;
        assert_true(d->entries[i].key.u.integer > last || last == 0);
        last = d->entries[i].key.u.integer;
    }
}

static void test_keys_are_pythons(void **state)
{
    (void)state;
    Dict *d = value_dict(arena).u.dict;
    dict_set(d, value_int(1), text("int"));
    dict_set(d, value_float(1.0), text("float"));
    dict_set(d, VALUE_TRUE, text("bool"));
    assert_int_equal(d->live, 1);
    assert_true(value_is_str(*dict_find(d, value_int(1)), STR("bool")));
    assert_int_equal(d->entries[0].key.kind, V_INT); /* the first key stays */
    Value pair[2] = {value_int(1), text("x")};
    Value tuple = value_tuple(arena, pair, 2);
    dict_set(d, tuple, VALUE_NONE);
    assert_non_null(dict_find(d, value_tuple(arena, pair, 2)));
    assert_false(value_hashable(value_list(arena)));
    assert_null(dict_find(d, value_list(arena)));
    dict_set_str(d, STR("key"), value_int(5));
    assert_int_equal(dict_get_str(d, STR("key")).u.integer, 5);
    assert_int_equal(dict_get_str(d, STR("other")).kind, V_UNDEFINED);
    assert_int_equal(value_hash(value_int(-3)), value_hash(value_float(-3.0)));
}

static void test_equality_and_order(void **state)
{
    (void)state;
    int order;
    assert_true(value_equal(value_int(1), VALUE_TRUE));
    assert_false(value_equal(value_int(9007199254740993), value_float(9007199254740992.0)));
    assert_false(value_equal(value_float(NAN), value_float(NAN)));
    assert_false(value_compare(value_float(NAN), value_int(1), &order));
    assert_true(value_compare(value_int(INT64_MAX), value_float(INFINITY), &order) && order < 0);
    assert_false(value_compare(value_int(1), text("1"), &order));
    assert_false(value_equal(VALUE_NONE, VALUE_FALSE));
    /* a list inside itself compares without end in Python; here it is over some time */
    Value loop = value_list(arena), other = value_list(arena);
    list_push(loop.u.list, loop);
    list_push(other.u.list, other);
    assert_false(value_equal(loop, other));
    assert_true(value_equal(loop, loop));
}

static void test_printing(void **state)
{
    (void)state;
    Value v = value_list(arena);
    list_push(v.u.list, text("it's"));
    list_push(v.u.list, v);
    assert_str(repr(v), "[\"it's\", [...]]");
    assert_str(repr(value_tuple(arena, v.u.list->at, 1)), "(\"it's\",)");
    assert_str(repr(value_set(arena)), "set()");
    assert_str(value_to_str(arena, value_undefined(STR("x"))), "");
    assert_str(repr(text("a\\b\n\x01")), "'a\\\\b\\n\\x01'");
    /* bytes that are no UTF-8 survive printing, and show in repr */
    assert_str(value_to_str(arena, text("a\xff")), "a\xff");
    assert_str(repr(text("\xff")), "'\\udcff'");
    Value deep = value_list(arena);
    for (int i = 0; i < 5000; i++) {
        Value outer = value_list(arena);
        list_push(outer.u.list, deep);
        deep = outer;
    }
    assert_true(repr(deep).len > 1000);
}

static void test_copy_and_freeze(void **state)
{
    (void)state;
    Arena *own = arena_new();
    Value list = value_list(own), dict = value_dict(own);
    dict_set_str(dict.u.dict, str_dup(own, STR("k")), list);
    list_push(list.u.list, value_str(str_dup(own, STR("inner"))));
    Value copy = value_copy(arena, dict);
    list_push(list.u.list, VALUE_NONE);
    value_freeze(dict);
    assert_true(dict.u.dict->frozen && list.u.list->frozen);
    arena_free(own);
    assert_str(repr(copy), "{'k': ['inner']}");
    assert_false(copy.u.dict->frozen);
}

static Str number(double f)
{
    Buf out;
    buf_init(&out, arena);
    number_print_float(f, &out);
    return buf_str(&out);
}

static void test_floats(void **state)
{
    (void)state;
    assert_str(number(0.1 + 0.2), "0.30000000000000004");
    assert_str(number(1e16), "1e+16");
    assert_str(number(9999999999999998.0), "9999999999999998.0");
    assert_str(number(0.0001), "0.0001");
    assert_str(number(0.00001), "1e-05");
    assert_str(number(-0.0), "-0.0");
    assert_str(number(5e-324), "5e-324");
    assert_str(number(0x1p-44), "5.684341886080802e-14"); /* the upper neighbour at a power of two */
    assert_str(number(1.7976931348623157e308), "1.7976931348623157e+308");
    /* what is printed reads back the same */
    uint64_t bits = 88172645463325252u;
    for (int i = 0; i < 20000; i++) {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        double f, back;
        memcpy(&f, &bits, sizeof f);
        if (!isfinite(f)) continue;
        assert_true(number_read_float(number(f), &back));
        assert_true(memcmp(&f, &back, sizeof f) == 0);
    }
}

static void test_reading_numbers(void **state)
{
    (void)state;
    int64_t i;
    double f;
    bool large;
    assert_true(number_read_int(STR(" -1_000 "), 10, &i, &large) && i == -1000 && !large);
    assert_true(number_read_int(STR("0x1F"), 0, &i, &large) && i == 31);
    assert_true(number_read_int(STR("-9223372036854775808"), 10, &i, &large) && i == INT64_MIN && !large);
    assert_true(number_read_int(STR("9223372036854775808"), 10, &i, &large) && large);
    assert_false(number_read_int(STR(""), 10, &i, &large));
    assert_false(number_read_int(STR("1__0"), 10, &i, &large));
    assert_false(number_read_int(STR("012"), 0, &i, &large));
    assert_true(number_read_float(STR("1e3"), &f) && f == 1000);
    assert_true(number_read_float(STR("-Infinity"), &f) && isinf(f) && f < 0);
    assert_false(number_read_float(STR("0x10"), &f));
    assert_false(number_read_float(STR("nan(1)"), &f));
    assert_false(number_read_float(STR("1 2"), &f));
}

static Str read_back(const char *json, const char *problem)
{
    Value v;
    Str why;
    bool ok = value_from_json(arena, str_from(json), &v, &why);
    if (!ok) {
        assert_non_null(problem);
        assert_str(why, problem);
        return STR_EMPTY;
    }
    return repr(v);
}

static void test_json(void **state)
{
    (void)state;
    assert_str(read_back("{\"a\": [1, -2.5e3, true, null, \"\\u00e9\\ud83d\\ude00\\n\"]}", NULL),
               "{'a': [1, -2500.0, True, None, 'é😀\\n']}");
    assert_str(read_back(" [ ] ", NULL), "[]");
    assert_str(read_back("\"\\ud800\"", NULL), "'\xef\xbf\xbd'");
    read_back("", "Expecting value: line 1 column 1 (char 0)");
    read_back("[1,\n 2,]", "Expecting value: line 2 column 4 (char 7)");
    read_back("{\"a\": 1 \"b\"}", "Expecting ',' delimiter: line 1 column 9 (char 8)");
    read_back("{a: 1}", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)");
    read_back("\"a", "Unterminated string starting at: line 1 column 1 (char 0)");
    read_back("1 2", "Extra data: line 1 column 3 (char 2)");
    read_back("99999999999999999999", "this integer does not fit in 64 bits: line 1 column 1 (char 0)");
    char deep[3001];
    memset(deep, '[', 3000);
    deep[3000] = 0;
    Value v;
    Str why;
    assert_false(value_from_json(arena, str_from(deep), &v, &why));
}

static void test_names_are_sorted(void **state)
{
    (void)state;
    const char *const *(*lists[])(size_t *) = {tpl_filter_names, tpl_test_names, tpl_global_names};
    for (size_t l = 0; l < 3; l++) {
        size_t count;
        const char *const *names = lists[l](&count);
        for (size_t i = 1; i < count; i++) assert_true(strcmp(names[i - 1], names[i]) < 0);
        for (size_t i = 0; i < count; i++) {
            Str name = str_from(names[i]);
            assert_true(l == 0   ? tpl_filter_find(name) != NULL
                        : l == 1 ? tpl_test_find(name) != NULL
                                 : tpl_global_find(name) != NULL);
        }
    }
    assert_null(tpl_filter_find(STR("upperr")));
    assert_null(tpl_filter_find(STR("uppe")));
    assert_null(tpl_test_find(STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_dict_grows_and_shrinks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_keys_are_pythons, setup, teardown),
        cmocka_unit_test_setup_teardown(test_equality_and_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_printing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_copy_and_freeze, setup, teardown),
        cmocka_unit_test_setup_teardown(test_floats, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reading_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_json, setup, teardown),
        cmocka_unit_test(test_names_are_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
