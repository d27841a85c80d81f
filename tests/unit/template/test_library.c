/* What the text cases cannot show: shared data that must not change, objects of the host in filters and operators, hints,
 * and limits. */
#include "support/check.h"
#include "support/tpl.h"

static void expect(Tpl *t, const char *text, const char *want)
{
    assert_str(tpl_run(t, text), want);
}

static void test_shared_data_cannot_change(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "l.append(1)",  "l.extend([1])", "l.insert(0, 1)",
        "l.pop()",      "l.remove(1)",   "l.clear()",
        "l.reverse()",  "l.sort()",      "d.update(a=1)",
        "d.pop('a')",   "d.clear()",     "d.setdefault('z')",
        "d.popitem()",  "d.l.append(1)", "s.add(1)",
        "s.discard(1)", "s.clear()",     "s.update([2])",
        "s.remove(1)",  "s.pop()",       "s.difference_update([1])",
    };
    Tpl t;
    tpl_open(&t);
    Value l = value_list(t.parse_arena), d = value_dict(t.parse_arena), s = value_set(t.parse_arena);
    list_push(l.u.list, value_int(1));
    dict_set_str(d.u.dict, STR("a"), value_int(1));
    dict_set_str(d.u.dict, STR("l"), value_list(t.parse_arena));
    dict_set(s.u.dict, value_int(1), VALUE_NONE);
    value_freeze(l);
    value_freeze(d);
    value_freeze(s);
    tpl_let(&t, "l", l);
    tpl_let(&t, "d", d);
    tpl_let(&t, "s", s);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        char text[100];
        snprintf(text, sizeof text, "{%% do %s %%}", changes[i]);
        Str said = tpl_run(&t, text);
        assert_true(str_find(said, STR("is shared project data and cannot be changed"), 0) != STR_NPOS);
        assert_true(t.sink.items[0].hint.len > 0);
    }
    expect(&t, "{% set c = l.copy() %}{% do c.append(2) %}{{ c }}{{ l }}{{ l + [3] }}{{ l | sort(reverse=true) }}",
           "[1, 2][1][1, 3][1]");
    expect(&t, "{% set c = d.copy() %}{% do c.update(a=2) %}{{ c.a }}{{ d.a }}{{ s.union([2]) | length }}", "212");
    tpl_close(&t);
}

/* A day: ordered, comparable with equal days, and day + 1 is the next one. */
typedef struct Day {
    Object head;
    int64_t number;
} Day;

static const ObjectClass day_class;

static Day *as_day(const Object *o)
{
    return (Day *)(uintptr_t)o;
}

static Value new_day(Arena *arena, int64_t number)
{
    Day *day = ARENA_NEW(arena, Day);
    *day = (Day){{&day_class}, number};
    return value_object(&day->head);
}

static void day_str(const Object *self, Buf *out)
{
    buf_addf(out, "day %lld", (long long)as_day(self)->number);
}

static bool day_equal(const Object *a, const Object *b)
{
    return as_day(a)->number == as_day(b)->number;
}

static bool day_compare(const Object *a, Value b, int *order)
{
    if (b.kind != V_OBJECT || b.u.object->class != &day_class) return false;
    int64_t x = as_day(a)->number, y = as_day(b.u.object)->number;
    *order = x < y ? -1 : x > y;
    return true;
}

static bool day_binary(TplCall *call, char op, Value a, Value b, Value *result)
{
    if (op != '+' || a.kind != V_OBJECT || b.kind != V_INT) return false;
    *result = new_day(call->arena, as_day(a.u.object)->number + b.u.integer);
    return true;
}

static bool day_attr(TplCall *call, Object *self, Str name, Value *result)
{
    (void)call;
    *result = str_eq(name, STR("number")) ? value_int(as_day(self)->number) : value_undefined(name);
    return true;
}

static bool day_plain(TplCall *call, Object *self, Value *result)
{
    *result = value_str(str_fmt(call->arena, "2020-01-%02lld", (long long)as_day(self)->number));
    return true;
}

static const ObjectClass day_class = {
    .name = "day",
    .attr = day_attr,
    .str = day_str,
    .equal = day_equal,
    .compare = day_compare,
    .binary = day_binary,
    .plain = day_plain,
};

static void test_objects(void **state)
{
    (void)state;
    Tpl t;
    tpl_open(&t);
    Value days = value_list(t.parse_arena);
    for (int64_t i = 3; i > 0; i--) list_push(days.u.list, new_day(t.parse_arena, i));
    list_push(days.u.list, new_day(t.parse_arena, 2));
    tpl_let(&t, "days", days);
    tpl_let(&t, "d", new_day(t.parse_arena, 2));
    expect(&t, "{{ days | sort }}", "[day 1, day 2, day 2, day 3]");
    expect(&t, "{{ days | min }} {{ days | max }} {{ days | unique | list | length }}", "day 1 day 3 3");
    expect(&t, "{{ d in days }} {{ days.index(d) }} {{ days.count(d) }} {{ {d: 'x'}[days[1]] }}", "True 1 2 x");
    expect(&t, "{{ d + 1 }} {{ d == days[3] }} {{ d < days[0] }} {{ d >= days[0] }}", "day 3 True True False");
    expect(&t, "{{ [d] | tojson }} {{ days | map(attribute='number') | join }}", "[\"2020-01-02\"] 3212");
    expect(&t, "{{ days | groupby('number') | map(attribute='grouper') | list }}", "[1, 2, 3]");
    expect(&t, "{{ d.other is defined }} {{ d is iterable }} {{ d is callable }} {{ '%s' % d }} {{ '{}'.format(d) }}",
           "False False False day 2 day 2");
    expect(&t, "{{ d - 1 }}", "error: unsupported operand type(s) for -: 'day' and 'int'");
    expect(&t, "{{ d < 1 }}", "error: '<' not supported between instances of 'day' and 'int'");
    expect(&t, "{{ d | length }}", "error: object of type 'day' has no len()");
    expect(&t, "{% for x in d %}{% endfor %}", "error: 'day' object is not iterable");
    tpl_close(&t);
}

static void check_hint(const char *text, const char *hint)
{
    Tpl t;
    tpl_open(&t);
    tpl_run(&t, text);
    assert_int_equal(t.sink.errors, 1);
    assert_str(t.sink.items[0].hint, hint);
    assert_true(t.sink.items[0].span.source != 0);
    tpl_close(&t);
}

static void test_hints(void **state)
{
    (void)state;
    check_hint("{{ ['a'] | map('uper') | list }}", "did you mean 'upper'?");
    check_hint("{{ ['a'] | select('equaltoo', 1) | list }}", "did you mean 'equalto'?");
    check_hint("{{ 'a' + 1 }}", "join values of different types as text with ~");
    check_hint("{{ 1 + 'a' }}", "join values of different types as text with ~");
    check_hint("{{ [1] | map('string') | last }}", "make a list of it first: |list|last");
}

static void test_limits(void **state)
{
    (void)state;
    Tpl t;
    tpl_open(&t);
    expect(&t, "{{ ('x' * 1000000) * 300 }}", "error: repeating this 300 times would take too much memory");
    expect(&t, "{{ [1] * 999999999 }}", "error: repeating this 999999999 times would take too much memory");
    expect(&t, "{{ 'x'.center(99999999999) | length }}", "error: the result would be larger than 256 MiB");
    expect(&t, "{{ '%9999999999d' % 1 }}", "error: width too big");
    expect(&t, "{{ range(10 ** 6) }}",
           "error: Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).");
    expect(&t, "{% set l = [] %}{% do l.append(l) %}{{ l | tojson }}",
           "error: Circular reference detected, or more than 900 levels");
    expect(&t, "{% set d = {} %}{% do d.update(d=d) %}{{ d | pprint | length > 0 }}", "True");
    tpl_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shared_data_cannot_change),
        cmocka_unit_test(test_objects),
        cmocka_unit_test(test_hints),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
