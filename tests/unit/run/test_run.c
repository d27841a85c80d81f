/* Whole runs on SQLite: what is built, what is refused before anything is written, what a failure leaves behind. */
#include "run_test.h"

#include <signal.h>
#include <sys/wait.h>

/* One thread, so that the order of results is fixed. */
static void single(Shop *shop)
{
    shop->options.threads = 1;
}

static void small_project(Shop *shop)
{
    single(shop);
    shop_write(shop, "seeds/orders.csv", "id,customer,amount\n1,Ada,1.5\n2,Grace,\n");
    shop_write(shop, "models/stg.sql", "select id, customer, amount from << ref('orders') >>");
    shop_write(shop, "models/mart.sql",
               "<< config(materialized='table') >>\nselect customer, sum(amount) as total\n"
               "from << ref('stg') >> group by customer");
}

static void build_makes_everything_in_order(void **state)
{
    Shop *shop = *state;
    small_project(shop);
    shop_write(shop, "models/schema.yml",
               "models:\n  - name: stg\n    columns:\n      - name: id\n"
               "        data_tests: [unique]\n");
    assert_str(shop_run(shop, RUN_BUILD, ""), "success orders: INSERT 2\n"
                                              "success stg: OK\n"
                                              "pass unique_stg_id: \n"
                                              "success mart: OK\n");
    assert_false(run_failed(shop->run));
    assert_int_equal(shop->checked, 2);
    assert_str(shop_sql(shop, "select * from mart order by 1"), "Ada|1.5\nGrace|null");
    assert_str(shop_file(shop, "target/compiled/shop/models/stg.sql"), "select id, customer, amount from \"orders\"");
    assert_str(shop_file(shop, "target/compiled/shop/models/schema.yml/unique_stg_id.sql").len ? STR("yes") : STR("no"),
               "yes");
    assert_true(str_starts(shop_file(shop, "target/run/shop/models/mart.sql"), STR("create table \"mart\" as")));
    /* each part by itself, on what is there now */
    assert_str(shop_run(shop, RUN_SEED, ""), "success orders: INSERT 2\n");
    assert_str(shop_run(shop, RUN_RUN, "mart"), "success mart: OK\n");
    assert_str(shop_run(shop, RUN_TEST, ""), "pass unique_stg_id: \n");
}

static void a_misspelt_column_is_found_before_anything_is_written(void **state)
{
    Shop *shop = *state;
    small_project(shop);
    shop_write(shop, "models/mart.sql", "select customer,\n  sum(amuont) as total\nfrom << ref('stg') >>\ngroup by 1");
    assert_str(shop_run(shop, RUN_BUILD, ""),
               "error mart: no such column: amuont\n"
               "  check-failed models/mart.sql:2:7 no such column: amuont (did you mean 'amount'?)\n"
               "skipped orders: nothing was run: the check before write found errors\n"
               "skipped stg: nothing was run: the check before write found errors\n");
    assert_true(run_refused(shop->run));
    assert_true(run_failed(shop->run));
    assert_str(shop_sql(shop, "select 1"), "(no database)");
    /* the same with a database that is there: it stays as it is */
    shop_write(shop, "models/mart.sql", "select customer from << ref('stg') >>");
    shop_run(shop, RUN_BUILD, "");
    shop_write(shop, "models/mart.sql", "select no_function(customer) as c from << ref('stg') >>");
    shop_write(shop, "models/stg.sql", "select id, customer, 1 as added from << ref('orders') >>");
    assert_str(shop_run(shop, RUN_RUN, ""), "error mart: no such function: no_function\n"
                                            "  check-failed models/mart.sql:1:8 no such function: no_function\n"
                                            "skipped stg: nothing was run: the check before write found errors\n");
    assert_str(shop_sql(shop, "select count(*) from pragma_table_info('stg')"), "3");
}

static void an_error_inside_of_a_macro_names_the_calls(void **state)
{
    Shop *shop = *state;
    small_project(shop);
    shop_write(shop, "macros/cents.sql", "<% macro cents(column) %>\n  round(<< column >> * hundred)\n<% endmacro %>");
    shop_write(shop, "models/mart.sql", "select << cents('amount') >> as cents from << ref('stg') >>");
    assert_str(shop_run(shop, RUN_BUILD, "+mart"),
               "error mart: no such column: hundred\n"
               "  check-failed macros/cents.sql:2:24 no such column: hundred\n"
               "skipped orders: nothing was run: the check before write found errors\n"
               "skipped stg: nothing was run: the check before write found errors\n");
    size_t count;
    const RunResult *results = run_results(shop->run, &count);
    assert_true(results[0].diags[0].note_count >= 1);
    assert_true(str_starts(diag_place(shop->arena, shop->manifest->sources, results[0].diags[0].notes[0].span),
                           STR("models/mart.sql:1:")));
}

static void what_is_not_in_the_database_is_said_with_the_remedy(void **state)
{
    Shop *shop = *state;
    small_project(shop);
    assert_str(shop_run(shop, RUN_RUN, "stg"),
               "error stg: stg reads the seed 'orders', which is not in the database (\"orders\")\n"
               "  check-failed models/stg.sql:1:37 stg reads the seed 'orders', which is not in the database "
               "(\"orders\") (load it with `cdbt seed`, or run `cdbt build`)\n");
    assert_str(shop_sql(shop, "select 1"), "(no database)");
    /* compile takes the columns from the file */
    assert_str(shop_run(shop, RUN_COMPILE, "stg"), "success stg: \n");
    assert_int_equal(shop->checked, 1);
    assert_str(shop_sql(shop, "select 1"), "(no database)");
}

static void a_seed_may_fill_a_source_of_the_same_build(void **state)
{
    Shop *shop = *state;
    small_project(shop);
    shop_write(shop, "models/s.yml", "sources:\n  - name: raw\n    schema: main\n    tables: [{name: orders}]\n");
    shop_write(shop, "models/stg.sql", "select id, customer, amount from << source('raw', 'orders') >>");
    assert_str(shop_run(shop, RUN_BUILD, ""), "success orders: INSERT 2\nsuccess stg: OK\nsuccess mart: OK\n");
}

static void a_failure_leaves_the_old_relation_and_skips_what_is_below(void **state)
{
    Shop *shop = *state;
    small_project(shop);
    shop_write(shop, "models/other.sql", "<< config(materialized='table') >> select 1 as one");
    shop_write(shop, "models/last.sql", "select * from << ref('mart') >>");
    shop_run(shop, RUN_BUILD, "");
    shop_write(shop, "models/mart.sql",
               "<< config(materialized='table') >>\n"
               "select json_extract(customer, '$.x') as total from << ref('stg') >>");
    shop_write(shop, "models/other.sql", "<< config(materialized='table') >> select 2 as one");
    assert_str(shop_run(shop, RUN_RUN, "stg+ other"), "success stg: OK\n"
                                                      "error mart: malformed JSON\n"
                                                      "  database-error models/mart.sql:1:1 malformed JSON\n"
                                                      "skipped last: skipped because mart failed\n"
                                                      "success other: OK\n");
    assert_true(run_failed(shop->run));
    assert_false(run_refused(shop->run));
    assert_str(shop_sql(shop, "select total from mart order by 1"), "null\n1.5");
}

static void a_failed_test_skips_the_children_and_a_warning_does_not(void **state)
{
    Shop *shop = *state;
    small_project(shop);
#define SEVERITY(word)                                                                                                 \
    shop_write(shop, "models/schema.yml",                                                                              \
               "models:\n  - name: stg\n    columns:\n      - name: amount\n        data_tests:\n"                     \
               "          - not_null: {config: {severity: " word "}}\n")
    SEVERITY("warn");
    assert_str(shop_run(shop, RUN_BUILD, ""),
               "success orders: INSERT 2\n"
               "success stg: OK\n"
               "warn not_null_stg_amount: Got 1 result, configured to warn if != 0\n"
               "  test-warned models/schema.yml:6:13 1 row of stg failed the test 'not_null'\n"
               "success mart: OK\n");
    assert_false(run_failed(shop->run));
    SEVERITY("error");
    assert_str(shop_run(shop, RUN_BUILD, ""),
               "success orders: INSERT 2\n"
               "success stg: OK\n"
               "fail not_null_stg_amount: Got 1 result, configured to fail if != 0\n"
               "  test-failed models/schema.yml:6:13 1 row of stg failed the test 'not_null'\n"
               "skipped mart: skipped because not_null_stg_amount failed\n");
    assert_true(run_failed(shop->run));
    size_t count;
    const RunResult *results = run_results(shop->run, &count);
    assert_int_equal(results[2].failures, 1);
    assert_int_equal(results[2].sample->row_count, 1);
    assert_str(results[2].compiled_path, "target/compiled/shop/models/schema.yml/not_null_stg_amount.sql");
    /* --warn-error */
    SEVERITY("warn");
    unsigned char fates[DIAG_CODE_COUNT] = {[DIAG_test_warned] = RUN_WARNING_IS_ERROR};
    shop->options.warnings = fates;
    assert_true(str_starts(shop_run(shop, RUN_TEST, ""), STR("fail not_null_stg_amount: Got 1 result")));
}

static void thresholds_and_stored_failures(void **state)
{
    Shop *shop = *state;
    small_project(shop);
    shop_write(shop, "tests/two.sql",
               "<< config(warn_if='>1', error_if='>2', store_failures=true) >> select 1 as n union all select 2");
    shop_run(shop, RUN_BUILD, "");
    assert_str(shop_run(shop, RUN_TEST, ""), "warn two: Got 2 results, configured to warn if >1\n"
                                             "  test-warned tests/two.sql:1:1 the test 'two' found 2 rows\n");
    assert_str(shop_sql(shop, "select count(*) from dbt_test__audit__two"), "2");
}

static void fail_fast_stops_the_rest(void **state)
{
    Shop *shop = *state;
    single(shop);
    shop_write(shop, "models/a.sql", "<< config(materialized='table') >> select json_extract('{', '$') as x");
    shop_write(shop, "models/a2.sql", "select * from << ref('a') >>");
    shop_write(shop, "models/b.sql", "<< config(materialized='table') >> select 1 as one");
    shop->options.fail_fast = true;
    Str results = shop_run(shop, RUN_RUN, "");
    assert_true(str_find(results, STR("error a: malformed JSON"), 0) != STR_NPOS);
    assert_true(str_find(results, STR("skipped b: Skipping due to fail_fast"), 0) != STR_NPOS);
    assert_str(shop_sql(shop, "select count(*) from sqlite_master"), "0");
}

static void a_malformed_seed_is_refused_with_its_place(void **state)
{
    Shop *shop = *state;
    small_project(shop);
    shop_write(shop, "seeds/orders.csv", "id,customer,amount\n1,Ada,1\n2,Grace\n");
    Str results = shop_run(shop, RUN_SEED, "");
    assert_true(str_starts(results, STR("error orders: ")));
    assert_true(str_find(results, STR("seed-malformed seeds/orders.csv:3:"), 0) != STR_NPOS);
    assert_str(shop_sql(shop, "select count(*) from sqlite_master"), "0");
    results = shop_run(shop, RUN_BUILD, "");
    assert_true(str_find(results, STR("skipped mart: nothing was run"), 0) != STR_NPOS);
    assert_str(shop_sql(shop, "select count(*) from sqlite_master"), "0");
    /* a declared type that a cell does not fit */
    shop_write(shop, "seeds/orders.csv", "id,customer,amount\n1,Ada,1\nx2,Grace,2\n");
    shop_write(shop, "seeds/s.yml",
               "seeds:\n  - name: orders\n    config: {column_types: {id: integer, amount: varchar}}\n");
    results = shop_run(shop, RUN_SEED, "");
    assert_true(str_find(results, STR("seed-type seeds/orders.csv:3:1 'x2' in column id is no integer"), 0) !=
                STR_NPOS);
    shop_write(shop, "seeds/orders.csv", "id,customer,amount\n1,Ada,007\n02,Grace,\n");
    assert_str(shop_run(shop, RUN_SEED, ""), "success orders: INSERT 2\n");
    assert_str(shop_sql(shop, "select id, typeof(id), amount, typeof(amount) from orders"),
               "1|integer|007|text\n2|integer|null|null");
}

static void seeds_guess_types_without_losing_anything(void **state)
{
    Shop *shop = *state;
    single(shop);
    shop_write(shop, "seeds/t.csv",
               "\xEF\xBB\xBFi;r;t;b;d;s\r\n1;1.5;007;true;2024-01-05;\"a\nb\"\r\n2;2;8;false;;\"x;\"\"y\"\r\n");
    shop_write(shop, "seeds/s.yml", "seeds:\n  - name: t\n    config: {delimiter: ';'}\n");
    assert_str(shop_run(shop, RUN_SEED, ""), "success t: INSERT 2\n");
    assert_str(shop_sql(shop, "select name, type from pragma_table_info('t')"),
               "i|INT\nr|REAL\nt|TEXT\nb|INT\nd|TEXT\ns|TEXT");
    assert_str(shop_sql(shop, "select * from t"), "1|1.5|007|1|2024-01-05|a\nb\n2|2.0|8|0|null|x;\"y");
}

static void hooks_run_around_everything(void **state)
{
    Shop *shop = *state;
    single(shop);
    shop_write(shop, "dbt_project.yml",
               "name: shop\nversion: '1.0'\n"
               "on-run-start: ['create table if not exists log (what)', \"insert into log values ('start')\"]\n"
               "on-run-end: [\"insert into log values ('end << results | length >> << schemas | join >>')\"]\n");
    shop_write(shop, "models/a.sql",
               "<< config(materialized='table', pre_hook=\"insert into log values ('before')\") >>"
               " select count(*) as n from log");
    assert_str(shop_run(shop, RUN_RUN, ""), "success shop-on-run-start-0: shop.on-run-start.0 passed\n"
                                            "success shop-on-run-start-1: shop.on-run-start.1 passed\n"
                                            "success a: OK\n"
                                            "success shop-on-run-end-0: shop.on-run-end.0 passed\n");
    assert_str(shop_sql(shop, "select group_concat(what, ',') from log"), "start,before,end 3 main");
    assert_str(shop_sql(shop, "select n from a"), "2");
    /* a hook that fails: the nodes run even so, the run has failed */
    shop_write(shop, "dbt_project.yml", "name: shop\nversion: '1.0'\non-run-start: ['select nope']\n");
    assert_str(shop_run(shop, RUN_RUN, ""), "error shop-on-run-start-0: no such column: nope\n"
                                            "  database-error dbt_project.yml:3:24 no such column: nope\n"
                                            "success a: OK\n");
    assert_true(run_failed(shop->run));
}

static void an_operation_runs_one_macro(void **state)
{
    Shop *shop = *state;
    shop_write(shop, "macros/m.sql",
               "<% macro make(name, n=1) %>\n<% do run_query('create table ' ~ name ~ ' as select '"
               " ~ n ~ ' as n') %>\n<% do print('made ' ~ name) %>\n<% endmacro %>\n"
               "<% macro half() %>\n<% do run_query('create table half (a)') %>\n"
               "<% do exceptions.raise_compiler_error('no') %>\n<% endmacro %>");
    shop_load(shop);
    Value args = value_dict(shop->arena);
    dict_set_str(args.u.dict, STR("name"), value_str(STR("made")));
    dict_set_str(args.u.dict, STR("n"), value_int(7));
    shop->options.operation_args = args;
    shop->options.operation_macro = (SpanText){STR("make"), {1, 0, 1}};
    assert_str(shop_run(shop, RUN_OPERATION, ""), "success make: \n");
    assert_str(buf_str(&shop->messages), "made made\n");
    assert_str(shop_sql(shop, "select n from made"), "7");
    /* all or nothing */
    shop->options.operation_args = value_undefined(STR_EMPTY);
    shop->options.operation_macro.text = STR("half");
    assert_true(str_starts(shop_run(shop, RUN_OPERATION, ""), STR("error half: ")));
    assert_str(shop_sql(shop, "select count(*) from sqlite_master where name = 'half'"), "0");
    shop->options.operation_macro.text = STR("mkae");
    assert_str(shop_run(shop, RUN_OPERATION, ""),
               "macro-not-found command line:1:1 there is no macro 'mkae' (did you mean 'make'?)\n");
}

static void show_reads_a_few_rows(void **state)
{
    Shop *shop = *state;
    small_project(shop);
    shop_run(shop, RUN_BUILD, "");
    shop->options.limit = 1;
    assert_str(shop_run(shop, RUN_SHOW, "stg"), "success stg: \n");
    const RunTable *table = run_shown(shop->run);
    assert_int_equal(table->row_count, 1);
    assert_int_equal(table->columns.n, 3);
    assert_str(table->rows[0][1].text, "Ada");
    shop_write(shop, "models/eph.sql", "<< config(materialized='ephemeral') >> select total from << ref('mart') >>");
    shop->options.inline_sql = STR("select count(*) as n from << ref('eph') >>");
    assert_str(shop_run(shop, RUN_SHOW, ""), "success inline_query: \n");
    assert_int_equal(run_shown(shop->run)->rows[0][0].integer, 2);
    shop->options.inline_sql = STR("select nope from << ref('mart') >>");
    assert_str(shop_run(shop, RUN_SHOW, ""), "error inline_query: no such column: nope\n"
                                             "  database-error --inline:1:8 no such column: nope\n");
    shop->options.inline_sql = STR("select 1 from << ref('mrat') >>");
    assert_str(shop_run(shop, RUN_SHOW, ""), "ref-not-found --inline:1:18 there is no model, seed or snapshot 'mrat' "
                                             "(did you mean 'mart'?)\n");
}

static void what_asks_the_database_is_compiled_when_its_parents_are_there(void **state)
{
    Shop *shop = *state;
    small_project(shop);
    shop_write(shop, "models/mart.sql",
               "<% set found = run_query('select customer from ' ~ ref('stg') ~ ' order by 1') %>\n"
               "<% set names = found.columns[0].values() if execute else [] %>\n"
               "select <% for n in names %>1 as \"<< n >>\"<< ', ' if not loop.last >><% endfor %>");
    assert_str(shop_run(shop, RUN_BUILD, ""), "success orders: INSERT 2\nsuccess stg: OK\nsuccess mart: OK\n");
    assert_true(str_find(buf_str(&shop->messages), STR("mart could not be checked before it runs"), 0) != STR_NPOS);
    assert_str(shop_sql(shop, "select name from pragma_table_info('mart')"), "Ada\nGrace");
}

/* SQLite would make it, and whoever reads it would find out. */
static void a_view_that_could_not_be_checked_is_tried_when_it_is_made(void **state)
{
    Shop *shop = *state;
    small_project(shop);
    const char *models[] = {"<% set found = run_query('select 1 as x') %>select idd from << ref('stg') >>",
                            "<< config(pre_hook='select 1') >>select stg.id from << ref('stg') >>, nowhere"};
    const char *expected[] = {"success orders: INSERT 2\nsuccess stg: OK\nerror mart: no such column: idd\n"
                              "  database-error models/mart.sql:1:52 no such column: idd\n",
                              "success orders: INSERT 2\nsuccess stg: OK\nerror mart: no such table: nowhere\n"
                              "  database-error models/mart.sql:1:71 no such table: nowhere\n"};
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        shop_write(shop, "models/mart.sql", models[i]);
        assert_str(shop_run(shop, RUN_BUILD, ""), expected[i]);
        assert_str(shop_sql(shop, "select count(*) from sqlite_schema where name = 'mart'"), "0");
    }
    shop->options.no_check = true;
    assert_str(shop_run(shop, RUN_BUILD, ""), "success orders: INSERT 2\nsuccess stg: OK\nsuccess mart: OK\n");
}

static void an_incremental_model_is_checked_although_it_asks_for_itself(void **state)
{
    Shop *shop = *state;
    small_project(shop);
    shop_write(shop, "models/mart.sql",
               "<< config(materialized='incremental', unique_key='id') >>\nselect id, customer from << ref('stg') >>\n"
               "<% if is_incremental() %>where id > (select max(idd) from << this >>)<% endif %>");
    assert_str(shop_run(shop, RUN_BUILD, ""), "success orders: INSERT 2\nsuccess stg: OK\nsuccess mart: OK\n");
    Str results = shop_run(shop, RUN_BUILD, "");
    assert_true(str_starts(results, STR("error mart: no such column: idd\n"
                                        "  check-failed models/mart.sql:3:49 no such column: idd")));
    shop->options.full_refresh = true;
    assert_str(shop_run(shop, RUN_RUN, "mart"), "success mart: OK\n");
}

static void a_cancelled_run_keeps_what_was_finished(Shop *shop, const RunEvent *event)
{
    if (event->kind == RUN_EVENT_STARTED && str_eq(event->node->name, STR("b"))) run_cancel(shop->run);
}

static void cancelling(void **state)
{
    Shop *shop = *state;
    single(shop);
    shop_write(shop, "models/a.sql", "<< config(materialized='table') >> select 1 as n");
    shop_write(shop, "models/b.sql",
               "<< config(materialized='table') >> with recursive t(n) as (select << ref('a') >>.n "
               "from << ref('a') >> union all select n + 1 from t) select count(*) as n from t");
    shop_write(shop, "models/c.sql", "select * from << ref('b') >>");
    shop->on_event = a_cancelled_run_keeps_what_was_finished;
    Str results = shop_run(shop, RUN_RUN, "");
    assert_true(run_was_cancelled(shop->run));
    assert_true(str_starts(results, STR("success a: OK\nskipped b: ")));
    assert_str(shop_sql(shop, "select group_concat(name) from sqlite_master"), "a");
    size_t lines = 0;
    Str log = shop_file(shop, "target/run_results.jsonl");
    for (size_t i = 0; i < log.len; i++) lines += log.ptr[i] == '\n';
    assert_int_equal(lines, 5); /* begin, three results, end */
}

static void kill_me(Shop *shop, const RunEvent *event)
{
    (void)shop;
    if (event->kind != RUN_EVENT_STARTED || !str_eq(event->node->name, STR("b"))) return;
    alarm(1); /* in the middle of the endless statement; SIGALRM ends the process like SIGKILL: nothing is caught */
}

static void a_killed_run_leaves_old_relations(void **state)
{
    Shop *shop = *state;
    single(shop);
    shop_write(shop, "models/a.sql", "<< config(materialized='table') >> select 1 as n");
    shop_write(shop, "models/b.sql", "<< config(materialized='table') >> select n from << ref('a') >>");
    shop_run(shop, RUN_RUN, "");
    shop_write(shop, "models/a.sql", "<< config(materialized='table') >> select 2 as n");
    shop_write(shop, "models/b.sql",
               "<< config(materialized='table') >> with recursive t(n) as (select n from "
               "<< ref('a') >> union all select n + 1 from t) select n from t");
    pid_t child = fork();
    if (child == 0) {
        signal(SIGALRM, SIG_DFL);
        shop->on_event = kill_me;
        shop_run(shop, RUN_RUN, "");
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
    assert_str(shop_sql(shop, "select (select n from a), (select group_concat(n) from b)"), "2|1");
    assert_str(shop_sql(shop, "pragma integrity_check"), "ok");
    assert_true(str_find(shop_file(shop, "target/run_results.jsonl"), STR("\"unique_id\":\"model.shop.a\""), 0) !=
                STR_NPOS);
}

static void an_empty_selection_runs_nothing(void **state)
{
    Shop *shop = *state;
    small_project(shop);
    Str results = shop_run(shop, RUN_RUN, "nothing");
    assert_true(str_starts(results, STR("selection-empty ")));
    assert_str(shop_sql(shop, "select 1"), "(no database)");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(build_makes_everything_in_order),
        TEST(a_misspelt_column_is_found_before_anything_is_written),
        TEST(an_error_inside_of_a_macro_names_the_calls),
        TEST(what_is_not_in_the_database_is_said_with_the_remedy),
        TEST(a_seed_may_fill_a_source_of_the_same_build),
        TEST(a_failure_leaves_the_old_relation_and_skips_what_is_below),
        TEST(a_failed_test_skips_the_children_and_a_warning_does_not),
        TEST(thresholds_and_stored_failures),
        TEST(fail_fast_stops_the_rest),
        TEST(a_malformed_seed_is_refused_with_its_place),
        TEST(seeds_guess_types_without_losing_anything),
        TEST(hooks_run_around_everything),
        TEST(an_operation_runs_one_macro),
        TEST(show_reads_a_few_rows),
        TEST(what_asks_the_database_is_compiled_when_its_parents_are_there),
        TEST(a_view_that_could_not_be_checked_is_tried_when_it_is_made),
        TEST(an_incremental_model_is_checked_although_it_asks_for_itself),
        TEST(cancelling),
        TEST(a_killed_run_leaves_old_relations),
        TEST(an_empty_selection_runs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
