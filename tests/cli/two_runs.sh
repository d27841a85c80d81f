#!/bin/sh
# Two runs at once on one database: the second waits and says for whom; a dead holder is noticed.
. "${ROOT:-.}/tests/lib.sh"

# A model that takes a while: it counts rows of a cross join.
slow_shop() {
    new_shop
    printf 'with recursive n(i) as (select 1 union all select i + 1 from n where i < 800000) select count(*) as c from n\n' \
        >models/gold/slow.sql
}

# Until the other process has the lock.
wait_for_lock() {
    wait_until 'the first run never took the lock' [ -s shop.db-lock ]
}

test_the_second_waits_and_both_end_well() {
    slow_shop
    "$CDBT" build >first 2>&1 &
    first=$!
    wait_for_lock
    run cdbt build
    expect_exit 0
    expect_stdout_has "Waiting for another run on shop.db: \`cdbt build\` (process $first on " ', since ' ' UTC)'
    wait "$first" || fail 'the first run failed'
    [ ! -e shop.db-lock ] || fail 'the lock file is still there'
}

test_the_second_gives_up_after_its_time() {
    slow_shop
    "$CDBT" run -s slow >first 2>&1 &
    first=$!
    wait_for_lock
    run cdbt seed --wait 0
    expect_exit 1
    expect_stderr_has 'error[run-locked]' "is in use by another run, \`cdbt run\` (process $first on " '--wait'
    wait "$first" || fail 'the first run failed'
}

test_reading_waits_for_nobody() {
    slow_shop
    cdbt build -q
    "$CDBT" run -s slow >first 2>&1 &
    first=$!
    wait_for_lock
    run cdbt show -s customers
    expect_exit 0
    run cdbt compile
    expect_exit 0
    run cdbt test
    expect_exit 0
    kill -0 "$first" || fail 'the first run was over before these ended: nothing was shown'
    wait "$first" || fail 'the first run failed'
}

test_a_dead_holder_is_noticed() {
    slow_shop
    "$CDBT" build >first 2>&1 &
    first=$!
    wait_for_lock
    kill -KILL "$first"
    wait "$first" || :
    [ -e shop.db-lock ] || fail 'no lock file was left'
    run cdbt build
    expect_exit 0
    expect_stdout_has "The last run, \`cdbt build\` (process $first on " 'did not come to its end'
    [ ! -e shop.db-lock ] || fail 'the lock file is still there'
    run cdbt build
    expect_exit 0
    ! grep -q 'The last run' "$OUT" || fail 'said twice'
}

test_a_lock_file_of_somebody_else_is_not_printed() {
    new_shop
    printf '\033[2Jhello\n' >shop.db-lock
    run cdbt build
    expect_exit 0
    ! grep -q hello "$OUT" || fail 'printed'
    [ ! -e shop.db-lock ] || fail 'the lock file is still there'
}

test_ctrl_c_while_waiting() {
    slow_shop
    "$CDBT" build >first 2>&1 &
    first=$!
    wait_for_lock
    "$CDBT" build >second 2>&1 &
    second=$!
    wait_until 'the second run never waited' grep -q Waiting second
    kill -TERM "$second"
    code=0
    wait "$second" || code=$?
    [ "$code" -eq 1 ] || fail "exit code $code of the second"
    grep -q 'error.cancelled.: stopped while waiting for another run' second || fail "$(cat second)"
    wait "$first" || fail 'the first run failed'
}

run_tests
