#!/bin/sh
# How a PostgreSQL server is found, waited for and let go: DATABASE_URL, service files, password files, a server that comes
# later, an interrupt, a client library that is missing; and relations that others change while a run works.
. "${ROOT:-.}/tests/lib.sh"
. "$ROOT/tests/lib_postgres.sh"

shop() {
    project "$@"
    printf "{{ config(materialized='table') }} select 1 as id" | put models/a.sql
}

test_the_url_alone_is_enough() {
    shop
    printf 'shop: {outputs: {default: {type: postgres, schema: shop}}}\n' >profiles.yml
    run env DATABASE_URL="postgresql://postgres:Pl4nted-secret@/test?host=$server" "$CDBT" build --debug
    expect_exit 0
    expect_pg 'select id from shop.a' 1
    run env DATABASE_URL="postgresql://postgres:Pl4nted-secret@/test?host=$server" "$CDBT" docs generate
    expect_exit 0
    if grep -rl 'Pl4nted-secret' . "$OUT" "$ERR"; then fail 'the password is shown'; fi
}

test_libpq_s_own_variables_and_files() {
    shop
    printf 'shop: {outputs: {default: {type: postgres, schema: shop}}}\n' >profiles.yml
    run env PGHOST="$server" PGUSER=postgres PGDATABASE=test "$CDBT" run
    expect_exit 0
    expect_pg 'select id from shop.a' 1
    mkdir private
    printf '[away]\nhost=%s\nuser=postgres\ndbname=test\npassword=Pl4nted-secret\n' "$server" >private/services
    printf 'shop: {outputs: {default: {type: postgres, schema: shop, service: away}}}\n' >profiles.yml
    pg 'drop table shop.a'
    run env PGSERVICEFILE=private/services "$CDBT" build --debug
    expect_exit 0
    expect_pg 'select id from shop.a' 1
    run env PGSERVICEFILE=private/services "$CDBT" debug
    expect_exit 0
    printf '[away]\nhost=%s\nuser=no_such_role\ndbname=test\npassword=Pl4nted-secret\n' "$server" >private/services
    run env PGSERVICEFILE=private/services "$CDBT" build --debug
    expect_exit 1
    expect_output_has 'no_such_role'
    if grep -rl 'Pl4nted-secret' target logs "$OUT" "$ERR"; then fail 'the password is shown'; fi
}

test_a_wrong_password_from_a_file_or_the_environment() {
    shop
    pg "drop role if exists closed; create role closed login password 'right'"
    cp "$server/data/pg_hba.conf" hba.old
    printf 'local all closed scram-sha-256\nlocal all all trust\n' >"$server/data/pg_hba.conf"
    pg 'select pg_reload_conf()' >/dev/null
    sed -i 's/user: postgres/user: closed/' profiles.yml
    mkdir private
    printf '*:*:*:*:Pl4nted-secret\n' >private/passwords
    chmod 600 private/passwords
    run env PGPASSFILE=private/passwords "$CDBT" run --debug
    expect_exit 1
    expect_output_has 'password authentication failed'
    run env PGPASSWORD=Pl4nted-secret "$CDBT" run --debug
    expect_exit 1
    expect_output_has 'password authentication failed'
    if grep -rl 'Pl4nted-secret' target logs "$OUT" "$ERR"; then fail 'the password is shown'; fi
    printf '*:*:*:*:right\n' >private/passwords
    run env PGPASSFILE=private/passwords "$CDBT" debug
    expect_exit 0
    cat hba.old >"$server/data/pg_hba.conf"
    pg 'select pg_reload_conf()' >/dev/null
    pg 'drop role closed'
}

test_what_the_server_says_of_a_password_is_hidden() {
    shop 'password: Pl4nted-secret'
    pg "create schema other; create table other.p as select 'Pl4nted-secret'::text as word
        ; create function other.say() returns void language plpgsql as \$\$ begin raise notice 'it is Pl4nted-secret'; end \$\$"
    printf "{{ config(materialized='table', pre_hook='select other.say()') }} select word::int as x from other.p" | put models/b.sql
    printf "{{ config(materialized='table', pre_hook='create table other.\"p2\" as select 1') }} select 1 as x" | put models/c.sql
    pg "create function other.fails() returns int language plpgsql as \$\$ begin raise exception 'no \"Pl4nted-secret\"' using hint = 'Pl4nted-secret', detail = 'Pl4nted-secret'; end \$\$"
    printf "{{ config(materialized='table') }} select other.fails() as x" | put models/d.sql
    run cdbt run --debug
    expect_exit 1
    expect_output_has 'invalid input syntax for type integer' 'it is ***' 'ERROR=2'
    if grep -rl 'Pl4nted-secret' target logs "$OUT" "$ERR"; then fail 'the password is shown'; fi
}

test_a_server_that_comes_later_is_waited_for() {
    shop
    sed -i 's/retries: 0/retries: 20/' profiles.yml
    "$ROOT/tests/support/postgres" halt "$server"
    "$CDBT" run >said 2>&1 &
    pid=$!
    sleep 0.3
    "$ROOT/tests/support/postgres" again "$server"
    code=0
    wait "$pid" || code=$?
    [ "$code" -eq 0 ] || fail "exit code $code" "$(cat said)"
    expect_pg 'select id from shop.a' 1
}

test_an_interrupt_cancels_on_the_server() {
    shop
    printf "{{ config(materialized='table') }} select 1 as id, pg_sleep(60)::text as s from {{ ref('a') }}" | put models/slow.sql
    printf "select * from {{ ref('slow') }}" | put models/after.sql
    "$CDBT" run >said 2>&1 &
    pid=$!
    await "select count(*) from pg_stat_activity where wait_event = 'PgSleep'" 1
    kill -INT "$pid"
    code=0
    wait "$pid" || code=$?
    expect_equal "$code" 1
    await "select count(*) from pg_stat_activity where wait_event = 'PgSleep'" 0
    expect_file_has said 'PASS=1' 'models/slow.sql'
    expect_pg "select string_agg(relname, ' ') from pg_class where relnamespace = 'shop'::regnamespace" a
    await "select count(*) from pg_stat_activity where application_name = 'cdbt'" 0
    sed -i 's/pg_sleep(60)/pg_sleep(0)/' models/slow.sql
    run cdbt retry
    expect_exit 0
    expect_output_has 'PASS=2'
}

test_a_relation_that_another_session_changes_meanwhile() {
    shop
    printf "{{ config(materialized='table') }} select id from {{ ref('a') }}" | put models/b.sql
    printf "select id from {{ ref('b') }}" | put models/c.sql
    run cdbt run
    expect_exit 0
    # While `a` is built, somebody drops the table of `b`, then makes a view in its place.
    for ddl in 'drop table shop.b cascade' 'drop table shop.b cascade; create view shop.b as select 7 as id' \
        'alter table shop.b rename to gone; drop view shop.c'; do
        printf "{{ config(materialized='table', post_hook='%s') }} select 1 as id" "$ddl" >models/a.sql
        run cdbt run
        expect_exit 0
        expect_pg 'select id from shop.c' 1
        expect_pg "select relkind from pg_class where oid = 'shop.b'::regclass" r
    done
}

test_without_libpq_it_says_what_to_install() {
    shop
    command -v gcc >/dev/null || skip 'no compiler'
    # The loader finds nothing of that name.
    printf '#define _GNU_SOURCE\n#include <dlfcn.h>\n#include <string.h>\nvoid *dlopen(const char *name, int flags) {\n  void *(*next)(const char *, int);\n  void *found = dlsym(RTLD_NEXT, "dlopen");\n  memcpy(&next, &found, sizeof next);\n  return name && strstr(name, "libpq") ? 0 : next(name, flags);\n}\n' >none.c
    gcc -shared -fPIC -o none.so none.c || skip 'no shared libraries here'
    # A sanitizer wants to be loaded first of all, and need not be.
    ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0
    export ASAN_OPTIONS
    run env LD_PRELOAD="$PWD/none.so" "$CDBT" ls
    expect_exit 0
    expect_output_has 'shop.a'
    run env LD_PRELOAD="$PWD/none.so" "$CDBT" run
    expect_exit 1
    expect_output_has 'libpq' 'apt install libpq5'
}

run_tests
