#!/bin/sh
# watch: what a saved file affects is built again; mistakes are shown and watching goes on.
. "${ROOT:-.}/tests/lib.sh"

begin() {
    new_shop
    : >log
    "$CDBT" watch "$@" >log 2>&1 &
    watcher=$!
    until_said 1 'Watching '
}

# Until a line that holds the text has come so many times.
until_said() {
    tries=0
    while [ "$(grep -c "$2" log)" -lt "$1" ]; do
        tries=$((tries + 1))
        if [ "$tries" -ge 600 ]; then
            kill -KILL "$watcher"
            fail "never said: $2 ($1 times)" "$(cat log)"
        fi
        sleep 0.05
    done
}

# What the n-th round said.
round() { awk -v n="$1" 'BEGIN { r = 1 } /^Watching / { r++; next } r == n' log; }

finish() {
    kill -INT "$watcher"
    code=0
    wait "$watcher" || code=$?
    [ "$code" -eq 0 ] || fail "exit code $code" "$(cat log)"
}

test_a_saved_model_is_built_with_what_is_below_and_its_tests() {
    begin
    sed -i.bak 's/count(\*) as orders/count(*) as number_of_orders/' models/gold/customers.sql
    until_said 2 'Watching '
    finish
    round 2 >second
    grep -q 'Saved: models/gold/customers.sql' second || fail "$(cat log)"
    grep -q 'OK     table model customers' second || fail "$(cat log)"
    grep -q 'TOTAL=3' second || fail "$(cat log)"
    expect_sql shop.db 'select max(number_of_orders) from customers' 2
}

test_a_mistake_is_shown_and_mending_it_builds() {
    begin
    echo 'select nothing_like_it from << ref("stg_orders") >>' >models/gold/customers.sql
    until_said 2 'Watching '
    printf 'models:\n - name: stg_orders\n   columns: [{name: order_id, data_tests: [unique]}\n' >models/schema.yml
    until_said 3 'Watching '
    printf 'models:\n - name: stg_orders\n   columns: [{name: order_id, data_tests: [unique]}]\n' >models/schema.yml
    until_said 4 'Watching '
    echo 'select customer from << ref("stg_orders") >>' >models/gold/customers.sql
    until_said 5 'Watching '
    finish
    round 2 | grep -q 'no such column: nothing_like_it' || fail "$(cat log)"
    round 3 | grep -q 'error\[yaml-syntax\]' || fail "$(cat log)"
    round 4 | grep -q 'no such column: nothing_like_it' || fail "what failed is not tried again" "$(cat log)"
    round 5 | grep -q 'OK     table model customers' || fail "$(cat log)"
}

test_a_macro_affects_those_that_call_it() {
    new_shop
    mkdir macros
    printf '<%% macro inner() %%>1<%% endmacro %%>\n<%% macro outer() %%><< inner() >><%% endmacro %%>\n' >macros/m.sql
    echo 'select << outer() >> as n' >models/gold/uses.sql
    : >log
    "$CDBT" watch >log 2>&1 &
    watcher=$!
    until_said 1 'Watching '
    sed -i.bak 's/>1</>2</' macros/m.sql
    until_said 2 'Watching '
    finish
    round 2 | grep -q 'TOTAL=1' || fail "$(cat log)"
    expect_sql shop.db 'select n from uses' 2
}

test_what_nothing_depends_on_builds_nothing() {
    begin
    sed -i.bak 's/One row a customer/A row a customer/' models/schema.yml
    until_said 2 'Watching '
    finish
    round 2 | grep -q 'Nothing that is built depends on it.' || fail "$(cat log)"
}

test_new_folders_and_removed_files_are_seen() {
    begin
    mkdir -p models/new/deeper
    sleep 0.2
    echo 'select 1 as a' >models/new/deeper/fresh.sql
    until_said 1 'view model fresh'
    rm models/gold/customers.sql
    until_said 1 'patch-unused\|Nothing that is built'
    finish
}

test_only_what_is_selected() {
    begin --select stg_orders+
    printf '5,Ada,2026-02-03,1\n' >>seeds/orders.csv
    until_said 2 'Watching '
    finish
    round 1 >first
    ! grep -q 'seed orders' log || fail "$(cat log)"
}

test_ctrl_c_in_the_middle_of_a_build() {
    new_shop
    printf 'with recursive n(i) as (select 1 union all select i + 1 from n where i < 900000000) select count(*) as c from n\n' \
        >models/gold/slow.sql
    : >log
    "$CDBT" watch >log 2>&1 &
    watcher=$!
    wait_until 'it never began' grep -q stg_orders log
    kill -INT "$watcher"
    code=0
    wait "$watcher" || code=$?
    [ "$code" -eq 1 ] || fail "exit code $code"
    grep -q 'Stopped before the end' log || fail "$(cat log)"
}

run_tests
