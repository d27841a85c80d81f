#!/bin/sh
# debug: what is wrong, and what to do; show's forms; completion.
. "${ROOT:-.}/tests/lib.sh"

test_where_profiles_yml_is_looked_for() {
    cdbt init shop >/dev/null
    cd shop
    run cdbt debug --config-dir
    expect_exit 0
    expect_equal "$(pwd -P)" "$(cat "$OUT")"
    mkdir away
    printf 'shop:\n  target: dev\n  outputs: {dev: {type: sqlite, path: x.db}}\n' >away/profiles.yml
    run cdbt debug --config-dir --profiles-dir away
    expect_exit 0
    expect_equal "$(pwd -P)/away" "$(cat "$OUT")"
}

test_all_is_well() {
    new_shop
    run cdbt debug
    expect_exit 0
    expect_stdout_has 'dbt_project.yml file [OK found and valid]' 'Connection test: [OK connection ok]' 'free on disk' \
        'database file: [OK will be made by the first run]' 'no other run' 'All checks passed!'
    [ ! -e shop.db ] || fail 'the database was made'
    cdbt build -q
    run cdbt debug
    expect_stdout_has 'database file: [OK writable]' '.cdbt/history.db'
}

test_a_broken_model_is_no_reason_not_to_look_at_the_rest() {
    new_shop
    printf 'select * from << ref("nothing") >>\n' >models/gold/lost.sql
    run cdbt debug
    expect_exit 1
    expect_stdout_has 'models and other files [ERROR 1 error, see below]' 'Connection test: [OK' '1 check failed:'
    expect_stderr_has 'error[ref-not-found]'
}

test_a_wrong_target_profile_or_project() {
    new_shop
    run cdbt debug --project-dir nowhere
    expect_exit 2
    expect_stderr_has "'nowhere' is not a folder"
    run cdbt debug --target nix
    expect_exit 1
    expect_stdout_has 'profiles.yml file [ERROR invalid]' '1 check failed:'
    expect_stderr_has "there is no target 'nix'"
    : >dbt_project.yml
    run cdbt debug
    expect_exit 1
    expect_stdout_has 'dbt_project.yml file [ERROR invalid]'
    cd ..
    run cdbt debug
    expect_exit 1
    expect_stderr_has 'error[project-not-found]'
}

test_the_connection_alone() {
    new_shop
    run cdbt debug --connection
    expect_exit 0
    expect_stdout_has 'Skipping steps before connection verification' 'Connection test: [OK connection ok]'
    ! grep -q 'dbt_project.yml file' "$OUT" || fail 'not skipped'
}

test_a_database_that_is_none_and_folders_in_the_way() {
    new_shop
    printf 'this is no database, but it is long enough to be looked at as one by anybody who opens it\n' >shop.db
    : >target
    run cdbt debug
    expect_exit 1
    expect_stdout_has 'Connection test: [ERROR' 'a file is in its place' '2 checks failed:'
    expect_stderr_has 'not a SQLite database' 'it is a file, not a folder' '--target-path'
}

test_who_uses_it_is_named() {
    new_shop
    printf 'with recursive n(i) as (select 1 union all select i + 1 from n where i < 900000000) select count(*) as c from n\n' \
        >models/gold/slow.sql
    "$CDBT" build >first 2>&1 &
    first=$!
    wait_until 'the first run never took the lock' [ -s shop.db-lock ]
    run cdbt debug
    kill -KILL "$first"
    expect_stdout_has "\`cdbt build\` (process $first on "
}

test_show_in_every_form() {
    new_shop
    cdbt build -q
    run cdbt show -s customers --limit 1
    expect_exit 0
    expect_stdout_has "Previewing node 'customers':" '| Ada '
    run cdbt show -q -s customers --limit 1
    ! grep -q Previewing "$OUT" || fail 'not quiet'
    run cdbt show -s customers --limit 1 --output json
    [ "$(cat "$OUT")" = '{"node":"customers","show":[{"customer":"Ada","orders":2,"revenue":55.5,"first_order_on":"2026-01-05"}]}' ] || fail 'other JSON'
    run cdbt show --inline "select 1 as n" --output json
    [ "$(cat "$OUT")" = '{"show":[{"n":1}]}' ] || fail 'other JSON'
    run cdbt show --inline "select 'a \"b\", c' as x, null as \"nu,ll\", '' as e, 0.5 as r, x'00ff' as b union all select 'two' || char(10) || 'lines', 1, 'y', 2, null" --output csv
    printf 'x,"nu,ll",e,r,b\n"a ""b"", c",,"",0.5,00ff\n"two\nlines",1,y,2,\n' >wanted
    cmp -s wanted "$OUT" || fail 'other CSV'
    run cdbt show -s customers --output xml
    expect_exit 2
    expect_stderr_has "--output is table, json or csv here, not 'xml'"
    run cdbt show -s orders --limit -1 --output csv
    [ "$(wc -l <"$OUT")" -eq 5 ] || fail 'not all rows of the seed'
    run cdbt show -s unique_customers_customer --output json
    [ "$(cat "$OUT")" = '{"node":"unique_customers_customer","show":[]}' ] || fail 'the rows of a test'
}

test_completion() {
    run cdbt completion bash
    expect_exit 0
    cp "$OUT" complete.bash
    bash -n complete.bash || fail 'bash does not read it'
    PATH="$(dirname "$CDBT"):$PATH" bash -c '
        source complete.bash
        ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _cdbt; echo "${COMPREPLY[*]}"; }
        ask cdbt bui; ask cdbt build --ato; ask cdbt docs gen; ask cdbt help snap' >got
    printf 'build\n--atomic\ngenerate\nsnapshot\n' >wanted
    expect_same wanted got
    run cdbt completion zsh
    expect_stdout_has bashcompinit
    run cdbt completion fish
    expect_stdout_has 'complete -c cdbt -n __fish_use_subcommand -a build'
    run cdbt completion tcsh
    expect_exit 2
    expect_stderr_has 'bash, zsh and fish'
}

test_json_says_what_the_text_says() {
    new_shop
    sed -i.bak 's/2,Grace/1,Grace/' seeds/orders.csv
    run cdbt --log-format json build
    expect_exit 1
    python3 - "$OUT" <<'END2'
import json, sys
events = [json.loads(line) for line in open(sys.argv[1])]
by_name = lambda name: [e for e in events if e["info"]["name"] == name]
assert by_name("Checked")[0]["data"]["seconds"] >= 0, events
nodes = {e["data"]["node_info"]["node_name"]: e["data"] for e in by_name("NodeFinished")}
assert nodes["orders"]["rows_affected"] == 4, nodes["orders"]
failed = nodes["unique_stg_orders_order_id"]
assert failed["status"] == "fail" and failed["num_failures"] == 1 and failed["compiled_path"].startswith("target/compiled/"), failed
assert nodes["customers"]["skipped_because"].startswith("test.shop.unique_stg_orders_order_id"), nodes["customers"]
END2
}

run_tests
