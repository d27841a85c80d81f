/* The cross-database macros: their SQL for SQLite, and what it gives. */
#include "unit/context/shop.h"

static const struct {
    const char *text, *sql, *want; /* want: what `select <sql>` gives; NULL: it is no expression */
} cases[] = {
    {"{{ dbt.dateadd('month', 1, \"'2026-01-31'\") }}", "dateadd('month', 1, '2026-01-31')", "2026-02-28"},
    {"{{ dbt.dateadd('day', -1, \"'2026-03-01 10:00:00'\") }}", "dateadd('day', -1, '2026-03-01 10:00:00')",
     "2026-02-28 10:00:00"},
    {"{{ dbt.datediff(\"'2025-12-31'\", \"'2026-01-01'\", 'year') }}", "datediff('year', '2025-12-31', '2026-01-01')",
     "1"},
    {"{{ datediff(\"'2026-01-01 23:59'\", \"'2026-01-02 00:01'\", 'day') }}",
     "datediff('day', '2026-01-01 23:59', '2026-01-02 00:01')", "1"},
    {"{{ dbt.date_trunc('month', \"'2026-03-17'\") }}", "date_trunc('month', '2026-03-17')", "2026-03-01"},
    {"{{ dbt.last_day(\"'2024-02-10'\", 'month') }}", "date('2024-02-10', 'start of month', '+1 month', '-1 day')",
     "2024-02-29"},
    {"{{ dbt.last_day(\"'2024-05-10'\", 'year') }}", "date('2024-05-10', 'start of year', '+1 year', '-1 day')",
     "2024-12-31"},
    {"select {{ dbt.last_day(\"'2024-05-10'\", 'quarter') }}", NULL, "2024-06-30"},
    {"{{ dbt.date(2026, 3, 9) }}", "'2026-03-09'", "2026-03-09"},
    {"{{ dbt.split_part(\"'a-b-c'\", \"'-'\", 2) }}", "split_part('a-b-c', '-', 2)", "b"},
    {"{{ dbt.split_part(\"'a-b-c'\", \"'-'\", -1) }}", "split_part('a-b-c', '-', -1)", "c"},
    {"{{ dbt.concat([\"'a'\", \"'b'\"]) }}", "'a' || 'b'", "ab"},
    {"{{ dbt.length(\"'abc'\") }}", "length('abc')", "3"},
    {"{{ dbt.position(\"'b'\", \"'abc'\") }}", "instr('abc', 'b')", "2"},
    {"{{ dbt.replace(\"'abc'\", \"'b'\", \"'x'\") }}", "replace('abc', 'b', 'x')", "axc"},
    {"{{ dbt.right(\"'abc'\", 2) }}", "case when 2 = 0 then '' else substr('abc', -1 * (2)) end", "bc"},
    {"{{ dbt.right(\"'abc'\", 0) }}", "case when 0 = 0 then '' else substr('abc', -1 * (0)) end", ""},
    {"{{ dbt.hash(\"'a'\") }}", "md5(cast('a' as TEXT))", "0cc175b9c0f1b6a831c399e269772661"},
    {"{{ dbt.string_literal('x') }}", "'x'", "x"},
    {"{{ dbt.string_literal(dbt.escape_single_quotes(\"it's\")) }}", "'it''s'", "it's"},
    {"{{ dbt.safe_cast(\"'12'\", api.Column.translate_type('integer')) }}", "try_cast('12', 'integer')", "12"},
    {"{{ dbt.safe_cast(\"'x'\", 'int') }}", "try_cast('x', 'int')", "null"},
    {"{{ dbt.safe_cast(\"5\", dbt.type_string()) }}", "cast(5 as text)", "5"},
    {"{{ dbt.safe_cast(\"'2026-01-31'\", 'date') }}", "try_cast('2026-01-31', 'date')", "2026-01-31"},
    {"{{ dbt.safe_cast(\"'1.5'\", dbt.type_numeric()) }}", "try_cast('1.5', 'real')", "1.5"},
    {"{{ dbt.safe_cast(\"'1.5'\", dbt.type_float()) }}", "try_cast('1.5', 'float')", "1.5"},
    {"{{ dbt.cast(\"'2026-01-31'\", 'date') }}", "cast_date('2026-01-31')", "2026-01-31"},
    {"{{ dbt.cast(\"'2026-01-31 10:00:00'\", 'timestamp') }}", "cast_timestamp('2026-01-31 10:00:00')",
     "2026-01-31 10:00:00"},
    {"{{ dbt.cast(\"'7'\", dbt.type_int()) }}", "cast('7' as integer)", "7"},
    {"cast('2026-01-31' as {{ dbt.type_timestamp() }})", "cast('2026-01-31' as text)", "2026-01-31"},
    {"cast(1.5 as {{ dbt.type_float() }}) + cast('2' as {{ dbt.type_bigint() }})",
     "cast(1.5 as float) + cast('2' as bigint)", "3.5"},
    {"{{ dbt.type_boolean() }} {{ dbt.type_numeric() }} {{ type_string() }}", "boolean real TEXT", NULL},
    {"{{ dbt.cast_bool_to_text('1 = 1') }}",
     "case when 1 = 1 is null then null when 1 = 1 then 'true' else 'false' end", "true"},
    {"(select {{ dbt.any_value('x') }} from (select 3 as x))", "(select min(x) from (select 3 as x))", "3"},
    {"(select {{ dbt.bool_or('x > 1') }} from (select 1 as x union all select 2))",
     "(select max(x > 1) from (select 1 as x union all select 2))", "1"},
    {"(select {{ dbt.listagg('x', \"'-'\") }} from (select 1 as x union all select 2))",
     "(select group_concat(x, '-') from (select 1 as x union all select 2))", "1-2"},
    {"{{ dbt.array_construct([1, 2]) }}", "json_array(1, 2)", "[1,2]"},
    {"{{ dbt.array_append(dbt.array_construct([1]), 2) }}", "json_insert(json_array(1), '$[#]', 2)", "[1,2]"},
    {"select {{ dbt.array_concat(dbt.array_construct([1]), dbt.array_construct([2, 3])) }}", NULL, "[1,2,3]"},
    {"select 1 {{ dbt.except() }} select 2", NULL, "1"},
    {"select 1 {{ dbt.intersect() }} select 1", NULL, "1"},
    {"{{ dbt.equals('null', 'null') }}", "null is null", "1"},
    {"select length({{ dbt.current_timestamp() }})", NULL, "19"},
    {"select count(*), min(generated_number), max(generated_number) from ({{ dbt.generate_series(9) }})", NULL,
     "9|1|9"},
    {"select count(*), min(date_day), max(date_day) from ({{ dbt.date_spine('day', \"'2026-01-30'\", \"'2026-02-03'\") }})",
     NULL, "4|2026-01-30|2026-02-02"},
    {"select count(*) from ({{ dbt.date_spine('month', \"'2025-01-01'\", \"'2026-01-01'\") }})", NULL, "12"},
};

static Str normal(Arena *arena, Str text)
{
    Buf out;
    buf_init(&out, arena);
    bool space = false;
    text = str_trim(text);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == ' ' || text.ptr[i] == '\n') {
            space = true;
            continue;
        }
        if (space) buf_addc(&out, ' ');
        space = false;
        buf_addc(&out, text.ptr[i]);
    }
    return buf_str(&out);
}

static void test_sqlite(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Str sql = shop_render(&s, cases[i].text);
        if (cases[i].sql) assert_str(normal(s.render, sql), cases[i].sql);
        if (!cases[i].want) continue;
        Str query = cases[i].sql ? str_cat(s.render, STR("select "), sql) : sql;
        assert_str(shop_query(&s, str_c(s.render, query)), cases[i].want);
    }
    expect(
        &s, "{{ dbt.listagg('x', \"','\", 'order by x') }}",
        "error: [unsupported] on SQLite dbt.listagg() takes neither an order nor a limit: sort and cut the rows in a "
        "subquery first");
    shop_close(&s);
}

/* What a database without macros of its own gets. */
static void test_default(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_PARSE);
    s.manifest->target.type = STR("plain");
    static const char *const wanted[][2] = {
        {"{{ dbt.dateadd('day', 1, 'x') }}", "dateadd( day, 1, x )"},
        {"{{ dbt.datediff('a', 'b', 'day') }}", "datediff( day, a, b )"},
        {"{{ dbt.date_trunc('day', 'x') }}", "date_trunc('day', x)"},
        {"{{ dbt.last_day('x', 'month') }}",
         "cast( dateadd( day, -1, dateadd( month, 1, date_trunc('month', x) ) ) as date)"},
        {"{{ dbt.position('a', 'b') }}", "position( a in b )"},
        {"{{ dbt.safe_cast('a', 'int') }}", "cast(a as int)"},
        {"{{ dbt.cast('a', 'int') }}", "cast(a as int)"},
        {"{{ dbt.any_value('a') }}", "any_value(a)"},
        {"{{ dbt.bool_or('a') }}", "bool_or(a)"},
        {"{{ dbt.listagg('a', \"','\", 'order by b') }}", "listagg(a, ',') within group (order by b)"},
        {"{{ dbt.right('a', 2) }}", "right( a, 2 )"},
        {"{{ dbt.hash('a') }}", "md5(cast(a as TEXT))"},
        {"{{ dbt.type_timestamp() }}", "timestamp"},
        {"{{ dbt.array_construct([1]) }}", "array[ 1 ]"},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        Str got = normal(s.render, shop_render(&s, wanted[i][0]));
        Str want = str_from(wanted[i][1]);
        /* white space around brackets is free */
        assert_str(str_replace(s.render, str_replace(s.render, got, STR("( "), STR("(")), STR(" )"), STR(")")),
                   str_c(s.render,
                         str_replace(s.render, str_replace(s.render, want, STR("( "), STR("(")), STR(" )"), STR(")"))));
    }
    shop_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sqlite), cmocka_unit_test(test_default)};
    return cmocka_run_group_tests_name("utils", tests, NULL, NULL);
}
