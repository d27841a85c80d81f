/* The token scan: what is a string, a comment, a name; trimming, splitting, finding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sql/scan.h"

#include <string.h>

/* Each token as a letter and its text. */
static const char *tokens(Arena *arena, const SqlSyntax *syntax, const char *sql)
{
    static const char letters[] = "?CNQS0P;,.()O!";
    SqlScanner scanner = sql_scanner(syntax, str_from(sql));
    Buf out;
    buf_init(&out, arena);
    buf_reserve(&out, 1);
    for (SqlToken t; (t = sql_next_raw(&scanner)).kind != SQL_END;)
        buf_addf(&out, "%s%c:%.*s", out.len ? " " : "", letters[t.kind], (int)(t.end - t.start), sql + t.start);
    return buf_str(&out).ptr;
}

#define assert_tokens(syntax, sql, expected)                                                                           \
    do {                                                                                                               \
        Arena *arena_ = arena_new();                                                                                   \
        assert_string_equal(tokens(arena_, &(syntax), sql), expected);                                                 \
        arena_free(arena_);                                                                                            \
    } while (0)

static void tokens_of_sqlite(void **state)
{
    (void)state;
    assert_tokens(sql_sqlite, "select a.b, 'it''s' -- x\nfrom \"q\"\"r\"",
                  "N:select N:a .:. N:b ,:, S:'it''s' C:-- x N:from Q:\"q\"\"r\"");
    assert_tokens(sql_sqlite, "[a b] `c``d` x'00' X 1.5e-3 .5 0xFf 1e",
                  "Q:[a b] Q:`c``d` S:x'00' N:X 0:1.5e-3 0:.5 0:0xFf 0:1 N:e");
    assert_tokens(sql_sqlite, "a->>'$.x'||b<>c<<2/* y */", "N:a O:->> S:'$.x' O:|| N:b O:<> N:c O:<< 0:2 C:/* y */");
    assert_tokens(sql_sqlite, "?1 :a @b $c x::int", "P:?1 P::a P:@b P:$c N:x O::: N:int");
    assert_tokens(sql_sqlite, "/* a /* b */ c", "C:/* a /* b */ N:c");
    assert_tokens(sql_sqlite, "a;b", "N:a ;:; N:b");
    assert_tokens(sql_sqlite, "'open", "!:'open");
    assert_tokens(sql_sqlite, "1 /* open", "0:1 !:/* open");
    assert_tokens(sql_sqlite, "été_1 \x01", "N:été_1 !:\x01");
    assert_tokens(sql_sqlite, "", "");
}

static void tokens_of_postgres(void **state)
{
    (void)state;
    assert_tokens(sql_postgres, "/* a /* b */ c */ d", "C:/* a /* b */ c */ N:d");
    assert_tokens(sql_postgres, "$$it's$$ $t$ $$ $t$ $1", "S:$$it's$$ S:$t$ $$ $t$ P:$1");
    assert_tokens(sql_postgres, "e'it\\'s' U&\"d\" N'x' b'01' e", "S:e'it\\'s' Q:U&\"d\" S:N'x' S:b'01' N:e");
    assert_tokens(sql_postgres, "a<@b a::int x=-1 a@-b a--c",
                  "N:a O:<@ N:b N:a O::: N:int N:x O:= O:- 0:1 N:a O:@- N:b N:a C:--c");
    assert_tokens(sql_postgres, "a[1:2]", "N:a O:[ 0:1 O:: 0:2 O:]");
    assert_tokens(sql_postgres, "$t$ open", "!:$t$ open");
}

static void trimming(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *trimmed;
    } cases[] = {
        {"select 1;", "select 1"},
        {"select 1 ; -- done\n", "select 1"},
        {"select ';' -- x\n;;/* y */ \n", "select ';'"},
        {"-- head\nselect 1 -- tail;", "-- head\nselect 1"},
        {"select '-- no'", "select '-- no'"},
        {"select 1; select 2;", "select 1; select 2"},
        {"-- nothing", ""},
        {" ; ", ""},
        {"select 'open ; ", "select 'open ;"},
        {"select 1 /* open ;\n", "select 1 /* open ;"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_true(str_eq(sql_trim_end(&sql_sqlite, str_from(cases[i].sql)), str_from(cases[i].trimmed)));
    assert_true(sql_is_empty(&sql_sqlite, STR(" ;; -- x\n/* ; */")));
    assert_false(sql_is_empty(&sql_sqlite, STR("''")));
}

static const char *split(Arena *arena, const SqlSyntax *syntax, const char *script)
{
    Buf out;
    buf_init(&out, arena);
    buf_reserve(&out, 1);
    size_t at = 0;
    Str statement;
    while (sql_split_next(syntax, str_from(script), &at, &statement)) buf_addf(&out, "[%.*s]", STR_ARG(statement));
    return buf_str(&out).ptr;
}

static void splitting(void **state)
{
    Arena *arena = arena_new();
    (void)state;
    assert_string_equal(split(arena, &sql_sqlite, "a; b ';' ;; -- c\n d"), "[a][b ';'][d]");
    assert_string_equal(split(arena, &sql_sqlite, " ; "), "");
    assert_string_equal(split(arena, &sql_sqlite,
                              "create temp trigger t after insert on x begin insert into y values (case when 1 then 2 "
                              "end); delete from z; end; select 1"),
                        "[create temp trigger t after insert on x begin insert into y values (case when 1 then 2 end); "
                        "delete from z; end][select 1]");
    assert_string_equal(split(arena, &sql_sqlite, "begin; select case when 1 then 2 end; end; x"),
                        "[begin][select case when 1 then 2 end][end][x]");
    assert_string_equal(
        split(arena, &sql_postgres, "create or replace function f() returns int as $$ begin; end $$ language sql; x"),
        "[create or replace function f() returns int as $$ begin; end $$ language sql][x]");
    assert_int_equal(sql_second_statement(&sql_sqlite, STR("select 1; -- x\n select 2")), 16);
    assert_int_equal(sql_second_statement(&sql_sqlite, STR("select 1; -- x\n")), STR_NPOS);
    arena_free(arena);
}

static void finding(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *name, *found;
    } cases[] = {
        {"select 'x', x from t", "x", "x from t"},
        {"select /* x */ \"X\" -- x", "x", "\"X\" -- x"},
        {"select xx, t . \"a\" from t", "t.a", "t . \"a\" from t"},
        {"select a from main.\"b c\"", "main.b c", "main.\"b c\""},
        {"select y.a", "t.a", "a"},
        {"select [a\"b]", "a\"b", "[a\"b]"},
        {"select \"a\"\"b\"", "a\"b", "\"a\"\"b\""},
        {"select \"a.b\"", "a.b", "\"a.b\""},
        {"select abc", "ab", NULL},
        {"select 'a'", "a", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t length = 0, at = sql_find_name(&sql_sqlite, str_from(cases[i].sql), str_from(cases[i].name), &length);
        if (!cases[i].found)
            assert_int_equal(at, STR_NPOS);
        else if (at == STR_NPOS || strcmp(cases[i].sql + at, cases[i].found) != 0)
            fail_msg("%s in %s", cases[i].name, cases[i].sql);
    }
    size_t length;
    assert_int_equal(sql_find_call(&sql_sqlite, STR("select f, f (1)"), STR("F"), &length), 10);
    assert_int_equal(sql_find_call(&sql_sqlite, STR("select f, g(1)"), STR("f"), &length), STR_NPOS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_of_sqlite), cmocka_unit_test(tokens_of_postgres),
        cmocka_unit_test(trimming),         cmocka_unit_test(splitting),
        cmocka_unit_test(finding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
