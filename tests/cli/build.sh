#!/bin/sh
# The main job on a small project: seed, run, test, build, docs, and what they leave behind.
. "${ROOT:-.}/tests/lib.sh"

test_a_new_project_builds_and_passes_at_once() {
    new_shop
    run cdbt build
    expect_exit 0
    expect_stdout_has 'Completed successfully' 'PASS=7 WARN=0 ERROR=0 SKIP=0'
    expect_sql shop.db "select group_concat(customer || ':' || orders || ':' || revenue, ' ') from (select * from customers order by customer)" \
        'Ada:2:55.5 Edsger:1:0.0 Grace:1:8.0'
    expect_sql shop.db "select name || ' ' || type from sqlite_master order by name" "$(printf 'customers table\norders table\nstg_orders view')"
}

test_seed_run_test_one_after_the_other() {
    new_shop
    run cdbt seed
    expect_exit 0
    expect_stdout_has '[INSERT 4 in '
    expect_sql shop.db 'select count(*), count(amount_cents) from orders' '4|3'
    run cdbt seed --full-refresh
    expect_stdout_has '[CREATE 4 in '
    run cdbt run
    expect_exit 0
    run cdbt test
    expect_exit 0
    expect_stdout_has 'PASS=4'
    expect_file_has target/run_results.json '"unique_id"'
    expect_file_has target/manifest.json 'model.shop.customers'
    expect_file target/compiled/shop/models/gold/customers.sql
    expect_file_lacks target/compiled/shop/models/gold/customers.sql '<<'
}

test_building_twice_gives_the_same() {
    new_shop
    cdbt build -q
    sqlite3 shop.db .dump >first
    run cdbt build
    expect_exit 0
    sqlite3 shop.db .dump >second
    expect_same first second
}

test_a_failing_test_says_how_many_rows_and_where_the_query_is() {
    new_shop
    printf '5,Ada,2026-02-03,1\n5,Ada,2026-02-03,1\n' >>seeds/orders.csv
    run cdbt build
    expect_exit 1
    expect_stdout_has 'FAIL' 'unique_stg_orders_order_id' 'Got 1 result, configured to fail if != 0' \
        'target/compiled/shop/models/schema.yml/unique_stg_orders_order_id.sql'
    (cd .. && "$CDBT" test --project-dir shop >said || :)
    expect_file_has ../said 'the query is in shop/target/compiled/shop/models/schema.yml/'
    # The children of what failed are not built.
    expect_stdout_has 'SKIP' 'ERROR=1'
    expect_sql shop.db "select count(*) from sqlite_master where name = 'customers'" 0
}

test_a_warning_lets_the_children_be_built() {
    new_shop
    printf '5,Ada,2026-02-03,1\n5,Ada,2026-02-03,1\n' >>seeds/orders.csv
    sed -i 's/data_tests: \[unique, not_null\]/data_tests: [{unique: {config: {severity: warn}}}, not_null]/' models/schema.yml
    sed -i '0,/name: customers/! s/{unique: {config: {severity: warn}}}/unique/' models/schema.yml
    run cdbt build
    expect_exit 0
    expect_stdout_has 'WARN 1' 'Completed with 1 warning'
    expect_sql shop.db "select count(*) from sqlite_master where name = 'customers'" 1
}

test_full_stop_of_a_statement_and_comments_behind_it_are_fine() {
    new_shop
    printf 'select 1 as a; -- the end\n/* really */ ;\n' >models/gold/one.sql
    run cdbt build
    expect_exit 0
    expect_sql shop.db 'select a from one' 1
}

test_ephemeral_models_are_put_into_what_reads_them() {
    new_shop
    printf '<< config(materialized="ephemeral") >> select 2 as n -- two' >models/gold/two.sql
    printf '<< config(materialized="ephemeral") >> select n * 2 as n from << ref("two") >>' >models/gold/four.sql
    printf 'with here as (select 1 as n) select n from here union all select n from << ref("four") >>' >models/gold/sum.sql
    run cdbt build
    expect_exit 0
    expect_sql shop.db "select group_concat(n) from sum" '1,4'
    expect_sql shop.db "select count(*) from sqlite_master where name in ('two', 'four')" 0
}

test_a_view_becomes_a_table_and_a_table_a_view() {
    new_shop
    cdbt build -q
    sed -i 's/materialized: view/materialized: table/; s/gold: {+materialized: table}/gold: {+materialized: view}/' dbt_project.yml
    run cdbt run
    expect_exit 0
    expect_sql shop.db "select type from sqlite_master where name = 'stg_orders'" table
}

test_custom_schema_is_a_prefix() {
    new_shop
    sed -i 's/gold: {+materialized: table}/gold: {+materialized: table, +schema: gold}/' dbt_project.yml
    run cdbt build
    expect_exit 0
    expect_sql shop.db "select count(*) from gold__customers" 3
}

test_selected_nodes_only() {
    new_shop
    cdbt seed -q
    run cdbt run -s +customers --exclude customers
    expect_exit 0
    expect_sql shop.db "select group_concat(name) from (select name from sqlite_master order by 1)" 'orders,stg_orders'
}

test_selecting_nothing_warns_loudly() {
    new_shop
    run cdbt run -s nowhere
    expect_exit 0
    expect_output_has "nothing matches 'nowhere'" 'Nothing to do'
}

test_vars_reach_the_models() {
    new_shop
    printf "select << var('n', 1) >> as n\n" >models/gold/n.sql
    run cdbt run -s n --vars '{n: 7}'
    expect_exit 0
    expect_sql shop.db 'select n from n' 7
}

test_compile_writes_no_database_and_prints_one_model() {
    new_shop
    run cdbt compile -s stg_orders
    expect_exit 0
    expect_no_file shop.db
    expect_stdout_has 'from "orders"'
}

test_docs_is_one_page_that_shows_the_project() {
    new_shop
    cdbt build -q
    run cdbt docs generate
    expect_exit 0
    expect_file target/index.html
    expect_file_has target/index.html 'One row a customer'
    expect_file_has target/index.html 'model.shop.stg_orders'
    expect_file_lacks target/index.html 'http://cdn'
    run cdbt docs
    expect_exit 2
    expect_stderr_has 'docs needs a second word: generate'
}

test_docs_without_compiling_asks_the_database_all_the_same() {
    new_shop
    printf 'asset-paths: [pictures, not-there]\n' >>dbt_project.yml
    mkdir -p pictures/small
    echo x >pictures/small/a.png
    cdbt build -q
    rm -r target
    run cdbt docs generate --no-compile
    expect_exit 0
    expect_file_has target/catalog.json 'model.shop.stg_orders'
    expect_no_file target/manifest.json
    expect_file target/pictures/small/a.png
}

test_clean_removes_target_and_never_data() {
    new_shop
    cdbt build -q
    run cdbt clean
    expect_exit 0
    expect_no_file target
    expect_file shop.db
    run cdbt clean --no-clean-project-files-only
    expect_exit 2
    expect_stderr_has 'error[usage]' 'removes nothing outside of the project'
    printf 'clean-targets: [target, models, "."]\n' >>dbt_project.yml
    cdbt compile -q
    run cdbt clean
    expect_exit 2
    expect_stderr_has "'models'"
    expect_file models/schema.yml
    expect_file shop.db
    expect_no_file target
}

test_debug_shows_the_target_and_whether_it_answers() {
    new_shop
    cdbt build -q
    run cdbt debug
    expect_exit 0
    expect_stdout_has 'sqlite' 'shop.db' 'connection ok'
}

test_show_prints_rows() {
    new_shop
    cdbt build -q
    run cdbt show -s customers --limit 2
    expect_exit 0
    expect_stdout_has '| customer' '| Ada'
    expect_stdout_lacks 'OK' # the rows and nothing else
    run cdbt show --inline "select count(*) as n from << ref('customers') >>" --output json
    expect_exit 0
    expect_equal "$(cat "$OUT")" '{"show":[{"n":3}]}' # nothing else: a program reads it
}

test_compile_prints_json() {
    new_shop
    run cdbt compile --inline "select << 1 + 1 >>" --output json --quiet
    expect_exit 0
    expect_equal "$(cat "$OUT")" '{"compiled":"select 2"}'
    run cdbt compile -s stg_orders --output json --quiet
    expect_stdout_has '{"node":"stg_orders","compiled":"'
}

test_run_operation_calls_a_macro() {
    new_shop
    mkdir -p macros
    printf '<%% macro hello(name) %%><%% do print("hello " ~ name) %%><%% endmacro %%>\n' >macros/hello.sql
    run cdbt run-operation hello --args '{name: Ada}'
    expect_exit 0
    expect_stdout_has 'hello Ada'
    run cdbt run-operation helo
    expect_exit 2
    expect_stderr_has "there is no macro 'helo'" "did you mean 'hello'?" 'command line:1:20'
}

test_fail_fast_stops_at_the_first_failure() {
    new_shop
    cdbt build -q
    printf 'select raise_it() as a\n' >models/gold/bad.sql
    run cdbt run --no-check --fail-fast --threads 1
    expect_exit 1
    expect_stdout_has 'ERROR=1'
}

test_quiet_prints_nothing_of_what_went_well() {
    new_shop
    run cdbt build -q
    expect_exit 0
    expect_stdout_empty
    expect_stderr_empty
}

test_hooks_run_before_and_after() {
    new_shop
    printf 'on-run-start: ["create table if not exists log (what)", "insert into log (what) values ('"'start'"')"]\non-run-end: "insert into log (what) values ('"'end'"')"\n' >>dbt_project.yml
    run cdbt build
    expect_exit 0
    expect_sql shop.db "select group_concat(what) from log" 'start,end'
}

test_show_writes_the_sql_header_before_the_query() {
    printf 'name: shop\n' >dbt_project.yml
    put models/h.sql <<'END'
{% call set_sql_header(config) %}
with v as (select 7 as k)
{%- endcall %}
select k from v
END
    run cdbt show -s h --output json
    expect_exit 0
    expect_stdout_has '{"k":7}'
}

test_seed_show_prints_the_first_rows() {
    printf 'name: shop\n' >dbt_project.yml
    mkdir seeds
    python3 -c "print('a,b'); [print(f'{n},x{n}') for n in range(1, 13)]" >seeds/twelve.csv
    run cdbt seed --show
    expect_exit 0
    expect_stdout_has '|  1 | x1  |' '| 10 | x10 |' '(the first 10 of them)'
    expect_stdout_lacks 'x11'
    run cdbt seed
    expect_stdout_lacks 'x1'
}

test_ephemeral_models_stand_in_the_manifest_as_ctes() {
    put dbt_project.yml <<'END'
name: shop
END
    put models/e1.sql <<'END'
<< config(materialized='ephemeral') >>
select 1 as id
END
    put models/e2.sql <<'END'
<< config(materialized='ephemeral') >>
select id from << ref('e1') >>
END
    put models/a.sql <<'END'
select id from << ref('e2') >>
END
    run cdbt compile
    expect_exit 0
    expect_file_has target/manifest.json '"extra_ctes":[{"id":"model.shop.e1","sql":" __dbt__cte__e1 as (\n\nselect 1 as id\n)"},{"id":"model.shop.e2","sql":" __dbt__cte__e2 as (\n\nselect id from __dbt__cte__e1\n)"}]'
    expect_file_has target/manifest.json '"extra_ctes":[]'
}

test_docs_of_what_has_changed() {
    put dbt_project.yml <<'END'
name: shop
END
    put models/a.sql <<'END'
select 1 as id
END
    put models/b.sql <<'END'
select 1 as id
END
    run cdbt parse
    cp -R target before
    put models/b.sql <<'END'
select 2 as id
END
    run cdbt docs generate -s state:modified --state before
    expect_exit 0
    expect_file target/compiled/shop/models/b.sql
    expect_no_file target/compiled/shop/models/a.sql
}

run_tests
