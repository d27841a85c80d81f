/* Text by code points: broken UTF-8, offsets, case. */
#include "support/check.h"

#include "template/unicode.h"

static Str convert(Arena *arena, const char *s, UnicodeCase to)
{
    return unicode_convert(arena, str_from(s), to);
}

static void test_broken_text_is_kept(void **state)
{
    (void)state;
    static const char *const texts[] = {"a\xc3",         "\xc3(",        "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                        "\xe2\x82",      "\x80\x80",     "\xc0\x80",     "\xf0\x9f\x98\x80\xff",
                                        "\xe2\x82\xac!", "\xf8\x88\x80", "é\xc3",        ""};
    Arena *arena = arena_new();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        Str s = str_from(texts[i]);
        Buf out;
        buf_init(&out, arena);
        size_t forward = 0, backward = 0, n = unicode_length(s);
        for (size_t at = 0; at < s.len; forward++) unicode_add(&out, unicode_next(s, &at));
        assert_str(buf_str(&out), texts[i]);
        for (size_t at = s.len; at > 0; backward++) unicode_previous(s, &at);
        assert_int_equal(forward, n);
        assert_int_equal(backward, n);
        for (size_t k = 0; k <= n; k++) assert_int_equal(unicode_index(s, unicode_offset(s, k)), k);
        assert_int_equal(unicode_offset(s, n + 5), s.len);
    }
    arena_free(arena);
}

static void test_case(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    assert_str(convert(arena, "straße ŉ ﬃ", CASE_UPPER), "STRASSE ʼN FFI");
    assert_str(convert(arena, "ΑΣ ΑΣΑ Σ", CASE_LOWER), "ας ασα σ");
    assert_str(convert(arena, "İI", CASE_LOWER), "i̇i");
    assert_str(convert(arena, "ǆx they're ßa", CASE_TITLE), "ǅx They'Re Ssa");
    assert_str(convert(arena, "éLAN vital", CASE_CAPITAL), "Élan vital");
    assert_str(convert(arena, "aBÇd", CASE_SWAP), "AbçD");
    assert_str(convert(arena, "Straße ΣΣ", CASE_FOLD), "strasse σσ");
    assert_str(convert(arena, "ЖЁЇ \xff", CASE_LOWER), "жёї \xff");
    assert_str(convert(arena, "ASCII only 1_a", CASE_TITLE), "Ascii Only 1_A");
    arena_free(arena);
}

static void test_classes(void **state)
{
    (void)state;
    assert_true(unicode_space(' ') && unicode_space(0x1c) && unicode_space(0x3000) && !unicode_space(0x200b));
    assert_true(unicode_printable(0xe9) && !unicode_printable(0xad) && !unicode_printable(0xe000));
    assert_true(unicode_alpha(0x65e5) && !unicode_alpha(0xbd) && unicode_alnum(0xbd));
    assert_int_equal(unicode_decimal_value(0x0663), 3);
    assert_int_equal(unicode_decimal_value(0x1d7e9), 7);
    assert_int_equal(unicode_decimal_value(0xb2), -1);
    assert_str(unicode_strip(STR("\u00a0 a b\u2003\n")), "a b");
    assert_str(unicode_strip(STR(" \t ")), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_broken_text_is_kept),
        cmocka_unit_test(test_case),
        cmocka_unit_test(test_classes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
