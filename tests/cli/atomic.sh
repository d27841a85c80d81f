#!/bin/sh
# --atomic: one transaction around the whole run. All of it, or nothing.
. "${ROOT:-.}/tests/lib.sh"

test_a_good_build_is_the_same_with_and_without() {
    built_shop
    cp shop.db plain.db
    rm shop.db
    run cdbt build --atomic
    expect_exit 0
    expect_unchanged
}

test_a_failing_test_undoes_everything() {
    built_shop
    sed -i.bak 's/2,Grace/1,Grace/' seeds/orders.csv
    run cdbt build --atomic
    expect_exit 1
    expect_stdout_has 'Rolled back (--atomic): unique_stg_orders_order_id failed. The database is as it was before' \
        '2 nodes were undone'
    expect_unchanged
    # Nothing is recorded as done that was undone.
    ! grep -q '"unique_id":"seed.shop.orders","status":"success"' target/run_results.json || fail 'recorded as done'
    [ "$(grep -c '"message":"rolled back: ' target/run_results.jsonl)" -eq 2 ] || fail 'not said in run_results.jsonl'
}

test_a_test_that_only_warns_undoes_nothing() {
    built_shop
    sed -i.bak 's/2,Grace/1,Grace/' seeds/orders.csv
    printf 'data_tests: {+severity: warn}\n' >>dbt_project.yml
    run cdbt build --atomic
    expect_exit 0
    expect_sql shop.db 'select count(*) from stg_orders where order_id = 1' 2
}

test_a_model_that_fails_at_the_end_undoes_everything() {
    built_shop
    printf 'select * from << ref("customers") >> where abs(-9223372036854775808 + orders * 0)\n' >models/gold/last.sql
    sed -i.bak 's/gold: {+materialized: table}/gold: {+materialized: table}/; s/1250/1251/' seeds/orders.csv
    run cdbt build --atomic
    expect_exit 1
    expect_stdout_has 'Rolled back (--atomic): last failed'
    expect_unchanged
}

test_a_commit_in_the_projects_own_sql_commits_nothing() {
    built_shop
    printf '<< config(post_hook="commit") >>\nselect 1 as a\n' >models/gold/aaa.sql
    sed -i.bak 's/1250/1251/' seeds/orders.csv
    run cdbt build --atomic
    expect_exit 1
    expect_stdout_has 'the SQL commits by itself; the transaction that it runs in was rolled back instead' \
        '--> models/gold/aaa.sql:1:1'
    expect_unchanged
}

test_a_hook_outside_of_a_transaction_is_refused() {
    built_shop
    printf '<< config(post_hook={"sql": "vacuum", "transaction": false}) >>\nselect 1 as a\n' >models/gold/aaa.sql
    run cdbt run --atomic
    expect_exit 1
    expect_stdout_has 'error[unsupported]: a hook outside of a transaction cannot run inside of a larger one' \
        'run without --atomic'
    expect_unchanged
}

test_hooks_of_the_run_are_part_of_it() {
    built_shop
    printf 'on-run-start: "create table began (a)"\non-run-end: "insert into nowhere values (1)"\n' >>dbt_project.yml
    run cdbt run --atomic
    expect_exit 1
    expect_stdout_has 'Rolled back (--atomic)'
    expect_unchanged
}

test_stored_failures_and_snapshots_work_inside() {
    built_shop
    put snapshots/s.sql <<'SQL'
<% snapshot s %>
<< config(unique_key="order_id", strategy="check", check_cols="all", target_schema="main") >>
select * from << ref("stg_orders") >>
<% endsnapshot %>
SQL
    run cdbt build --atomic --store-failures
    expect_exit 0
    expect_sql shop.db 'select count(*) from s' 4
}

run_tests
