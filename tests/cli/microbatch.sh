#!/bin/sh
# Microbatch models, --event-time-start/-end and --sample, end to end.
. "${ROOT:-.}/tests/lib.sh"

project() {
    empty_shop
    put seeds/raw.csv <<'END'
id,at,amount
1,2026-01-01 00:00:00,1
2,2026-01-01 23:59:59.999,2
3,2026-01-02T00:00:00,3
4,2026-01-03 01:00:00+02:00,4
5,2026-01-03,5
END
    put models/schema.yml <<'END'
seeds:
  - name: raw
    config: {event_time: at}
END
    put models/daily.sql <<'END'
{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='at', batch_size='day', begin='2026-01-01') }}
select *, '{{ model.batch.id }}' as batch from {{ ref('raw') }}
END
    CDBT_NOW='2026-01-03 10:00:00'
    export CDBT_NOW
}

rows() { sqlite3 shop.db "select group_concat(id || ':' || batch, ' ') from (select * from daily order by id)"; }

test_batches_by_day() {
    project
    run cdbt build
    expect_exit 0
    expect_stdout_has 'batch 2026-01-01 of daily (1 of 3)' 'batch 2026-01-03 of daily (3 of 3)'
    # 4 happened at 23:00 of the day before, in UTC.
    [ "$(rows)" = '1:20260101 2:20260101 3:20260102 4:20260102 5:20260103' ] || fail "rows: $(rows)"
    grep -q '"batch_results":{"successful":\[\["2026-01-01T00:00:00+00:00","2026-01-02T00:00:00+00:00"\]' target/run_results.json
    [ -f target/compiled/shop/models/daily/daily_2026-01-02.sql ]
    [ -f target/run/shop/models/daily/daily_2026-01-02.sql ]
}

test_later_runs_take_the_last_batches() {
    project
    run cdbt build
    expect_exit 0
    sqlite3 shop.db "update raw set id = id + 10"
    CDBT_NOW='2026-01-04 00:00:01'
    run cdbt run
    expect_exit 0
    expect_stdout_has 'batch 2026-01-03 of daily (1 of 2)' 'batch 2026-01-04 of daily (2 of 2)'
    [ "$(rows)" = '1:20260101 2:20260101 3:20260102 4:20260102 15:20260103' ] || fail "rows: $(rows)"
    run cdbt run --event-time-start 2026-01-01 --event-time-end 2026-01-02
    expect_exit 0
    expect_stdout_has 'batch 2026-01-01 of daily (1 of 1)'
    [ "$(rows)" = '3:20260102 4:20260102 11:20260101 12:20260101 15:20260103' ] || fail "rows: $(rows)"
    run cdbt run --full-refresh
    expect_exit 0
    expect_stdout_has '(1 of 4)'
    [ "$(rows)" = '11:20260101 12:20260101 13:20260102 14:20260102 15:20260103' ] || fail "rows: $(rows)"
}

# One bad batch leaves the others, fails the run, skips what is below and is told with its place.
test_a_failed_batch() {
    project
    put models/below.sql <<'END'
select count(*) as n from {{ ref('daily') }}
END
    cat >>models/daily.sql <<'END'
{% if model.batch.id == '20260102' %} where no_such_function(id) {% endif %}
END
    run cdbt build
    expect_exit 1
    expect_output_has 'no_such_function' 'in the batch 2026-01-02' 'batch 2026-01-02 of daily (2 of 3): ERROR' 'PARTIAL'
    [ "$(rows)" = '1:20260101 2:20260101 5:20260103' ] || fail "rows: $(rows)"
    grep -q '"status":"partial success"' target/run_results.json
    grep -q '"failed":\[\["2026-01-02T00:00:00+00:00","2026-01-03T00:00:00+00:00"\]\]' target/run_results.json
    grep -q '"unique_id":"model.shop.below","status":"skipped"' target/run_results.jsonl ||
        grep -q '"status":"skipped"' target/run_results.json
}

# The batch that makes the table stands for all.
test_the_first_batch_fails() {
    project
    cat >>models/daily.sql <<'END'
{% if model.batch.id == '20260101' and is_incremental() == false and execute %} where json('[', id) {% endif %}
END
    run cdbt build --no-check
    expect_exit 1
    expect_stdout_lacks '2026-01-02 of daily'
    [ "$(sqlite3 shop.db "select count(*) from sqlite_master where name = 'daily'")" = 0 ]
}

test_hours_lookback_and_hooks() {
    project
    put models/hourly.sql <<'END'
{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='at', batch_size='hour', begin='2026-01-02T22:00:00',
          lookback=3, pre_hook='create table if not exists log(what)', post_hook="insert into log values ('after {{ model.batch.id }}')") }}
select *, '{{ model.batch.event_time_start }}' as batch from {{ ref('raw') }}
END
    CDBT_NOW='2026-01-03 01:30:00'
    run cdbt build
    expect_exit 0
    [ "$(sqlite3 shop.db "select group_concat(id || '=' || batch) from hourly")" = \
        '4=2026-01-02 23:00:00+00:00,5=2026-01-03 00:00:00+00:00' ] || fail "$(sqlite3 shop.db 'select * from hourly')"
    [ "$(sqlite3 shop.db 'select group_concat(what) from log')" = 'after 20260103T01' ]
    run cdbt run -s hourly
    expect_stdout_has '(1 of 4)' 'batch 2026-01-02T22 of hourly'
}

test_wrong_configs() {
    project
    put models/daily.sql <<'END'
{{ config(materialized='incremental', incremental_strategy='microbatch', batch_size='week', lookback='x') }}
select 1 as id
END
    run cdbt run
    expect_exit 2
    expect_output_has "needs the config 'begin'" "no span of time in 'batch_size'" "needs the config 'event_time'" \
        "no whole number in 'lookback'"
}

test_inputs_without_an_event_time_are_warned_about() {
    project
    printf '%s\n' "{{ config(materialized='view') }}select * from {{ ref('raw') }}" >models/uncut.sql
    put models/whole.sql <<'END'
{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='at', batch_size='day', begin='2026-01-01') }}
select * from {{ ref('uncut') }}
END
    run cdbt parse
    expect_exit 0
    expect_stderr_has 'warning[batches-uncut]' "no input of the microbatch model 'whole' has the config 'event_time'"
}

test_wrong_options() {
    project
    run cdbt run --event-time-start 2026-01-01
    expect_exit 2
    expect_stderr_has 'needs --event-time-end beside it'
    run cdbt run --event-time-start 2026-01-02 --event-time-end 2026-01-01
    expect_exit 2
    expect_stderr_has 'is not before its end'
    run cdbt run --sample '3 weeks'
    expect_exit 2
    expect_stderr_has "--sample does not understand '3 weeks'"
    run cdbt run --sample '{start: yesterday, end: 2026-01-02}'
    expect_exit 2
    expect_stderr_has "--sample is no date or time: 'yesterday'"
}

# Inputs with an event_time are cut, the others are not.
test_sample() {
    project
    put models/plain.sql <<'END'
{{ config(materialized='table') }}
select * from {{ ref('raw') }}
END
    put models/all_of_it.sql <<'END'
{{ config(materialized='table') }}
select * from {{ ref('raw').render() }}
END
    run cdbt build --sample '{start: 2026-01-02, end: "2026-01-02 12:00:00"}'
    expect_exit 0
    [ "$(sqlite3 shop.db 'select group_concat(id) from plain')" = 3 ]
    [ "$(sqlite3 shop.db 'select count(*) from all_of_it')" = 5 ]
    [ "$(rows)" = '3:20260102' ] || fail "rows: $(rows)"
    run cdbt run -s plain --sample '1 day'
    expect_exit 0
    [ "$(sqlite3 shop.db 'select group_concat(id) from plain')" = '4,5' ] || fail "$(sqlite3 shop.db 'select * from plain')"
}

# SQLite would compare them with text, and no row would be in any batch.
test_an_event_time_that_is_no_time_is_refused() {
    project
    cdbt build -q
    for bad in 1767225600 "'01/02/2026'" "'1767225600'" "x'00'"; do
        sqlite3 shop.db "update raw set at = $bad where id = 3"
        run cdbt run
        expect_exit 1
        expect_output_has 'error[event-time-invalid]: the event_time at of raw is ' 'put a model between'
        run cdbt run -s daily --sample '1 day'
        expect_exit 1
        expect_output_has 'error[event-time-invalid]'
        expect_equal '1:20260101 2:20260101 3:20260102 4:20260102 5:20260103' "$(rows)"
    done
    sqlite3 shop.db "update raw set at = null where id = 3"
    run cdbt run
    expect_exit 0
}

# Each batch is one transaction: what a killed run has built is not built again.
test_a_killed_run_is_taken_up_at_the_batch_that_was_missing() {
    project
    cat >>models/daily.sql <<'END'
{% if model.batch.id == '20260102' and env_var('SLOW', '') %} where (with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000000000) select count(*) from n) {% endif %}
END
    cdbt seed -q
    SLOW=1 "$CDBT" run --full-refresh >killed 2>&1 &
    pid=$!
    wait_until 'the first batch' grep -q '"event":"batch"' target/run_results.jsonl
    kill -9 $pid
    wait $pid || :
    expect_equal '1:20260101 2:20260101' "$(rows)"
    sqlite3 shop.db "update daily set amount = 77"
    run cdbt retry
    expect_exit 0
    expect_stdout_has 'batch 2026-01-02 of daily (1 of 2)' 'batch 2026-01-03 of daily (2 of 2)'
    expect_equal '1:20260101 2:20260101 3:20260102 4:20260102 5:20260103' "$(rows)"
    expect_equal 77 "$(sqlite3 shop.db 'select amount from daily where id = 1')"
}

run_tests
