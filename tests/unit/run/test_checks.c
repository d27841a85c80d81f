/* What is checked: the difference a unit test shows, contracts, and the age of sources. */
#include "run_test.h"

static void expecting(Shop *shop, const char *expect)
{
    shop_write(shop, "models/src.sql", "select 1 as id, 'a' as name, 1.5 as amount");
    shop_write(shop, "models/agg.sql",
               "select name, count(*) as n, sum(amount) as total from << ref('src') >> group by name");
    Str yaml =
        str_fmt(shop->arena,
                "unit_tests:\n  - name: u\n    model: agg\n    given:\n      - input: ref('src')\n        rows:\n"
                "          - {name: ann, amount: 1}\n          - {name: ann, amount: 2}\n"
                "          - {name: bob, amount: 0.5}\n          - {name: null, amount: null}\n"
                "    expect: {rows: [%s]}\n",
                expect);
    shop_write(shop, "models/s.yml", yaml.ptr);
}

static void rows_in_any_order_and_numbers_by_value(void **state)
{
    Shop *shop = *state;
    expecting(shop, "{name: null, n: 1, total: null}, {total: 3.0, n: 2, name: ann}, {name: bob, total: 0.50, n: 1}");
    assert_str(shop_run(shop, RUN_TEST, ""), "pass u: \n");
}

static void a_wrong_cell_stands_below_the_expected_one(void **state)
{
    Shop *shop = *state;
    expecting(shop, "{name: ann, n: 3, total: 3}, {name: bob, n: 1, total: 0.5}, {name: null, n: 1, total: null}");
    assert_str(shop_run(shop, RUN_TEST, ""),
               "fail u: actual differs from expected: 1 row, 2 are as expected\n"
               "\n"
               "            name  n  total\n"
               "  expected  ann   3  3\n"
               "  actual    ann   2  3\n"
               "                  ^\n"
               "  test-failed models/s.yml:2:11 the model 'agg' does not give the rows that 'u' expects\n");
}

static void a_row_too_many_and_one_too_few(void **state)
{
    Shop *shop = *state;
    expecting(shop, "{name: ann, n: 2, total: 3}, {name: ann, n: 2, total: 3}, {name: null, n: 1, total: null}");
    assert_str(shop_run(shop, RUN_TEST, ""),
               "fail u: actual differs from expected: 1 row, 2 are as expected\n"
               "\n"
               "            name  n  total\n"
               "  expected  ann   2  3\n"
               "  actual    bob   1  0.5\n"
               "            ^^^   ^  ^^^\n"
               "  test-failed models/s.yml:2:11 the model 'agg' does not give the rows that 'u' expects\n");
}

static void null_and_an_empty_text_differ(void **state)
{
    Shop *shop = *state;
    expecting(shop, "{name: ann}, {name: bob}, {name: ''}");
    assert_str(shop_run(shop, RUN_TEST, ""),
               "fail u: actual differs from expected: 1 row, 2 are as expected\n"
               "\n"
               "            name\n"
               "  expected  ''\n"
               "  actual    null\n"
               "            ^^^^\n"
               "  test-failed models/s.yml:2:11 the model 'agg' does not give the rows that 'u' expects\n");
}

static void contract(Shop *shop, const char *sql, const char *columns)
{
    shop_write(shop, "models/t.sql", str_fmt(shop->arena, "<< config(materialized='table') >>\n%s", sql).ptr);
    shop_write(shop, "models/s.yml",
               str_fmt(shop->arena,
                       "models:\n  - name: t\n    config: {contract: {enforced: true}}\n    columns: [%s]\n", columns)
                   .ptr);
}

static void a_contract_that_is_kept(void **state)
{
    Shop *shop = *state;
    contract(shop, "select 'x' as name, 1 as id, 1.5 as amount",
             "{name: id, data_type: bigint}, {name: AMOUNT, data_type: numeric}, {name: name, data_type: varchar(3)}");
    assert_str(shop_run(shop, RUN_RUN, ""), "success t: OK\n");
    assert_str(shop_sql(shop, "select * from t"), "1|1.5|x");
}

#define MISMATCHES                                                                                                     \
    "| column_name | definition_type | contract_type | mismatch_reason       |\n"                                      \
    "| gone        |                 | integer       | missing in definition |\n"                                      \
    "| id          | INTEGER         | text          | data type mismatch    |\n"                                      \
    "| more        | INTEGER         |               | missing in contract   |\n"                                      \
    "| name        | TEXT            | integer       | data type mismatch    |"

static void everything_that_breaks_a_contract_is_named(void **state)
{
    Shop *shop = *state;
    contract(shop, "select 'x' as name, 1 as id, 2 as more",
             "{name: id, data_type: text}, {name: name, data_type: integer}, {name: gone, data_type: integer}");
    assert_str(shop_run(shop, RUN_RUN, ""),
               "error t: the columns of 't' differ from its contract\n" MISMATCHES "\n"
               "  contract-failed models/s.yml:4:22 the columns of 't' differ from its contract\n" MISMATCHES
               " (change the SQL or the columns in YAML so that names and types agree)\n");
    assert_str(shop_sql(shop, "select 1"), "(no database)");
}

static void a_contract_names_columns_and_types(void **state)
{
    Shop *shop = *state;
    contract(shop, "select 1 as id", "{name: id}");
    assert_str(shop_run(shop, RUN_RUN, ""),
               "error t: the contract's column 'id' has no data_type\n"
               "  contract-failed models/s.yml:4:22 the contract's column 'id' has no data_type "
               "(add `data_type: ` and its type: a contract needs it for each column)\n");
    contract(shop, "select 1 as id", "");
    assert_str(shop_run(shop, RUN_RUN, ""), "error t: the contract of 't' names no columns\n"
                                            "  contract-failed models/s.yml:2:11 the contract of 't' names no columns "
                                            "(list all its columns with their data_type below `columns:` in YAML)\n");
}

static void freshness(Shop *shop, const char *age, const char *rules)
{
    shop_write(shop, "models/s.yml",
               str_fmt(shop->arena,
                       "sources:\n  - name: raw\n    schema: main\n    tables:\n      - name: orders\n"
                       "        config: {loaded_at_field: at, freshness: %s}\n",
                       rules)
                   .ptr);
    shop_write(shop, "models/m.sql", "select 1 as a");
    shop_run(shop, RUN_RUN, ""); /* makes the database */
    shop_sql(shop, "drop table if exists orders");
    shop_sql(shop, "create table orders (id integer, at text)");
    shop_sql(shop, str_fmt(shop->arena, "insert into orders values (1, datetime('now', '%s'))", age).ptr);
}

static void the_age_of_a_source(void **state)
{
    static const struct {
        const char *age, *rules, *expected;
    } cases[] = {
        {"-10 minutes", "{warn_after: {count: 1, period: hour}, error_after: {count: 2, period: hour}}", "pass"},
        {"-90 minutes", "{warn_after: {count: 1, period: hour}, error_after: {count: 2, period: hour}}", "warn"},
        {"-3 hours", "{warn_after: {count: 1, period: hour}, error_after: {count: 2, period: hour}}", "fail"},
        {"-3 hours", "{error_after: {count: 1, period: day}}", "pass"},
        {"-3 days", "{warn_after: {count: 2, period: day}}", "warn"},
        {"+1 hour", "{warn_after: {count: 1, period: minute}}", "pass"},
        {"-1 minutes", "{warn_after: {count: 1, period: hour}, filter: 'id > 5'}", "warn"},
    };
    Shop *shop = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        freshness(shop, cases[i].age, cases[i].rules);
        Str results = shop_run(shop, RUN_FRESHNESS, "");
        if (!str_starts(results, str_from(cases[i].expected)))
            fail_msg("%s old with %s: %.*s", cases[i].age, cases[i].rules, STR_ARG(results));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rows_in_any_order_and_numbers_by_value),
        TEST(a_wrong_cell_stands_below_the_expected_one),
        TEST(a_row_too_many_and_one_too_few),
        TEST(null_and_an_empty_text_differ),
        TEST(a_contract_that_is_kept),
        TEST(everything_that_breaks_a_contract_is_named),
        TEST(a_contract_names_columns_and_types),
        TEST(the_age_of_a_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
