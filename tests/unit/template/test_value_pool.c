/* The pool of values: equal ones are kept once, what could be told apart stays apart. */
#include "support/check.h"

#include "template/value_pool.h"

static Value dict_of(Arena *arena, Value a, Value b)
{
    Value dict = value_dict(arena);
    dict_set_str(dict.u.dict, STR("a"), a);
    dict_set_str(dict.u.dict, STR("b"), b);
    return dict;
}

static void test_equal_values_are_kept_once(void **state)
{
    (void)state;
    Arena *arena = arena_new(), *scratch = arena_new();
    ValuePool pool;
    value_pool_init(&pool, arena);
    Value kept[200];
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 200; i++) {
            Value list = value_list(scratch);
            list_push(list.u.list, value_str(str_fmt(scratch, "text %d", i)));
            Value v = value_pool_keep(&pool, dict_of(scratch, list, value_int(i)), value_undefined(STR_EMPTY));
            if (round) assert_ptr_equal(v.u.dict, kept[i].u.dict);
            kept[i] = v;
        }
    assert_int_equal(pool.count, 200);
    arena_free(scratch); /* nothing of what was given is needed any more */
    assert_true(kept[7].u.dict->frozen);
    Value list = dict_get_str(kept[7].u.dict, STR("a"));
    assert_true(list.u.list->frozen);
    assert_true(value_is_str(list.u.list->at[0], STR("text 7")));
    arena_free(arena);
}

static void test_different_values_stay_apart(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    ValuePool pool;
    value_pool_init(&pool, arena);
    Value one = value_int(1), tuple = value_tuple(arena, &one, 1), list = value_list(arena),
          swapped = value_dict(arena);
    list_push(list.u.list, one);
    dict_set_str(swapped.u.dict, STR("b"), VALUE_NONE);
    dict_set_str(swapped.u.dict, STR("a"), one);
    Value longer = dict_of(arena, one, VALUE_NONE), removed = dict_of(arena, one, VALUE_NONE);
    dict_set_str(longer.u.dict, STR("c"), VALUE_NONE);
    dict_set_str(removed.u.dict, STR("c"), VALUE_NONE);
    dict_remove(removed.u.dict, value_str(STR("c")), NULL);
    const Value different[] = {dict_of(arena, one, VALUE_NONE),
                               dict_of(arena, VALUE_TRUE, VALUE_NONE),
                               dict_of(arena, value_float(1), VALUE_NONE),
                               dict_of(arena, value_str(STR("1")), VALUE_NONE),
                               dict_of(arena, value_float(0.0), VALUE_NONE),
                               dict_of(arena, value_float(-0.0), VALUE_NONE),
                               dict_of(arena, list, VALUE_NONE),
                               dict_of(arena, tuple, VALUE_NONE),
                               dict_of(arena, value_dict(arena), VALUE_NONE),
                               swapped,
                               longer};
    size_t count = sizeof different / sizeof *different;
    for (size_t i = 0; i < count; i++) value_pool_keep(&pool, different[i], value_undefined(STR_EMPTY));
    assert_int_equal(pool.count, count);
    value_pool_keep(&pool, removed, value_undefined(STR_EMPTY)); /* as the first: what was removed does not count */
    assert_int_equal(pool.count, count);
    arena_free(arena);
}

static void test_what_the_base_has_is_shared(void **state)
{
    (void)state;
    Arena *arena = arena_new(), *scratch = arena_new();
    ValuePool pool;
    value_pool_init(&pool, arena);
    Value docs = value_dict(arena), base = dict_of(arena, docs, value_dict(arena));
    value_freeze(base);
    Value own = value_dict(scratch), v = dict_of(scratch, docs, own);
    Value kept = value_pool_keep(&pool, v, base);
    assert_ptr_equal(dict_get_str(kept.u.dict, STR("a")).u.dict, docs.u.dict);
    assert_ptr_not_equal(dict_get_str(kept.u.dict, STR("b")).u.dict, own.u.dict);
    assert_true(value_pool_keep(&pool, value_str(STR("plain")), base).kind == V_STR);
    arena_free(scratch);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_values_are_kept_once),
        cmocka_unit_test(test_different_values_stay_apart),
        cmocka_unit_test(test_what_the_base_has_is_shared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
