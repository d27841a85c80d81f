#!/bin/sh
# What happens on PostgreSQL when something breaks: each fault fails its node with a clear message, siblings go on, nothing is
# left half built. And no password is ever shown.
. "${ROOT:-.}/tests/lib.sh"
. "$ROOT/tests/lib_postgres.sh"

test_a_killed_backend_fails_its_node_only() {
    project
    printf "select pg_terminate_backend(pg_backend_pid())::text as x" | put models/a.sql
    printf "{{ config(materialized='table') }} select * from {{ ref('a') }}" | put models/b.sql
    printf "{{ config(materialized='table') }} select 1 as id" | put models/c.sql
    sed -i 's/threads: 4/threads: 1/' profiles.yml
    printf "{{ config(materialized='table') }} select pg_terminate_backend(pg_backend_pid())::text as x" >models/a.sql
    run cdbt run
    expect_exit 1
    expect_output_has 'terminating connection due to administrator command' 'ERROR=1 SKIP=1'
    expect_pg 'select id from shop.c' 1
    expect_pg "select count(*) from pg_class where relname like 'a%' and relnamespace = 'shop'::regnamespace" 0
}

test_the_server_stops_in_the_middle() {
    project
    for model in a b; do printf "{{ config(materialized='table') }} select 1 as id" | put "models/$model.sql"; done
    run cdbt run
    expect_exit 0
    for model in a b; do printf "{{ config(materialized='table') }} select 2 as id, pg_sleep(30)::text as s" >"models/$model.sql"; done
    "$CDBT" run >said 2>&1 &
    pid=$!
    await "select count(*) from pg_stat_activity where query like '%pg_sleep(30)%' and wait_event = 'PgSleep'" 2
    "$ROOT/tests/support/postgres" halt "$server"
    code=0
    wait "$pid" || code=$?
    "$ROOT/tests/support/postgres" again "$server"
    expect_equal "$code" 1
    expect_file_has said 'ERROR=2'
    expect_file_has said 'server'
    expect_pg 'select a.id + b.id from shop.a, shop.b' 2
    expect_pg "select count(*) from pg_class where relname like '%dbt%'" 0
}

test_no_permission_on_a_schema_fails_what_goes_there() {
    project 'role: builder'
    pg 'drop role if exists builder; create role builder; create schema shop authorization builder; create schema other'
    printf "{{ config(materialized='table') }} select 1 as id" | put models/a.sql
    printf "{{ config(materialized='table', schema='other') }} select 1 as id" | put models/b.sql
    printf "{{ config(materialized='table', schema='new') }} select 1 as id" | put models/c.sql
    printf "{%% macro generate_schema_name(custom, node) %%}{{ custom or target.schema }}{%% endmacro %%}" | put macros/s.sql
    run cdbt run
    expect_exit 1
    expect_output_has 'permission denied for schema other' 'permission denied for database test' 'ERROR=2' 'PASS=1'
    expect_pg 'select id from shop.a' 1
    pg 'drop owned by builder cascade; drop role builder'
}

test_a_deadlock_ends_one_of_two() {
    project
    pg 'create schema other; create table other.x as select 1 as id; create table other.y as select 1 as id'
    pg "alter database test set deadlock_timeout to '200ms'"
    lock="{{ config(materialized='table', pre_hook=[\"lock table other.%s\", \"select pg_sleep(1)\", \"lock table other.%s\"]) }} select 1 as id"
    # shellcheck disable=SC2059 # a template
    printf "$lock" x y | put models/a.sql
    # shellcheck disable=SC2059
    printf "$lock" y x | put models/b.sql
    printf "{{ config(materialized='table') }} select 1 as id" | put models/c.sql
    run cdbt run
    pg 'alter database test reset deadlock_timeout'
    expect_exit 1
    expect_output_has 'deadlock detected' 'PASS=2' 'ERROR=1'
}

test_statement_timeout() {
    project 'statement_timeout: 300ms'
    printf "{{ config(materialized='table') }} select 1 as id, pg_sleep(20)::text as s" | put models/slow.sql
    printf "{{ config(materialized='table') }} select 1 as id" | put models/fast.sql
    run cdbt run
    expect_exit 1
    expect_output_has 'statement timeout' 'statement_timeout' 'PASS=1' 'ERROR=1'
}

test_names_of_more_than_63_bytes() {
    project
    long=a123456789b123456789c123456789d123456789e123456789f123456789_
    printf "{{ config(materialized='table') }} select 1 as id" | put "models/${long}1234.sql"
    printf "{{ config(materialized='table') }} select 1 as id" | put "models/${long}1.sql"
    printf "{{ config(materialized='table') }} select 2 as id" | put "models/${long}2.sql"
    run cdbt run
    expect_exit 1
    expect_output_has 'has 65 bytes' 'alias' 'PASS=2' 'ERROR=1'
    expect_pg "select count(*) from pg_class where relname like 'a123456%'" 2
    run cdbt run -s "${long}1" "${long}2"
    expect_exit 0
    expect_pg "select id from shop.${long}2" 2
}

test_invalid_utf_8() {
    project
    printf 'id,name\n1,caf\351\n' | put seeds/s.csv
    printf "{{ config(materialized='table') }} select 1 as id" | put models/a.sql
    run cdbt build
    expect_exit 1
    expect_output_has 'UTF' 'seeds/s.csv'
    expect_pg "select to_regclass('shop.s') is null" t
}

test_wrong_password_and_no_server() {
    project 'password: Pl4nted-secret'
    sed -i 's/user: postgres/user: no_such_role/' profiles.yml
    printf 'select 1 as id' | put models/a.sql
    run cdbt run
    expect_exit 1
    expect_output_has 'no_such_role' 'check `user`'
    sed -i 's/user: no_such_role/user: postgres/; s|host: .*|host: /tmp/there-is-none|' profiles.yml
    run cdbt run
    expect_exit 1
    expect_output_has 'is the server running'
    expect_output_lacks 'Pl4nted-secret'
}

test_the_password_is_nowhere() {
    project 'password: "{{ env_var(%sDBT_ENV_SECRET_PW%s) }}"'
    sed -i "s/%s/'/g" profiles.yml
    DBT_ENV_SECRET_PW=Pl4nted-secret
    export DBT_ENV_SECRET_PW
    pg "drop role if exists locked; create role locked login password 'other'"
    sed -i 's/^\(.*\)trust$/\1trust/' "$server/data/pg_hba.conf"
    printf 'local all locked scram-sha-256\nlocal all all trust\n' >"$server/data/pg_hba.conf"
    pg 'select pg_reload_conf()' >/dev/null
    printf 'select 1 as id, $x${{ target }}$x$ as t, $x${{ target.get("password", "none") }}$x$ as p, $x${{ adapter.config.credentials.password }}$x$ as q' | put models/a.sql
    printf "{%% macro show() %%}{{ print(target) }}{{ print(adapter.config.credentials) }}{%% endmacro %%}" | put macros/m.sql
    run cdbt build --debug
    expect_exit 0
    run cdbt docs generate
    run cdbt run-operation show
    run cdbt debug
    expect_exit 0
    sed -i 's/user: postgres/user: locked/' profiles.yml
    run cdbt run --debug
    expect_exit 1
    expect_output_has 'password authentication failed'
    if grep -rl 'Pl4nted-secret' . "$OUT" "$ERR"; then fail 'the password is shown'; fi
    printf 'shop:\n  outputs:\n    default: {type: postgres, schema: shop}\n' >profiles.yml
    for url in 'postgresql://locked:Pl4nted-secret@[bad' 'postgresql://locked:Pl4nted-secret@/test?host=/tmp/none' 'mysql://a:Pl4nted-secret@h/d'; do
        run env DATABASE_URL="$url" "$CDBT" run --debug
        [ "$status" -ne 0 ] || fail 'it should not succeed'
        if grep -rl 'Pl4nted-secret' . "$OUT" "$ERR"; then fail "the password is shown: $url"; fi
    done
    pg 'drop role locked'
}

test_errors_point_at_the_template() {
    project
    printf "{{ config(materialized='table') }}\nselect 'ü' as u,\n  nope\nfrom (select 1 as id) x" | put models/a.sql
    run cdbt run
    expect_exit 1
    expect_output_has 'models/a.sql:3:3' 'column "nope" does not exist'
    run cdbt run --no-check
    expect_exit 1
    expect_output_has 'models/a.sql:3:3'
}

test_the_check_finds_errors_before_anything_is_written() {
    project
    printf "{{ config(materialized='table') }} select 1 as customer_id, 'x'::text as name" | put models/a.sql
    printf "select custmer_id from {{ ref('a') }}" | put models/b.sql
    run cdbt run
    expect_exit 1
    expect_output_has 'custmer_id' 'customer_id' 'nothing was written'
    expect_pg "select to_regnamespace('shop') is null" t
    printf "select customer_id + name as x from {{ ref('a') }}" >models/b.sql
    run cdbt run
    expect_output_has 'operator does not exist: integer + text' 'models/b.sql:1:20'
    expect_pg "select count(*) from pg_namespace where nspname like 'cdbt_check%'" 0
    sed -i 's/threads: 4/threads: 4\n      check_before_write: false/' profiles.yml
    run cdbt run
    expect_exit 1
    expect_pg "select customer_id from shop.a" 1
}

test_a_dropped_connection_is_made_again_for_the_next_node() {
    project
    sed -i 's/threads: 4/threads: 1/' profiles.yml
    printf "{{ config(materialized='table') }} select 1 as id, pg_sleep(30)::text as s" | put models/a.sql
    printf "{{ config(materialized='table') }} select 1 as id" | put models/b.sql
    "$CDBT" run >said 2>&1 &
    pid=$!
    await "select count(*) from pg_stat_activity where query like '%pg_sleep(30)%' and wait_event = 'PgSleep'" 1
    pg "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'" >/dev/null
    code=0
    wait "$pid" || code=$?
    expect_equal "$code" 1
    expect_file_has said 'PASS=1' 'ERROR=1' 'models/a.sql'
    expect_pg 'select id from shop.b' 1
    expect_pg "select count(*) from pg_class where relnamespace = 'shop'::regnamespace" 1
}

test_a_wrong_password() {
    project 'password: Wr0ng-one'
    pg "drop role if exists closed; create role closed login password 'right'"
    printf 'local all closed scram-sha-256\nlocal all all trust\n' >"$server/data/pg_hba.conf"
    pg 'select pg_reload_conf()' >/dev/null
    sed -i 's/user: postgres/user: closed/' profiles.yml
    printf 'select 1 as id' | put models/a.sql
    run cdbt run
    expect_exit 1
    expect_output_has 'password authentication failed for user "closed"' 'profiles.yml'
    expect_output_lacks 'Wr0ng-one'
    pg 'drop role closed'
}

test_invalid_utf_8_of_a_query_fails_its_node_only() {
    project
    printf "{{ config(materialized='table') }} select convert_from('\\\\xff'::bytea, 'UTF8') as x" | put models/a.sql
    printf "{{ config(materialized='table') }} select 1 as id" | put models/b.sql
    run cdbt run
    expect_exit 1
    expect_output_has 'invalid byte sequence for encoding "UTF8"' 'PASS=1' 'ERROR=1'
    expect_pg "select string_agg(relname, ' ') from pg_class where relnamespace = 'shop'::regnamespace" b
}

# ---- two runs, and rights that are missing ----

test_two_runs_at_once_both_end_well() {
    project
    for n in 1 2 3 4 5 6; do
        printf "{{ config(materialized='table') }} select %s as id, pg_sleep(0.05)::text as s" "$n" | put "models/t$n.sql"
        printf "{{ config(materialized='incremental', unique_key='id') }} select id from {{ ref('t%s') }}" "$n" | put "models/i$n.sql"
        printf "select * from {{ ref('i%s') }}" "$n" | put "models/v$n.sql"
    done
    printf 'id,name\n1,a\n2,b\n' | put seeds/s.csv
    for round in first second; do
        "$CDBT" build --target-path target/a >said.a 2>&1 &
        a=$!
        "$CDBT" build --target-path target/b >said.b 2>&1 &
        b=$!
        wait "$a" || fail "$round: the one run" "$(cat said.a)"
        wait "$b" || fail "$round: the other run" "$(cat said.b)"
        expect_file_has said.a 'PASS=19'
        expect_file_has said.b 'PASS=19'
    done
    expect_pg "select count(*), count(*) filter (where relname like '%dbt%') from pg_class where relnamespace = 'shop'::regnamespace and relkind in ('r', 'v')" '19|0'
    expect_pg 'select count(*) from shop.i3' 1
}

test_a_run_waits_for_another_s_relation_and_names_it() {
    project
    printf "{{ config(materialized='table') }} select 1 as id, pg_sleep(2)::text as s" | put models/t.sql
    "$CDBT" run --no-check >said 2>&1 &
    pid=$!
    await "select count(*) from pg_stat_activity where wait_event = 'PgSleep'" 1
    run cdbt run --no-check --wait 0 --target-path target/b
    expect_exit 1
    expect_output_has 'is being built by process' 'postgres' 'run-locked' '--wait'
    wait "$pid" || fail 'the first run' "$(cat said)"
    expect_pg 'select count(*) from shop.t' 1
}

test_without_the_right_to_make_schemas_nothing_is_checked_and_it_says_so() {
    project
    pg 'drop role if exists guest; create role guest login; create schema shop authorization guest'
    sed -i 's/user: postgres/user: guest/' profiles.yml
    printf "{{ config(materialized='table') }} select 1 as id" | put models/a.sql
    run cdbt run
    expect_exit 0
    expect_output_has 'SQL is not checked before it is written' 'permission denied for database test' 'check_before_write: false'
    sed -i 's/threads: 4/threads: 4\n      check_before_write: false/' profiles.yml
    run cdbt run
    expect_exit 0
    expect_output_lacks 'not checked'
    pg 'drop owned by guest cascade; drop role guest'
}

run_tests
