#!/bin/sh
# What can be wrong with the database, the SQL and the seeds: a clear message, the right exit code, nothing changed.
. "${ROOT:-.}/tests/lib.sh"

test_misspelt_column_is_found_before_any_write() {
    built_shop
    printf 'select custmer, count(*) as orders\nfrom << ref("stg_orders") >> group by 1\n' >models/gold/customers.sql
    printf 'select 1 as new\n' >models/bronze/aaa_first.sql
    run cdbt run
    expect_exit 1
    expect_output_has 'error[check-failed]' 'no such column: custmer' '--> models/gold/customers.sql:1:8' \
        "did you mean 'customer'?"
    expect_unchanged
}

test_missing_function_is_found_before_any_write() {
    built_shop
    printf 'select\n  lenght(customer) as n\nfrom << ref("stg_orders") >>\n' >models/gold/customers.sql
    run cdbt build
    expect_exit 1
    expect_output_has 'error[check-failed]' 'lenght' '--> models/gold/customers.sql:2:3' 'length'
    expect_unchanged
}

test_mistake_in_a_macro_shows_both_places() {
    built_shop
    mkdir -p macros
    printf '<%% macro cents(column) %%>\n  << column >> * 100 * rat\n<%% endmacro %%>\n' >macros/cents.sql
    printf 'select << cents("amount") >> as c from << ref("stg_orders") >>\n' >models/gold/customers.sql
    run cdbt compile
    expect_exit 1
    expect_output_has 'no such column: rat' 'macros/cents.sql:2:24' 'models/gold/customers.sql:1:11'
}

test_mistake_behind_an_ephemeral_model_is_found_in_its_file() {
    built_shop
    printf '<< config(materialized="ephemeral") >>\nselect nope from << ref("stg_orders") >>\n' >models/gold/eph.sql
    printf 'select * from << ref("eph") >>\n' >models/gold/customers.sql
    run cdbt run
    expect_exit 1
    expect_output_has 'no such column: nope' 'models/gold/eph.sql:2:8'
    expect_unchanged
}

test_syntax_error_in_sql() {
    built_shop
    printf 'select customer\nfrom << ref("stg_orders") >> wher customer > 1\n' >models/gold/customers.sql
    run cdbt run
    expect_exit 1
    expect_output_has 'error[check-failed]' 'models/gold/customers.sql:2:' 'near "customer": syntax error'
    expect_unchanged
}

test_locked_database_names_the_holder() {
    built_shop
    printf 'shop:\n  target: dev\n  outputs:\n    dev: {type: sqlite, path: shop.db, busy_timeout: 0.2}\n' >profiles.yml
    printf 'profile: shop\n' >>dbt_project.yml
    python3 - <<'END' &
import sqlite3, time, os
c = sqlite3.connect("shop.db", isolation_level=None)
c.execute("begin immediate")
open("locked", "w").close()
for _ in range(600):
    if os.path.exists("finished"): break
    time.sleep(0.05)
c.execute("rollback")
END
    holder=$!
    while [ ! -e locked ]; do sleep 0.05; done
    run cdbt run
    touch finished
    wait "$holder"
    expect_exit 1
    expect_output_has 'error[database-locked]' "$holder"
    expect_unchanged
}

test_read_only_database() {
    [ "$(id -u)" -ne 0 ] || command -v setpriv >/dev/null || skip 'needs a user who may not write everything'
    built_shop
    chmod 444 shop.db
    chmod 755 . ..
    if [ "$(id -u)" -eq 0 ]; then
        chmod 755 "$PWD" "$test_tmp" "$test_tmp/work"
        chmod 777 .
        mkdir -p target && chmod -R 777 target
        chmod 555 .
        run setpriv --reuid=65534 --regid=65534 --clear-groups "$CDBT" run --target-path "$PWD/target"
    else
        run cdbt run
    fi
    chmod 755 .
    expect_exit 1
    expect_output_has 'read' 'only'
    chmod 644 shop.db
    expect_unchanged
}

test_file_that_is_no_database() {
    new_shop
    printf 'this is no database, but it is long enough to be looked at as one by anybody who opens it\n' >shop.db
    cp shop.db before
    run cdbt build
    expect_exit 1
    expect_output_has 'error[database-invalid]' 'shop.db'
    expect_same before shop.db
}

test_ragged_row_of_a_seed_loads_nothing() {
    built_shop
    printf '5,Ada,2026-02-03,1,too,many\n' >>seeds/orders.csv
    run cdbt seed
    expect_exit 1
    expect_output_has 'error[seed-malformed]' '--> seeds/orders.csv:6:'
    expect_unchanged
}

test_open_quote_of_a_seed_loads_nothing() {
    built_shop
    printf '5,"Ada,2026-02-03,1\n' >>seeds/orders.csv
    run cdbt seed
    expect_exit 1
    expect_output_has 'error[seed-malformed]' 'seeds/orders.csv:6:'
    expect_unchanged
}

test_cell_that_does_not_fit_its_declared_type() {
    built_shop
    printf 'seeds:\n  shop:\n    orders: {+column_types: {amount_cents: integer}}\n' >>dbt_project.yml
    printf '5,Ada,2026-02-03,many\n' >>seeds/orders.csv
    run cdbt seed
    expect_exit 1
    expect_output_has 'error[seed-type]' "'many'" 'seeds/orders.csv:6:'
    expect_unchanged
}

test_leading_zeros_and_large_numbers_of_a_seed_are_kept() {
    new_shop
    printf 'zip,big,half\n00501,12345678901234567890,1.50\n' >seeds/codes.csv
    run cdbt seed -s codes
    expect_exit 0
    expect_sql shop.db 'select zip, big from codes' '00501|12345678901234567890'
}

test_target_that_cannot_be_written() {
    new_shop
    : >target
    run cdbt build
    [ "$status" -ne 0 ]
    expect_output_has 'error[file-write]' 'target'
}

# Runs a build that is in the middle of a model when `$1` is done to the database.
while_building() {
    built_shop
    printf 'with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000000) select count(*) as c from n\n' \
        >models/gold/slow.sql
    "$CDBT" run >said 2>&1 &
    builder=$!
    wait_until 'it never began' grep -q 'stg_orders' said
    "$@"
    code=0
    wait "$builder" || code=$?
    [ "$code" -eq 1 ] || fail "exit code $code" "$(cat said)"
    grep -q 'was removed or replaced while it was worked on' said || fail "$(cat said)"
}

remove_it() { rm -f shop.db shop.db-wal shop.db-shm; }
replace_it() {
    sqlite3 other.db 'create table other (a)'
    rm -f shop.db-wal shop.db-shm
    mv other.db shop.db
}

test_database_removed_while_running() {
    while_building remove_it
    [ ! -e shop.db ] || fail 'it was made again'
    run cdbt build -q
    expect_exit 0
}

test_database_replaced_while_running() {
    while_building replace_it
    expect_sql shop.db "select group_concat(name) from sqlite_schema" other
}

run_tests
