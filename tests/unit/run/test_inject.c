/* Compiled SQL: ephemeral models as CTEs, and places that survive it. Expected texts are what dbt 1.10 compiles. */
#include "run_test.h"

static Str compiled(Shop *shop, const char *name)
{
    Str results = shop_run(shop, RUN_COMPILE, name);
    if (run_failed(shop->run)) fail_msg("%.*s", STR_ARG(results));
    Str id = str_fmt(shop->arena, "model.shop.%s", name);
    return run_compiled(shop->run, manifest_node(shop->manifest, id));
}

static void ephemerals(Shop *shop)
{
    shop_write(shop, "models/one.sql", "<< config(materialized='ephemeral') >>select 1 as n -- one;");
    shop_write(shop, "models/two.sql",
               "<< config(materialized='ephemeral') >>select n + 1 as n from << ref('one') >>;");
    shop_write(shop, "models/three.sql",
               "<< config(materialized='ephemeral', alias='drei') >>"
               "with w as (select 1) select w.*, n from << ref('one') >>, w");
}

static void without_a_with_of_its_own(void **state)
{
    Shop *shop = *state;
    ephemerals(shop);
    shop_write(shop, "models/a.sql", "select n from << ref('one') >>");
    assert_str(compiled(shop, "a"), "with __dbt__cte__one as (\nselect 1 as n\n) select n from __dbt__cte__one");
}

static void nested_ones_come_first_and_each_once(void **state)
{
    Shop *shop = *state;
    ephemerals(shop);
    shop_write(shop, "models/a.sql",
               "select * from << ref('two') >> join << ref('three') >> using (n) join << ref('one') >> using (n)");
    assert_str(compiled(shop, "a"),
               "with __dbt__cte__one as (\nselect 1 as n\n),  __dbt__cte__two as (\nselect n + 1 as n from "
               "__dbt__cte__one\n),  __dbt__cte__drei as (\nwith w as (select 1) select w.*, n from __dbt__cte__one, "
               "w\n) select * from __dbt__cte__two join __dbt__cte__drei using (n) join __dbt__cte__one using (n)");
}

static void they_join_a_with_that_is_there(void **state)
{
    Shop *shop = *state;
    ephemerals(shop);
    shop_write(shop, "models/a.sql",
               "-- with a comment\n/* with */ WITH x as (select n from << ref('one') >>)\n"
               "select 'with', x.n from x");
    assert_str(compiled(shop, "a"), "-- with a comment\n/* with */ WITH __dbt__cte__one as (\nselect 1 as n\n), x as "
                                    "(select n from __dbt__cte__one)\nselect 'with', x.n from x");
    shop_write(shop, "models/a.sql",
               "with recursive r(i) as (select n from << ref('one') >> union all select i + 1 "
               "from r where i < 3) select i from r");
    assert_str(compiled(shop, "a"), "with recursive __dbt__cte__one as (\nselect 1 as n\n), r(i) as (select n from "
                                    "__dbt__cte__one union all select i + 1 from r where i < 3) select i from r");
}

static void semicolons_and_comments_at_the_end_go(void **state)
{
    Shop *shop = *state;
    shop_write(shop, "models/a.sql", "select ';' as a -- last;\n/* ; */ ; \n-- end");
    assert_str(compiled(shop, "a"), "select ';' as a");
}

static void places_survive(void **state)
{
    Shop *shop = *state;
    ephemerals(shop);
    shop_write(shop, "models/two.sql",
               "<< config(materialized='ephemeral') >>\nselect n +\n  nope as n from << ref('one') >>");
    shop_write(shop, "models/a.sql", "select n from << ref('two') >>");
    assert_str(shop_run(shop, RUN_COMPILE, "a"), "error two: no such column: nope\n"
                                                 "  check-failed models/two.sql:3:3 no such column: nope\n"
                                                 "skipped a: skipped because two failed\n");
    shop_write(shop, "models/a.sql", "with x as (select n from << ref('one') >>)\nselect\n  n,\n  m\nfrom x");
    assert_str(shop_run(shop, RUN_COMPILE, "a"), "error a: no such column: m\n"
                                                 "  check-failed models/a.sql:4:3 no such column: m\n");
    /* through the rewrite of casts too */
    shop_write(shop, "models/a.sql", "select n::integer as a,\n  n::varchar || m as b\nfrom << ref('one') >>");
    Str results = shop_run(shop, RUN_COMPILE, "a");
    assert_true(str_find(results, STR("models/a.sql:2:17 no such column: m"), 0) != STR_NPOS);
}

static void unfinished_text_is_shown_at_its_end(void **state)
{
    Shop *shop = *state;
    ephemerals(shop);
    shop_write(shop, "models/a.sql", "select n\nfrom << ref('one') >>\nwhere");
    assert_str(shop_run(shop, RUN_COMPILE, "a"), "error a: incomplete input\n"
                                                 "  check-failed models/a.sql:3:5 incomplete input\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_a_with_of_its_own),
        TEST(nested_ones_come_first_and_each_once),
        TEST(they_join_a_with_that_is_there),
        TEST(semicolons_and_comments_at_the_end_go),
        TEST(places_survive),
        TEST(unfinished_text_is_shown_at_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
