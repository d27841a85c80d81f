/* The rewrite for SQLite: what becomes of other engines' SQL, and that places map back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sql/rewrite.h"

#include <stdio.h>
#include <string.h>

/* One file is attached, as `crm`. */
static bool is_attached(const void *data, Str name)
{
    (void)data;
    return str_eq_nocase(name, STR("crm"));
}
static const SqlDatabases databases = {is_attached, NULL};

typedef struct Case {
    const char *sql, *expected;
} Case;

static void check_cases(const Case *cases, size_t n)
{
    Arena *arena = arena_new();
    for (size_t i = 0; i < n; i++) {
        Str sql = str_from(cases[i].sql);
        SqlRewritten got = sql_rewrite_for_sqlite(arena, sql, &databases);
        if (!str_eq(got.text, str_from(cases[i].expected)))
            fail_msg("%s\n  gives    %.*s\n  expected %s", cases[i].sql, STR_ARG(got.text), cases[i].expected);
        /* Every byte that is outside of an edit is at its mapped place, in both directions. */
        for (size_t k = 0; k <= sql.len; k++) {
            size_t there = sql_new_offset(&got, k);
            assert_true(there <= got.text.len);
            bool edited = false;
            for (size_t e = 0; e < got.edit_count; e++)
                edited = edited || (k >= got.edits[e].old_start && k < got.edits[e].old_end) ||
                         (k == got.edits[e].old_start && k == got.edits[e].old_end);
            if (!edited && k < sql.len) {
                assert_int_equal(got.text.ptr[there], sql.ptr[k]);
                assert_int_equal(sql_old_offset(&got, there), k);
            }
        }
        for (size_t k = 0; k <= got.text.len; k++) assert_true(sql_old_offset(&got, k) <= sql.len);
    }
    arena_free(arena);
}
#define CHECK(cases) check_cases((cases), sizeof(cases) / sizeof *(cases))

static void casts(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"select a::int", "select cast(cast_integer(a) as integer)"},
        {"select t.\"a b\"::TEXT, 'x'::varchar(10), 1.5::double precision",
         "select cast(t.\"a b\" as text), cast('x' as text), cast(cast_number(1.5) as real)"},
        {"a :: date", "cast(cast_date(a) as text)"},
        {"a::timestamp without time zone = b", "cast(cast_timestamp(a) as text) = b"},
        {"a::timestamp(6) with time zone", "cast(cast_timestamp(a) as text)"},
        {"a::numeric(10, 2), b::decimal, c::number(38,0)",
         "cast(round(cast_number(a), 2) as real), cast(cast_number(b) as real), cast(cast_integer(c) as integer)"},
        {"a::bool and b::json", "cast(cast_boolean(a) as integer) and json(b)"},
        {"(a + 1)::int", "cast(cast_integer((a + 1)) as integer)"},
        {"f(a, g(b))::int", "cast(cast_integer(f(a, g(b))) as integer)"},
        {"x.f(a)::int", "cast(cast_integer(x.f(a)) as integer)"},
        {"where (a)::int in (1)", "where cast(cast_integer((a)) as integer) in (1)"},
        {"a in (1, 2)::int", "a in cast(cast_integer((1, 2)) as integer)"},
        {"sum(a) over (partition by b)::int", "cast(cast_integer(sum(a) over (partition by b)) as integer)"},
        {"count(*) filter (where a) over (w)::text", "cast(count(*) filter (where a) over (w) as text)"},
        {"case when a then case b when 1 then 2 end end::text",
         "cast(case when a then case b when 1 then 2 end end as text)"},
        {"a::int::text", "cast(cast(cast_integer(a) as integer) as text)"},
        {"a::numeric(3,1)::int::text",
         "cast(cast(cast_integer(cast(round(cast_number(a), 1) as real)) as integer) as text)"},
        {"(a::int + b)::text", "cast((cast(cast_integer(a) as integer) + b) as text)"},
        {"-1::int", "-cast(cast_integer(1) as integer)"},
        {"a::date::timestamp - b", "cast(cast_timestamp(cast(cast_date(a) as text)) as text) - b"},
        {"cast(a as date)", "cast(cast_date(a) as text)"},
        {"CAST( f(a) AS timestamp )", "cast(cast_timestamp( f(a)) as text)"},
        {"cast(cast(a as date) as timestamp)", "cast(cast_timestamp(cast(cast_date(a) as text)) as text)"},
        {"cast(a::date as text)", "cast(cast(cast_date(a) as text) as text)"},
        {"try_cast(a as int), safe_cast(f(b) as decimal(10, 2))",
         "try_cast(a, 'int'), try_cast(f(b), 'decimal(10, 2)')"},
        {"try_cast(try_cast(a as date) as text)", "try_cast(try_cast(a, 'date'), 'text')"},
    };
    CHECK(cases);
}

static void functions_and_words(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"extract(year from a)::int", "cast(cast_integer(date_part('year', a)) as integer)"},
        {"EXTRACT(dow FROM cast(a as date))", "date_part('dow', cast(cast_date(a) as text))"},
        {"datediff(day, a, b), dateadd(month, -1, x.day), date_trunc(week, a)",
         "datediff('day', a, b), dateadd('month', -1, x.day), date_trunc('week', a)"},
        {"date_part(year, a::date)", "date_part('year', cast(cast_date(a) as text))"},
        {"where d >= date '2024-01-05' and t < TIMESTAMP '2024-01-05 10:00'",
         "where d >= cast_date('2024-01-05') and t < cast_timestamp('2024-01-05 10:00')"},
        {"timestamptz '2024-01-05 10:00+00', datetime '2024-01-05'",
         "cast_timestamp('2024-01-05 10:00+00'), cast_timestamp('2024-01-05')"},
        {"date '2024-01-05'::text", "cast(cast_date('2024-01-05') as text)"},
        {"a ilike '%x%' and b not ILIKE c", "a like '%x%' and b not like c"},
        {"left(a, 2) || right(b, 1)", "\"left\"(a, 2) || \"right\"(b, 1)"},
        {"left(a, 2)::int", "cast(cast_integer(\"left\"(a, 2)) as integer)"},
        {"if(a, 1, 2), iff(b, c, d)", "iif(a, 1, 2), iif(b, c, d)"},
        {"current_date(), current_timestamp ( ), getdate()", "current_date, current_timestamp , current_timestamp"},
        {"select 1 union distinct select 2", "select 1 union select 2"},
        {"\xEF\xBB\xBFselect a::int", "select cast(cast_integer(a) as integer)"},
    };
    CHECK(cases);
}

static void intervals(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"a + interval '1 day'", "dateadd('day', 1, a)"},
        {"t.a - INTERVAL '2' month > b", "dateadd('month', -(2), t.a) > b"},
        {"f(a) + interval 3 hours", "dateadd('hours', 3, f(a))"},
        {"a - interval (b + 1) week", "dateadd('week', -((b + 1)), a)"},
        {"a + interval '1 day' - interval '1 hour'", "dateadd('hour', -(1), dateadd('day', 1, a))"},
        {"a::date - interval '1 day'", "dateadd('day', -(1), cast(cast_date(a) as text))"},
        {"(date '2024-01-31' + interval '1 month')::date",
         "cast(cast_date((dateadd('month', 1, cast_date('2024-01-31')))) as text)"},
        {"current_date - interval '-7 days'", "dateadd('days', -(-7), current_date)"},
    };
    CHECK(cases);
}

static void what_is_left_alone(void **state)
{
    (void)state;
    static const char *const same[] = {
        "select 'a::int', \"b::int\" -- c::int\n/* d::int */ from t",
        "select a from t left join u on (1) left join (select 1)",
        "cast(a as integer), cast(a as varchar(10)), cast(a as numeric(10, 2))",
        "select date 'Day', date, timestamp from t",
        "date_trunc('month', a), datediff(a, b, c), t.left, x.cast",
        "coalesce(current_date, 1), current_timestamp",
        "a::money, ::int, a::",
        "select 1 union all select 2 union select distinct 3",
        "create table if not exists t (a)",
        "extract('$.a')",
        "a - b + interval '1 day'",
        "a + interval '1 day 2 hours'",
        "interval '1 day'",
        "a * interval '1 day', a + interval x day",
        "(((a::",
        "select t.a, s.t.b from main.t join temp.u on t.a = u.a",
        "select * from crm.t, crm.main.u, sqlite_schema",
        "select a.b, trim(both from a.b), a.b is distinct from c.d from t a, json_each(t.j) c",
        "insert into t select * from crm.t returning t.a",
        ")::)",
        "",
    };
    Arena *arena = arena_new();
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        SqlRewritten got = sql_rewrite_for_sqlite(arena, str_from(same[i]), &databases);
        if (got.edit_count || got.text.ptr != same[i]) fail_msg("%s became %.*s", same[i], STR_ARG(got.text));
        assert_int_equal(sql_old_offset(&got, 3), 3);
    }
    arena_free(arena);
}

static void places_map_back(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    const char *sql = "select a::int, oops from t where b::date > 1";
    SqlRewritten got = sql_rewrite_for_sqlite(arena, str_from(sql), &databases);
    size_t place = str_find(got.text, STR("oops"), 0);
    assert_string_equal(sql + sql_old_offset(&got, place), "oops from t where b::date > 1");
    place = str_find(got.text, STR("(b)"), 0) + 1;
    assert_string_equal(sql + sql_old_offset(&got, place), "b::date > 1");
    place = str_find(got.text, STR("cast_date"), 0);
    assert_string_equal(sql + sql_old_offset(&got, place), "b::date > 1");
    assert_int_equal(sql_new_offset(&got, strlen(sql)), got.text.len);
    arena_free(arena);
}

/* Where schemas are prefixes of names: relations that are named by schema and table. */
static void schemas_before_names(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"select * from s.t", "select * from \"s__t\" as t"},
        {"select * from S.\"T x\" where 1", "select * from \"S__T x\" as \"T x\" where 1"},
        {"select a.x from s.t a, s.u as b join \"s\".v on s.v.x = b.x",
         "select a.x from \"s__t\" a, \"s__u\" as b join \"s__v\" as v on v.x = b.x"},
        {"select s.t.x, s.t.* from db.s.t", "select t.x, t.* from \"s__t\" as t"},
        {"select * from db.main.t", "select * from \"t\" as t"},
        {"with t as (select * from s.t) select * from t", "with t as (select * from \"s__t\" as t) select * from t"},
        {"insert into s.t (a) select a from s.u; delete from s.t where t.a = 1",
         "insert into \"s__t\" (a) select a from \"s__u\" as u; delete from \"s__t\" as t where t.a = 1"},
        {"update s.t set a = 1", "update \"s__t\" as t set a = 1"},
        {"create table if not exists s.t (a references s.u (a))",
         "create table if not exists \"s__t\" (a references \"s__u\" (a))"},
        {"create view s.v as select 1", "create view \"s__v\" as select 1"},
        {"create unique index i on s.t (a)", "create unique index i on \"s__t\" (a)"},
        {"drop table if exists s.t; drop view s.v", "drop table if exists \"s__t\"; drop view \"s__v\""},
        {"alter table s.t rename to u", "alter table \"s__t\" rename to \"s__u\""},
        {"alter table s.t add column b int", "alter table \"s__t\" add column b int"},
        {"select * from \"a\"\"b\".t x", "select * from \"a\"\"b__t\" x"},
    };
    CHECK(cases);
}

/* The name of a `with` inside of its own body, or of one before it, is the table's. */
static void hidden_tables(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"with orders as (select * from orders) select * from orders",
         "with orders as (select * from main.orders) select * from orders"},
        {"WITH a AS (SELECT 1), \"Orders\" AS (SELECT * FROM \"orders\" o JOIN a ON 1) SELECT * FROM \"Orders\"",
         "WITH a AS (SELECT 1), \"Orders\" AS (SELECT * FROM main.\"orders\" o JOIN a ON 1) SELECT * FROM \"Orders\""},
        {"with a as (select * from b), b as (select * from a) select * from a, b",
         "with a as (select * from main.b), b as (select * from a) select * from a, b"},
        {"with t as (select * from x, t where t.a in (select a from t)) select t.* from t",
         "with t as (select * from x, main.t where t.a in (select a from main.t)) select t.* from t"},
        {"with t as (select * from (t join u on t.a = u.a)) select * from (t)",
         "with t as (select * from (main.t join u on t.a = u.a)) select * from (t)"},
        {"with t as (with t as (select * from t) select * from t) select * from t",
         "with t as (with t as (select * from main.t) select * from t) select * from t"},
        {"with a as (with b as (select * from a) select * from b), b as (select * from b) select * from b",
         "with a as (with b as (select * from main.a) select * from b), b as (select * from main.b) select * from b"},
        {"select * from (with t as materialized (select * from t) select * from t) join t on 1",
         "select * from (with t as materialized (select * from main.t) select * from t) join t on 1"},
        {"with t(x, y) as not materialized (select * from t) select * from t; select * from t",
         "with t(x, y) as not materialized (select * from main.t) select * from t; select * from t"},
        /* already said, or something else */
        {"with t as (select * from s.t) select * from t", "with t as (select * from \"s__t\" as t) select * from t"},
        {"with t as (select * from t(1)) select * from t", "with t as (select * from t(1)) select * from t"},
        {"with t as (select trim(both from t), extract(year from t) from x where a is distinct from t) select 1",
         "with t as (select trim(both from t), date_part('year', t) from x where a is distinct from t) select 1"},
        {"with t as (select t, 'from t' from x -- from t\n) select 1",
         "with t as (select t, 'from t' from x -- from t\n) select 1"},
        /* recursion, said or in SQLite's own way */
        {"with recursive t as (select 1 union all select a from t) select * from t",
         "with recursive t as (select 1 union all select a from t) select * from t"},
        {"with t(a) as (select 1 union all select a + 1 from t where a < 5) select * from t",
         "with t(a) as (select 1 union all select a + 1 from t where a < 5) select * from t"},
        {"with t as (select 1 union all select a from \"t\") select * from t",
         "with t as (select 1 union all select a from main.\"t\") select * from t"},
        {"with", "with"},
        {"with t as (select * from t", "with t as (select * from t"},
        {"with a as (select 1)), b as (select * from b) select * from b",
         "with a as (select 1)), b as (select * from b) select * from b"},
    };
    CHECK(cases);
}

static void within_group(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"select percentile_cont(0.5) within group (order by x) from t", "select percentile_cont(x, 0.5) from t"},
        {"percentile_disc(.9) WITHIN GROUP (ORDER BY f(a, b) asc)", "percentile_disc(f(a, b), .9)"},
        {"percentile_cont(0.9) within group (order by x desc) + 1", "percentile_cont(x, 1 - (0.9)) + 1"},
        {"mode() within group (order by x::int)", "mode(cast(cast_integer(x) as integer))"},
        {"percentile_cont(0.5) within group (order by a, b)", "percentile_cont(0.5) within group (order by a, b)"},
        {"percentile_cont(x, 0.5)", "percentile_cont(x, 0.5)"},
        {"percentile_cont(0.5) within group (order by mode() within group (order by x)) + a::text",
         "percentile_cont(mode(x), 0.5) + cast(a as text)"},
        {"listagg(a, ',') within group (order by b)", "listagg(a, ',') within group (order by b)"},
    };
    CHECK(cases);
}

static void operands(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"(select 1) union all (select 2)", "select * from (select 1) union all select * from (select 2)"},
        {"(select 1)", "select * from (select 1)"},
        {"select 1 union (select 2) except (select 3);",
         "select 1 union select * from (select 2) except select * from (select 3);"},
        {"with a as ((select 1) union all (select 2)) select * from a",
         "with a as (select * from (select 1) union all select * from (select 2)) select * from a"},
        {"with a as ((select 1)) (select 2) union (select 3)",
         "with a as (select * from (select 1)) select * from (select 2) union select * from (select 3)"},
        {"((select 1) union (select 2)) union select 3",
         "select * from (select * from (select 1) union select * from (select 2)) union select 3"},
        {"create view v as (select 1) union (select 2)",
         "create view v as select * from (select 1) union select * from (select 2)"},
        /* these are fine */
        {"select (select 1), x in (select 2), exists (select 3) from (select 4)",
         "select (select 1), x in (select 2), exists (select 3) from (select 4)"},
        {"select 1 from t where x in (select 1) union select 2",
         "select 1 from t where x in (select 1) union select 2"},
        {"select 1 from t where (x = 1) union select 2", "select 1 from t where (x = 1) union select 2"},
        {"select * from ((select 1))", "select * from ((select 1))"},
        {"insert into t (a) select 1", "insert into t (a) select 1"},
        {"(select 1", "(select 1"},
    };
    CHECK(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schemas_before_names),
        cmocka_unit_test(hidden_tables),
        cmocka_unit_test(operands),
        cmocka_unit_test(within_group),
        cmocka_unit_test(casts),
        cmocka_unit_test(functions_and_words),
        cmocka_unit_test(intervals),
        cmocka_unit_test(what_is_left_alone),
        cmocka_unit_test(places_map_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
