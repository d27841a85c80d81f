/* UTF-8, edit distance, patterns, wildcards, hashes. */
#include "base/edit.h"
#include "base/hash.h"
#include "base/regex.h"
#include "base/utf8.h"
#include "base/wild.h"
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

/* ---- UTF-8 ---- */

static void every_code_point_goes_there_and_back(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        if (c >= 0xD800 && c < 0xE000) continue;
        char bytes[4];
        size_t n = utf8_encode(c, bytes), at = 0;
        assert_int_equal(n, c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4);
        uint32_t back;
        if (!utf8_decode(str_n(bytes, n), &at, &back) || back != c || at != n) fail_msg("U+%04X", (unsigned)c);
    }
    char bytes[4];
    assert_int_equal(utf8_encode(0xD800, bytes), 3);
    assert_memory_equal(bytes, "\xEF\xBF\xBD", 3);
    assert_int_equal(utf8_encode(0x110000, bytes), 3);
}

static void malformed_bytes_are_found(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\x80", /* continues nothing */
        "\xC3", /* cut */
        "\xE2\x82", /* cut */
        "\xF0\x9F\x98", /* cut */
        "\xC0\x80", /* overlong */
        "\xC1\xBF", /* overlong */
        "\xE0\x9F\xBF", /* overlong */
        "\xF0\x8F\xBF\xBF", /* overlong */
        "\xED\xA0\x80", /* a surrogate */
        "\xF4\x90\x80\x80", /* above the last one */
        "\xF5\x80\x80\x80",
        "\xFF",
        "\xC3(",
        "\xE2\x28\xA1",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        Str text = str_fmt(arena, "plain text \xC3\xA9 %sx", bad[i]);
        assert_int_equal(utf8_bad(text), 14);
        assert_false(utf8_valid(text));
        size_t at = 14;
        assert_int_equal(utf8_next(text, &at), 0xFFFD);
        assert_int_equal(at, 15);
        Str repaired = utf8_repair(arena, text);
        assert_true(utf8_valid(repaired));
        assert_true(str_starts(repaired, STR("plain text \xC3\xA9 \xEF\xBF\xBD")));
        assert_true(str_ends(repaired, STR("x")));
    }
    Str fine = STR("gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80");
    assert_true(utf8_valid(fine));
    assert_ptr_equal(utf8_repair(arena, fine).ptr, fine.ptr);
    size_t end = fine.len;
    assert_int_equal(utf8_next(fine, &end), 0);
    assert_int_equal(end, fine.len);
}

static void lengths_and_widths(void **state)
{
    (void)state;
    assert_int_equal(utf8_length(STR("")), 0);
    assert_int_equal(utf8_length(STR("a long text without anything special")), 36);
    assert_int_equal(utf8_length(STR("gr\xC3\xBC\xC3\x9F"
                                     "e")),
                     5);
    assert_int_equal(utf8_length(STR("\xFF\xFE")), 2);
    assert_int_equal(utf8_index(STR("gr\xC3\xBC\xC3\x9F"
                                    "e"),
                                3),
                     4);
    assert_int_equal(utf8_index(STR("ab"), 9), 2);
    assert_true(utf8_ascii(STR("only these, and more than eight")));
    assert_false(utf8_ascii(STR("only these, and then \xC3\xBC")));
    assert_str(utf8_without_bom(STR("\xEF\xBB\xBFx")), "x");
    assert_str(utf8_without_bom(STR("x")), "x");
    assert_int_equal(utf8_width(STR("abc")), 3);
    assert_int_equal(utf8_width(STR("\xE4\xB8\x96\xE7\x95\x8C")), 4); /* two ideographs */
    assert_int_equal(utf8_width(STR("e\xCC\x81")), 1); /* a combining accent */
    assert_int_equal(utf8_width(STR("\xF0\x9F\x98\x80")), 2); /* a face */
    assert_int_equal(utf8_width(STR("\xEF\xBC\xA1")), 2); /* a full-width A */
    assert_int_equal(utf8_width(STR("\xED\x95\x9C")), 2); /* Hangul */
    assert_int_equal(utf8_width(STR("\xC3\xA9\xC2\xAD")), 1); /* a soft hyphen is not shown */
    assert_int_equal(utf8_width(STR("\t\x1B\x7F\xC2\x85")), 0);
    assert_int_equal(utf8_char_width(0x200B), 0);
    assert_int_equal(utf8_char_width(0x10FFFF), 1);
}

/* ---- edit distance ---- */

static void distances(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        size_t distance;
    } cases[] = {
        {"", "", 0},
        {"abc", "abc", 0},
        {"abc", "", 3},
        {"abc", "abd", 1},
        {"abc", "acb", 1},
        {"abc", "ab", 1},
        {"kitten", "sitting", 3},
        {"ab", "ba", 1},
        {"abcdef", "badcfe", 3},
        {"ca", "abc", 3},
        {"orders", "order", 1},
        {"stg_usres", "stg_users", 1},
        {"xaby", "xbay", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Str a = str_from(cases[i].a), b = str_from(cases[i].b);
        assert_int_equal(edit_distance(a, b, 10), cases[i].distance);
        assert_int_equal(edit_distance(b, a, 10), cases[i].distance);
        for (size_t limit = 0; limit < 4; limit++)
            assert_int_equal(edit_distance(a, b, limit), cases[i].distance <= limit ? cases[i].distance : limit + 1);
    }
    Buf one, two;
    buf_init(&one, arena);
    buf_init(&two, arena);
    for (int i = 0; i < 300; i++) buf_addc(&one, 'a'), buf_addc(&two, 'b');
    assert_int_equal(edit_distance(buf_str(&one), buf_str(&two), 1000), 1001); /* too long to compare */
}

/* The plain definition, to check the quick one against. */
static size_t slow_distance(Str a, Str b)
{
    size_t table[9][9];
    for (size_t i = 0; i <= a.len; i++)
        for (size_t j = 0; j <= b.len; j++) {
            if (!i || !j) {
                table[i][j] = i + j;
                continue;
            }
            size_t best = table[i - 1][j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]);
            if (table[i - 1][j] + 1 < best) best = table[i - 1][j] + 1;
            if (table[i][j - 1] + 1 < best) best = table[i][j - 1] + 1;
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1] &&
                table[i - 2][j - 2] + 1 < best)
                best = table[i - 2][j - 2] + 1;
            table[i][j] = best;
        }
    return table[a.len][b.len];
}

static void quick_distances_equal_the_definition(void **state)
{
    (void)state;
    uint32_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        char a[8], b[8];
        for (int i = 0; i < 8; i++) {
            seed = seed * 1664525 + 1013904223;
            a[i] = (char)('a' + (seed >> 24) % 3);
            b[i] = (char)('a' + (seed >> 16) % 3);
        }
        Str left = str_n(a, seed % 9), right = str_n(b, (seed >> 8) % 9);
        size_t want = slow_distance(left, right);
        for (size_t limit = 0; limit < 6; limit++)
            assert_int_equal(edit_distance(left, right, limit), want <= limit ? want : limit + 1);
    }
}

static void names_that_were_meant(void **state)
{
    (void)state;
    static const Str names[] = {STR_INIT("stg_users"),   STR_INIT("stg_orders"), STR_INIT("dim_users"),
                                STR_INIT("Fact-Orders"), STR_INIT("id"),         STR_INIT("description")};
    static const struct {
        const char *wanted, *best;
    } cases[] = {
        {"stg_usres", "stg_users"},
        {"STG_ORDERS", "stg_orders"},
        {"fact_orders", "Fact-Orders"},
        {"descripton", "description"},
        {"orders", "stg_orders"},
        {"ix", NULL},
        {"completely_other", NULL},
        {"", NULL},
        {"dim_user", "dim_users"},
        {"desc", "description"},
        {"ID", "id"},
        {"stg_users_v2", "stg_users"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Str best;
        bool found = nearest(str_from(cases[i].wanted), names, 6, &best);
        if (found != (cases[i].best != NULL)) fail_msg("%s", cases[i].wanted);
        if (found) assert_str(best, cases[i].best);
    }
    Str best;
    assert_false(nearest(STR("id"), names + 4, 1, &best)); /* never the name itself */
    assert_false(nearest(STR("x"), NULL, 0, &best));
}

/* ---- patterns ---- */

static void matching_with_groups(void **state)
{
    (void)state;
    Str error;
    size_t offset, start, end;
    Regex *regex = regex_new(arena, STR("(?P<year>\\d{4})-(\\d\\d)(x)?"), 0, &error, &offset);
    assert_non_null(regex);
    assert_int_equal(regex_groups(regex), 3);
    assert_str(regex_group_name(regex, 1), "year");
    assert_str(regex_group_name(regex, 2), "");
    assert_int_equal(regex_group_number(regex, STR("year")), 1);
    assert_int_equal(regex_group_number(regex, STR("month")), -1);
    RegexMatch *match = regex_match_new(regex);
    Str subject = STR("from 2026-01 to 2027-02");
    assert_int_equal(regex_exec(regex, subject, 0, match), REGEX_YES);
    assert_true(regex_group(match, 0, &start, &end));
    assert_int_equal(start, 5);
    assert_int_equal(end, 12);
    assert_true(regex_group(match, 2, &start, &end));
    assert_int_equal(start, 10);
    assert_false(regex_group(match, 3, &start, &end));
    assert_false(regex_group(match, 9, &start, &end));
    assert_int_equal(regex_exec(regex, subject, 12, match), REGEX_YES);
    assert_true(regex_group(match, 1, &start, &end));
    assert_int_equal(start, 16);
    assert_int_equal(regex_exec(regex, subject, 17, match), REGEX_NO);
    assert_false(regex_group(match, 0, &start, &end));
    assert_int_equal(regex_exec(regex, subject, 1000, match), REGEX_NO);
    regex_match_free(match);
    regex_match_free(NULL);
    regex_free(regex);
    regex_free(NULL);
}

static bool matches(const char *pattern, unsigned flags, Str subject)
{
    Str error;
    size_t offset;
    Regex *regex = regex_new(arena, str_from(pattern), flags, &error, &offset);
    assert_non_null(regex);
    bool yes = regex_test(regex, subject);
    regex_free(regex);
    return yes;
}

static void flags_of_patterns(void **state)
{
    (void)state;
    assert_true(matches("b", 0, STR("abc")));
    assert_false(matches("b", REGEX_ANCHORED, STR("abc")));
    assert_true(matches("a", REGEX_ANCHORED, STR("abc")));
    assert_false(matches("a", REGEX_FULL, STR("abc")));
    assert_true(matches("a.*", REGEX_FULL, STR("abc")));
    assert_false(matches("B", 0, STR("abc")));
    assert_true(matches("B", REGEX_NOCASE, STR("abc")));
    assert_false(matches("^b", 0, STR("a\nb")));
    assert_true(matches("^b", REGEX_MULTILINE, STR("a\nb")));
    assert_false(matches("a.b", 0, STR("a\nb")));
    assert_true(matches("a.b", REGEX_DOTALL, STR("a\nb")));
    assert_true(matches("a b # c", REGEX_VERBOSE, STR("ab")));
    assert_true(matches("^.$", 0, STR("\xC3\xA9")));
    assert_false(matches("^.$", REGEX_BYTES, STR("\xC3\xA9")));
    assert_true(matches("^\\w$", 0, STR("\xC3\xA9")));
    assert_true(matches("b", 0,
                        STR("a\xFF"
                            "b"))); /* malformed bytes match nothing, the rest does */
    assert_false(matches("^...$", 0,
                         STR("a\xFF"
                             "b")));
    assert_true(matches("", 0, STR_EMPTY));
}

static void wrong_patterns_are_explained(void **state)
{
    (void)state;
    Str error = STR_EMPTY;
    size_t offset = 0;
    assert_null(regex_new(arena, STR("ab(c"), 0, &error, &offset));
    assert_int_equal(offset, 4);
    assert_str(error, "missing closing parenthesis");
    assert_null(regex_new(arena, STR("a\\Cb"), 0, &error, &offset));
}

static void no_pattern_hangs(void **state)
{
    (void)state;
    Str error;
    size_t offset;
    Regex *regex = regex_new(arena, STR("^(a|a|b?)*+?(a+)+$"), 0, &error, &offset);
    if (!regex) regex = regex_new(arena, STR("^(a|a)*(a+)+$"), 0, &error, &offset);
    assert_non_null(regex);
    RegexMatch *match = regex_match_new(regex);
    assert_int_equal(regex_exec(regex, STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"), 0, match),
                     REGEX_LIMIT);
    regex_match_free(match);
    regex_free(regex);
    /* Deep recursion goes from the small stack of compiled code to the interpreter. */
    Buf deep;
    buf_init(&deep, arena);
    for (int i = 0; i < 20000; i++) buf_addc(&deep, '(');
    for (int i = 0; i < 20000; i++) buf_addc(&deep, ')');
    regex = regex_new(arena, STR("^(\\((?1)*\\))*$"), 0, &error, &offset);
    assert_non_null(regex);
    match = regex_match_new(regex);
    assert_int_not_equal(regex_exec(regex, buf_str(&deep), 0, match), REGEX_NO);
    regex_match_free(match);
    regex_free(regex);
}

static void wildcards(void **state)
{
    (void)state;
    static const struct {
        const char *wildcard, *text;
        bool yes;
    } cases[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"*", "a/b\nc", true},
        {"a*", "abc", true},
        {"a*", "bac", false},
        {"*c", "abc", true},
        {"*b", "abc", false},
        {"a*b*c", "axxbyyc", true},
        {"a*b*c", "axxbyy", false},
        {"?", "a", true},
        {"?", "", false},
        {"?", "\xC3\xA9", true},
        {"??", "\xC3\xA9", false},
        {"[abc]x", "bx", true},
        {"[abc]x", "dx", false},
        {"[a-c]", "b", true},
        {"[a-c]", "d", false},
        {"[!a-c]", "d", true},
        {"[!a-c]", "b", false},
        {"[", "[", true},
        {"[abc", "[abc", true},
        {"[]]", "]", true},
        {"[!]]", "a", true},
        {"[!]]", "]", false},
        {"[]", "[]", true},
        {"[a-]", "-", true},
        {"[-a]", "-", true},
        {"[c-a]", "b", false},
        {"[!c-a]", "b", true},
        {"a.b", "axb", false},
        {"a.b", "a.b", true},
        {"\\*", "\\x", true},
        {"(a|b)+", "(a|b)+", true},
        {"**", "abc", true},
        {"*a*a*a*", "bababab", true},
        {"*a*a*a*a", "bababab", false},
        {"stg_*", "stg_users", true},
        {"x#y", "x#y", true},
        {"[\\]", "\\", true},
        {"[^a]", "^", true},
        {"[^a]", "b", false},
        {"[\xC3\xA0-\xC3\xBC]", "\xC3\xA9", true},
        {"[a-c-e]", "-", true},
        {"[[]", "[", true},
        {"a\tb", "a\tb", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Str wildcard = str_from(cases[i].wildcard), text = str_from(cases[i].text);
        if (wildcard_match(wildcard, text) != cases[i].yes) fail_msg("match: %s on %s", wildcard.ptr, text.ptr);
        Str pattern = regex_from_wildcard(arena, wildcard);
        if (matches(pattern.ptr, REGEX_FULL | REGEX_DOTALL, text) != cases[i].yes)
            fail_msg("pattern %s of %s on %s", pattern.ptr, wildcard.ptr, text.ptr);
    }
    assert_true(wildcard_has(STR("a*")));
    assert_true(wildcard_has(STR("a?")));
    assert_true(wildcard_has(STR("[a]")));
    assert_false(wildcard_has(STR("a.b")));
}

/* ---- hashes ---- */

static void hashes(void **state)
{
    (void)state;
    assert_str(md5_hex(arena, STR("")), "d41d8cd98f00b204e9800998ecf8427e");
    assert_str(md5_hex(arena, STR("abc")), "900150983cd24fb0d6963f7d28e17f72");
    assert_str(sha1_hex(arena, STR("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
    assert_str(sha256_hex(arena, STR("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_str(sha256_hex(arena, (Str){NULL, 0}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_true(str_starts(sha512_hex(arena, STR("abc")), STR("ddaf35a193617abacc417349ae204131")));
    assert_int_equal(xxh64(STR(""), 0), 0xEF46DB3751D8E999);
    assert_true(xxh64(STR("a"), 0) != xxh64(STR("a"), 1));
}

/* ---- shell patterns ---- */

static void shell_patterns_are_those_of_python(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *text;
        bool matches;
    } cases[] = {
        {"*", "", true},
        {"*", "a.b", true},
        {"a*c", "abbc", true},
        {"a*c", "abcd", false},
        {"?", "\xc3\xa9", true},
        {"?", "", false},
        {"[ab]x", "bx", true},
        {"[!ab]x", "bx", false},
        {"[!ab]x", "cx", true},
        {"[a-c]", "b", true},
        {"[a-c]", "d", false},
        {"[]]", "]", true},
        {"[!]]", "a", true},
        {"[", "[", true},
        {"[a", "[a", true},
        {"a]", "a]", true},
        {"\\*", "\\x", true},
        {"\\*", "x", false},
        {"**", "ab", true},
        {"*a*b*c*", "xaybzc", true},
        {"*a*b*c*", "xaybz", false},
        {"A", "a", false},
        {"[^a]", "^", true},
        {"[a-]", "-", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (wild_matches(str_from(cases[i].pattern), str_from(cases[i].text)) != cases[i].matches)
            fail_msg("'%s' and '%s'", cases[i].pattern, cases[i].text);
    assert_true(wild_has(STR("a]")));
    assert_false(wild_has(STR("a.b-c")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shell_patterns_are_those_of_python),
        cmocka_unit_test(every_code_point_goes_there_and_back),
        cmocka_unit_test(malformed_bytes_are_found),
        cmocka_unit_test(lengths_and_widths),
        cmocka_unit_test(distances),
        cmocka_unit_test(quick_distances_equal_the_definition),
        cmocka_unit_test(names_that_were_meant),
        cmocka_unit_test(matching_with_groups),
        cmocka_unit_test(flags_of_patterns),
        cmocka_unit_test(wrong_patterns_are_explained),
        cmocka_unit_test(no_pattern_hangs),
        cmocka_unit_test(wildcards),
        cmocka_unit_test(hashes),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
