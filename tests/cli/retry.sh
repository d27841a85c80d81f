#!/bin/sh
# retry: what failed, was skipped, or was not reached. clone and --defer: what an earlier state has.
. "${ROOT:-.}/tests/lib.sh"

test_what_failed_and_what_was_skipped_runs_again() {
    new_shop
    echo 'select * from << ref("customers") >> where nope' >models/gold/bad.sql
    echo 'select * from << ref("bad") >>' >models/gold/child.sql
    run cdbt build --no-check
    expect_exit 1
    run cdbt retry
    expect_exit 1
    expect_stdout_has 'Retrying 2 nodes of the last `build`' 'ERROR=1 SKIP=1 NO-OP=0 TOTAL=2'
    echo 'select * from << ref("customers") >>' >models/gold/bad.sql
    run cdbt retry
    expect_exit 0
    expect_stdout_has 'PASS=2 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=2'
    run cdbt retry
    expect_exit 0
    expect_stdout_has 'Nothing to retry: all that the last `build` did ended well.'
}

test_arguments_of_the_last_run_come_back() {
    new_shop
    echo 'select << var("n") >> as n, << 1 if flags.FULL_REFRESH else 0 >> as fresh' >models/gold/bad.sql
    echo 'select broken' >>models/gold/bad.sql
    run cdbt run --vars '{n: 7}' --full-refresh -s bad
    expect_exit 1
    sed -i.bak 2d models/gold/bad.sql
    run cdbt retry
    expect_exit 0
    expect_sql shop.db 'select * from bad' '7|1'
    echo 'select broken' >>models/gold/bad.sql
    cdbt run --vars '{n: 7}' -s bad >/dev/null 2>&1 || true
    sed -i.bak 2d models/gold/bad.sql
    run cdbt retry --vars '{n: 8}'
    expect_sql shop.db 'select * from bad' '8|0'
}

test_an_operation_is_tried_again() {
    new_shop
    put macros/op.sql <<'END'
<% macro op(n) %><% do exceptions.raise_compiler_error('not yet') if n < 9 %><% endmacro %>
END
    run cdbt run-operation op --args '{n: 1}'
    expect_exit 1
    run cdbt retry
    expect_exit 1
    expect_output_has 'not yet'
}

test_after_a_kill_only_the_rest_runs() {
    new_shop
    put models/gold/slow.sql <<'END'
with recursive t(n) as (select 1 union all select n + 1 from t where n < << var("many", 2000000000) >>)
select count(*) as n from t where (select count(*) from << ref("customers") >>) > 0
END
    echo 'select * from << ref("slow") >>' >models/gold/child.sql
    "$CDBT" build >out 2>&1 &
    pid=$!
    tries=0
    until grep -q '"model.shop.customers"' target/run_results.jsonl 2>/dev/null; do
        tries=$((tries + 1))
        [ $tries -lt 600 ] || fail 'customers was never built' "$(cat out)"
        sleep 0.05
    done
    kill -9 $pid
    wait $pid 2>/dev/null || true
    cp target/run_planned.json planned.json
    run cdbt retry --vars '{many: 5}'
    expect_exit 0
    expect_stdout_has 'of the last `build`, which did not come to its end' 'model slow' 'model child'
    expect_stdout_lacks 'model stg_orders' 'seed orders'
    expect_sql shop.db 'select n from child' 5
    run cdbt retry
    expect_stdout_has 'Nothing to retry'
}

test_nothing_to_go_by() {
    new_shop
    run cdbt retry
    expect_exit 2
    expect_stderr_has 'error[state-missing]: there is no earlier run in' 'run the command itself'
    mkdir target
    echo '{"metadata": ' >target/run_results.json
    run cdbt retry
    expect_exit 2
    expect_stderr_has 'error[state-invalid]' 'cannot be read'
}

test_results_of_another_folder_and_of_dbt() {
    new_shop
    mkdir -p elsewhere
    put elsewhere/run_results.json <<'END'
{"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/run-results/v6.json", "invocation_id": "x",
 "generated_at": "2026-01-01T00:00:00Z"},
 "args": {"which": "build", "vars": {"n": 3}, "select": ["customers"], "exclude": [], "threads": 2, "show": false,
  "resource_types": [], "warn_error_options": {"warn": [], "error": [], "silence": []}, "indirect_selection": "eager"},
 "results": [{"unique_id": "model.shop.customers", "status": "error"}, {"unique_id": "seed.shop.orders", "status": "success"},
  {"unique_id": "model.shop.stg_orders", "status": "skipped"}, {"unique_id": "operation.shop.x", "status": "error"},
  {"unique_id": "test.shop.gone", "status": "runtime error"}]}
END
    cdbt seed >/dev/null
    run cdbt retry --state elsewhere
    expect_exit 0
    expect_stdout_has 'Retrying 3 nodes' 'TOTAL=2'
    expect_output_has "'test.shop.gone' is not in this project any more"
}

state() {
    new_shop
    put profiles.yml <<'END'
shop:
  target: main
  outputs:
    main: {type: sqlite, path: shop.db, schema: main}
    dev: {type: sqlite, path: shop.db, schema: dev}
END
    printf 'profile: shop\n' >>dbt_project.yml
    cdbt build >/dev/null
    cp -R target before
}

test_defer_reads_from_the_state() {
    state
    echo 'select count(*) as n from << ref("stg_orders") >>' >models/gold/counted.sql
    run cdbt run -t dev -s counted
    expect_exit 1
    run cdbt run -t dev -s counted --defer --state before
    expect_exit 0
    expect_file_has target/compiled/shop/models/gold/counted.sql 'from "stg_orders"'
    cdbt build -t dev -s +stg_orders >/dev/null
    run cdbt compile -t dev -s counted --defer --state before
    expect_file_has target/compiled/shop/models/gold/counted.sql 'from "dev__stg_orders"'
    run cdbt compile -t dev -s counted --defer --favor-state --defer-state before
    expect_file_has target/compiled/shop/models/gold/counted.sql 'from "stg_orders"'
    run cdbt compile -t dev -s counted stg_orders --defer --favor-state --state before
    expect_file_has target/compiled/shop/models/gold/counted.sql 'from "dev__stg_orders"'
    run cdbt run --defer -s counted
    expect_exit 2
    expect_stderr_has '--defer needs an earlier state'
    run cdbt run --defer -s counted --state models
    expect_exit 2
    expect_stderr_has "there is no manifest.json in 'models'"
}

test_clone_makes_views_of_the_state() {
    state
    run cdbt clone -t dev --state before
    expect_exit 0
    expect_sql shop.db "select group_concat(name) from (select name from sqlite_master where type = 'view' and name like 'dev__%' order by 1)" \
        dev__customers,dev__orders,dev__stg_orders
    expect_sql shop.db 'select (select count(*) from dev__orders) = (select count(*) from orders)' 1
    run cdbt clone -t dev --state before
    expect_exit 0
    expect_output_has 'is there already'
    run cdbt clone -t dev --state before -s customers --full-refresh
    expect_exit 0
    expect_stdout_has 'TOTAL=1'
    echo 'select 1 as n' >models/gold/fresh.sql
    run cdbt clone -t dev --state before -s fresh
    expect_exit 0
    expect_output_has 'The state has no relation for model.shop.fresh'
    run cdbt clone
    expect_exit 2
    expect_stderr_has 'clone needs an earlier state'
    rm models/gold/fresh.sql
    run cdbt clone --state before
    expect_exit 1
    expect_stderr_has "the state in 'before' names the very relations of this target" '--target'
}

run_tests
