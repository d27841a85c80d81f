#include "base/map.h"
#include "base/str.h"
#include "support/check.h"

static Arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void comparing(void **state)
{
    (void)state;
    assert_true(str_eq(STR("abc"), str_from("abc")));
    assert_false(str_eq(STR("abc"), STR("abd")));
    assert_false(str_eq(STR("abc"), STR("ab")));
    assert_true(str_eq(STR_EMPTY, str_from(NULL)));
    assert_true(str_eq((Str){NULL, 0}, STR_EMPTY));
    assert_true(str_eq_nocase(STR("aBc-1"), STR("AbC-1")));
    assert_false(str_eq_nocase(STR("a[c"), STR("a{c")));
    assert_false(str_eq_nocase(STR("a"), STR("ab")));
    assert_true(str_cmp(STR("a"), STR("b")) < 0);
    assert_true(str_cmp(STR("ab"), STR("a")) > 0);
    assert_true(str_cmp(STR("a"), STR("ab")) < 0);
    assert_int_equal(str_cmp(STR("ab"), STR("ab")), 0);
    assert_true(str_cmp(STR("\xC3\xA9"), STR("z")) > 0);
    assert_true(str_hash(STR("a")) != str_hash(STR("b")));
    assert_int_equal(str_hash((Str){NULL, 0}), str_hash(STR_EMPTY));
}

static void slicing_and_trimming(void **state)
{
    (void)state;
    Str s = STR("  hello \t\r\n");
    assert_str(str_trim(s), "hello");
    assert_str(str_trim_left(s), "hello \t\r\n");
    assert_str(str_trim_right(s), "  hello");
    assert_str(str_trim(STR(" \n ")), "");
    assert_str(str_slice(s, 2, 4), "he");
    assert_str(str_slice(s, 8, 4), "");
    assert_str(str_slice(STR("abc"), 1, 100), "bc");
    assert_str(str_slice(STR("abc"), 100, 200), "");
    assert_str(str_from_index(STR("abc"), 1), "bc");
    assert_true(str_starts(STR("abc"), STR("ab")));
    assert_false(str_starts(STR("ab"), STR("abc")));
    assert_true(str_ends(STR("abc"), STR("bc")));
    assert_false(str_ends(STR("bc"), STR("abc")));
}

static void searching(void **state)
{
    (void)state;
    Str s = STR("a.b.c.b");
    assert_int_equal(str_find(s, STR("b."), 0), 2);
    assert_int_equal(str_find(s, STR("b"), 3), 6);
    assert_int_equal(str_find(s, STR("x"), 0), STR_NPOS);
    assert_int_equal(str_find(s, STR("a.b.c.b.d"), 0), STR_NPOS);
    assert_int_equal(str_find(s, STR_EMPTY, 3), 3);
    assert_int_equal(str_find(s, STR("a"), 100), STR_NPOS);
    assert_int_equal(str_find_char(s, '.', 2), 3);
    assert_int_equal(str_find_char(s, '.', 6), STR_NPOS);
    assert_int_equal(str_find_char(s, '.', 60), STR_NPOS);
    assert_int_equal(str_rfind_char(s, '.'), 5);
    assert_int_equal(str_rfind_char(s, 'x'), STR_NPOS);
    assert_int_equal(str_rfind_char(STR_EMPTY, 'x'), STR_NPOS);
}

static void splitting(void **state)
{
    (void)state;
    Str rest = STR("a,,b,"), piece;
    const char *want[] = {"a", "", "b", ""};
    size_t n = 0;
    while (str_split_next(&rest, ',', &piece)) assert_str(piece, want[n++]);
    assert_int_equal(n, 4);
    rest = STR_EMPTY;
    assert_true(str_split_next(&rest, ',', &piece));
    assert_false(str_split_next(&rest, ',', &piece));
}

static void numbers(void **state)
{
    (void)state;
    int64_t n = 0;
    assert_true(str_to_int(STR("-42"), &n));
    assert_int_equal(n, -42);
    assert_true(str_to_int(STR("9223372036854775807"), &n));
    assert_false(str_to_int(STR("9223372036854775808"), &n));
    assert_false(str_to_int(STR(""), &n));
    assert_false(str_to_int(STR(" 1"), &n));
    assert_false(str_to_int(STR("1 "), &n));
    assert_false(str_to_int(STR("1x"), &n));
    assert_false(str_to_int(STR("00000000000000000000000000000000000000000001"), &n));
    double d = 0;
    assert_true(str_to_double(STR("1.5e3"), &d));
    assert_true(d == 1500.0);
    assert_false(str_to_double(STR("1.5x"), &d));
    assert_false(str_to_double(STR(" 1"), &d));
    assert_false(str_to_double(STR(""), &d));
}

static void making(void **state)
{
    (void)state;
    Str s = str_dup(arena, str_n("abcdef", 3));
    assert_str(s, "abc");
    assert_int_equal(s.ptr[3], 0);
    assert_string_equal(str_c(arena, str_n("abcdef", 2)), "ab");
    assert_str(str_cat(arena, STR("ab"), STR("cd")), "abcd");
    assert_str(str_cat(arena, STR_EMPTY, STR_EMPTY), "");
    assert_str(str_fmt(arena, "%d-%.*s", 7, STR_ARG(STR("x"))), "7-x");
    assert_str(str_lower(arena, STR("AbZ[\xC3\x89")), "abz[\xC3\x89");
    assert_str(str_upper(arena, STR("aBz{")), "ABZ{");
    assert_str(str_replace(arena, STR("aXbXX"), STR("X"), STR("yy")), "ayybyyyy");
    assert_str(str_replace(arena, STR("abc"), STR(""), STR("y")), "abc");
    assert_str(str_replace(arena, STR("aaa"), STR("aa"), STR("")), "a");
    const Str pieces[] = {STR_INIT("a"), STR_INIT(""), STR_INIT("c")};
    assert_str(str_join(arena, pieces, 3, STR(", ")), "a, , c");
    assert_str(str_join(arena, pieces, 3, STR_EMPTY), "ac");
    assert_str(str_join(arena, pieces, 0, STR(",")), "");
}

static void buffers(void **state)
{
    (void)state;
    for (int own = 0; own < 2; own++) {
        Buf buf;
        buf_init(&buf, own ? NULL : arena);
        assert_str(buf_str(&buf), "");
        for (int i = 0; i < 1000; i++) buf_addf(&buf, "%d,", i);
        buf_add(&buf, STR_EMPTY);
        buf_addz(&buf, "end");
        buf_addc(&buf, '!');
        Str text = buf_str(&buf);
        assert_true(str_starts(text, STR("0,1,2,3,")));
        assert_true(str_ends(text, STR("998,999,end!")));
        assert_int_equal(text.ptr[text.len], 0);
        buf_clear(&buf);
        buf_reserve(&buf, 100000);
        assert_true(buf.cap > 100000);
        assert_str(buf_str(&buf), "");
        buf_release(&buf);
        assert_null(buf.ptr);
    }
}

static void a_map_keeps_many_keys_in_order(void **state)
{
    (void)state;
    Map map;
    map_init(&map, arena);
    assert_null(map_get(&map, STR("x")));
    assert_false(map_has(&map, STR("x")));
    enum { MANY = 50000 };
    for (intptr_t i = 0; i < MANY; i++) assert_null(map_put(&map, str_fmt(arena, "key %d", (int)i), (void *)(i + 1)));
    assert_int_equal(map.count, MANY);
    for (intptr_t i = 0; i < MANY; i++) {
        Str key = str_fmt(arena, "key %d", (int)i);
        assert_int_equal((intptr_t)map_get(&map, key), i + 1);
        assert_true(str_eq(map.entries[i].key, key));
    }
    assert_false(map_has(&map, STR("key -1")));
    assert_int_equal((intptr_t)map_put(&map, STR("key 7"), (void *)99), 8);
    assert_int_equal((intptr_t)map_get(&map, STR("key 7")), 99);
    assert_int_equal(map.count, MANY);
    void **slot = map_slot(&map, STR("new"));
    assert_null(*slot);
    *slot = &map;
    assert_ptr_equal(map_get(&map, STR("new")), &map);
    assert_ptr_equal(map_slot(&map, STR("new")), slot);
    *map_slot(&map, STR("null")) = NULL;
    assert_true(map_has(&map, STR("null")));
    assert_true(map_has(&map, STR("new")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comparing), cmocka_unit_test(slicing_and_trimming),
        cmocka_unit_test(searching), cmocka_unit_test(splitting),
        cmocka_unit_test(numbers),   cmocka_unit_test(making),
        cmocka_unit_test(buffers),   cmocka_unit_test(a_map_keeps_many_keys_in_order),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
