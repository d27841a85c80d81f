#!/bin/sh
# Projects on a PostgreSQL server that is started for these tests: what is kept when relations are replaced, what happens
# when something breaks, and that no password is ever shown.
. "${ROOT:-.}/tests/lib.sh"

server=$(mktemp -d "${TMPDIR:-/tmp}/cdbt-pg.XXXXXX")
chmod 755 "$server"
server=$server/s
absent=
code=0
"$ROOT/tests/support/postgres" start "$server" $$ || code=$?
case $code in
    0) ;;
    77) absent=yes ;;
    *) echo 'not ok - the server does not start' && exit 1 ;;
esac
trap '"$ROOT/tests/support/postgres" stop "$server" 2>/dev/null; rm -rf "${server%/s}"' EXIT

pg() { PGOPTIONS=--client-min-messages=warning psql -X -q -At -h "$server" -U postgres -d test -c "$1"; }
expect_pg() {
    got=$(pg "$1" 2>&1) || fail "psql: $got"
    [ "$got" = "$2" ] || fail "query:    $1" "expected: $2" "     got: $got"
}

# project [LINE ...]: a project whose target has further lines; the schema is the test's own and empty.
project() {
    [ -z "$absent" ] || skip 'no PostgreSQL server here'
    pg 'drop schema if exists shop cascade; drop schema if exists other cascade'
    put dbt_project.yml <<'END'
name: shop
profile: shop
END
    {
        printf 'shop:\n  target: dev\n  outputs:\n    dev:\n      type: postgres\n      host: %s\n      user: postgres\n' "$server"
        printf '      dbname: test\n      schema: shop\n      threads: 4\n      retries: 0\n'
        for line in "$@"; do printf '      %s\n' "$line"; done
    } >profiles.yml
}

# ---- what others made is kept ----

test_a_stranger_s_view_stays_and_sees_the_new_rows() {
    project
    printf "{{ config(materialized='table', indexes=[{'columns': ['id'], 'unique': true}]) }} select g as id, {{ var('x', 1) }} as x from generate_series(1, 3) g" | put models/t.sql
    run cdbt run
    expect_exit 0
    pg 'create view shop.theirs as select sum(x) as s from shop.t; create role reader_1; grant select on shop.t to reader_1'
    run cdbt run --vars '{x: 5}'
    expect_exit 0
    expect_pg 'select s from shop.theirs' 15
    expect_pg "select has_table_privilege('reader_1', 'shop.t', 'select')" t
    expect_pg "select count(*) from pg_indexes where tablename = 't'" 1
    # A new column fits behind the others; the model's index changes too.
    printf "{{ config(materialized='table', indexes=[{'columns': ['x'], 'type': 'hash'}]) }} select 7 as y, g as id, 2 as x from generate_series(1, 4) g" | put models/t.sql
    run cdbt run
    expect_exit 0
    expect_pg 'select s from shop.theirs' 8
    expect_pg 'select sum(y) from shop.t' 28
    expect_pg "select indexdef ~ 'USING hash .x.' from pg_indexes where tablename = 't'" t
    expect_pg "select count(*) from pg_tables where schemaname = 'shop'" 1
    pg 'drop owned by reader_1; drop role reader_1'
}

test_what_would_be_dropped_is_named_and_nothing_changes() {
    project
    printf "{{ config(materialized='table') }} select 1 as id, 'a' as name" | put models/t.sql
    run cdbt run
    pg 'create view shop.theirs as select name from shop.t; create schema other; create materialized view other.m as select * from shop.theirs'
    printf "{{ config(materialized='table') }} select 1 as id" | put models/t.sql
    run cdbt run
    expect_exit 1
    expect_output_has 'view shop.theirs' 'materialized view other.m' 'cascade: true' 'models/t.sql'
    expect_pg 'select name from other.m' a
    expect_pg "select count(*) from pg_class where relname like 't__dbt%'" 0
    printf "{{ config(materialized='table', cascade=true) }} select 1 as id" | put models/t.sql
    run cdbt run
    expect_exit 0
    expect_pg "select count(*) from pg_class where relname in ('theirs', 'm')" 0
}

test_models_of_the_run_are_built_again() {
    project
    printf "{{ config(materialized='table') }} select 1 as id, 'a' as name" | put models/t.sql
    printf "select * from {{ ref('t') }}" | put models/v.sql
    run cdbt run
    expect_exit 0
    printf "{{ config(materialized='table') }} select 1.5 as id" | put models/t.sql
    run cdbt run
    expect_exit 0
    expect_pg 'select id from shop.v' 1.5
    # Alone, it would leave the view behind.
    printf "{{ config(materialized='table') }} select 'x' as other" | put models/t.sql
    run cdbt run --select t
    expect_exit 1
    expect_output_has 'view shop.v'
    expect_pg 'select id from shop.v' 1.5
}

test_views_are_replaced_under_their_readers() {
    project
    printf 'select 1 as id' | put models/v.sql
    run cdbt run
    pg 'create view shop.theirs as select id from shop.v; comment on view shop.v is $$kept$$'
    printf 'select 2 as id, 3 as more' | put models/v.sql
    run cdbt run
    expect_exit 0
    expect_pg 'select id from shop.theirs' 2
    printf "select 'text' as id" | put models/v.sql
    run cdbt run
    expect_exit 1
    expect_output_has 'view shop.theirs'
    expect_pg 'select id from shop.theirs' 2
}

test_a_foreign_key_keeps_its_table() {
    project
    printf 'id,name\n1,a\n2,b\n' | put seeds/kinds.csv
    run cdbt seed
    expect_exit 0
    pg 'alter table shop.kinds add primary key (id); create table shop.things (kind int references shop.kinds)'
    printf 'id,name,more\n1,a,x\n' | put seeds/kinds.csv
    run cdbt seed
    expect_exit 0
    expect_pg 'select more from shop.kinds' x
    printf 'id,more\n1,x\n' | put seeds/kinds.csv
    run cdbt seed
    expect_exit 1
    expect_output_has 'foreign key things_kind_fkey of shop.things' 'seeds/kinds.csv'
    expect_pg 'select name from shop.kinds' a
    expect_pg "select count(*) from pg_constraint where contype = 'f' and conrelid = 'shop.things'::regclass" 1
}

test_seed_columns_without_quotes_are_folded() {
    project
    printf 'Id,_Company_synced,"""default"""\n1,2024-01-01,x\n' | put seeds/s.csv
    printf 'seeds: {shop: {s: {+quote_columns: false, +column_types: {_Company_synced: timestamp}}}}\n' >>dbt_project.yml
    printf 'select id, _company_synced as at, "default" from {{ ref(%ss%s) }}' "'" "'" | put models/m.sql
    run cdbt build
    expect_exit 0
    run cdbt build
    expect_exit 0
    expect_pg 'select * from shop.m' '1|2024-01-01 00:00:00|x'
}

test_kinds_change() {
    project
    printf 'select 1 as id' | put models/m.sql
    run cdbt run
    for kind in table materialized_view view incremental materialized_view table; do
        printf "{{ config(materialized='%s') }} select 1 as id" "$kind" >models/m.sql
        run cdbt run
        expect_exit 0
    done
    expect_pg "select relkind from pg_class where relname = 'm'" r
}

test_materialized_views_are_refreshed_and_their_indexes_follow() {
    project
    pg 'create schema other; create table other.raw as select 1 as id'
    printf 'sources: [{name: other, tables: [{name: raw}]}]\n' | put models/s.yml
    config="materialized='materialized_view'"
    printf "{{ config(%s) }} select * from {{ source('other', 'raw') }}" "$config" >models/m.sql
    run cdbt run
    expect_exit 0
    pg 'insert into other.raw values (2)'
    run cdbt run
    expect_pg 'select count(*) from shop.m' 2
    before=$(pg "select 'shop.m'::regclass::oid")
    printf "{{ config(%s, indexes=[{'columns': ['id']}]) }} select * from {{ source('other', 'raw') }}" "$config" >models/m.sql
    run cdbt run
    expect_exit 0
    expect_pg "select count(*) from pg_indexes where tablename = 'm'" 1
    expect_pg "select 'shop.m'::regclass::oid" "$before"
    printf "{{ config(%s, on_configuration_change='fail') }} select * from {{ source('other', 'raw') }}" "$config" >models/m.sql
    run cdbt run
    expect_exit 1
    expect_output_has "on_configuration_change is 'fail'"
    printf "{{ config(%s, on_configuration_change='continue') }} select * from {{ source('other', 'raw') }}" "$config" >models/m.sql
    run cdbt run
    expect_exit 0
    expect_pg "select count(*) from pg_indexes where tablename = 'm'" 1
}

test_descriptions_and_grants() {
    project
    pg 'create role ann; create role ben'
    printf "{{ config(materialized='table', persist_docs={'relation': true, 'columns': true}, grants={'select': ['ann']}) }} select 1 as id, 2 as \"Odd\"" | put models/t.sql
    printf "models:\n  - name: t\n    description: It's \"\$\$ it\n    columns:\n      - {name: id, description: 'the key'}\n      - {name: Odd, quote: true, description: odd one}\n" | put models/t.yml
    run cdbt run
    expect_exit 0
    expect_pg "select obj_description('shop.t'::regclass)" "It's \"\$\$ it"
    expect_pg "select col_description('shop.t'::regclass, 2)" 'odd one'
    expect_pg "select has_table_privilege('ann', 'shop.t', 'select')" t
    sed -i "s/'ann'/'ben'/" models/t.sql
    pg 'create view shop.theirs as select id from shop.t'
    run cdbt run
    expect_exit 0
    expect_pg "select has_table_privilege('ann', 'shop.t', 'select'), has_table_privilege('ben', 'shop.t', 'select')" 'f|t'
    pg 'drop owned by ann, ben; drop role ann, ben'
}

test_the_catalog_has_owners_comments_and_sizes() {
    project
    printf "{{ config(materialized='table', persist_docs={'relation': true, 'columns': true}) }} select g as id from generate_series(1, 100) g" | put models/t.sql
    printf "models:\n  - {name: t, description: About t, columns: [{name: id, description: About id}]}\n" | put models/t.yml
    printf "select 1::numeric(8,2) as x" | put models/v.sql
    run cdbt run
    pg 'analyze shop.t'
    run cdbt docs generate
    expect_exit 0
    python3 - <<'END' || fail 'the catalog'
import json
nodes = json.load(open("target/catalog.json"))["nodes"]
t, v = nodes["model.shop.t"], nodes["model.shop.v"]
assert t["metadata"] == {"type": "BASE TABLE", "schema": "shop", "name": "t", "database": "test", "comment": "About t", "owner": "postgres"}, t
assert t["columns"] == {"id": {"type": "integer", "index": 1, "name": "id", "comment": "About id"}}, t
assert t["stats"]["row_count"]["value"] == 100 and t["stats"]["bytes"]["value"] >= 8192, t
assert v["metadata"]["type"] == "VIEW" and v["columns"]["x"]["type"] == "numeric(8,2)" and not v["stats"]["has_stats"]["value"], v
END
}

# ---- faults ----

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
    tries=0
    until [ "$(pg "select count(*) from pg_stat_activity where query like '%pg_sleep(30)%' and wait_event = 'PgSleep'")" = 2 ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 300 ] || fail 'the models do not start' "$(cat said)"
        sleep 0.1
    done
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

# ---- Citus: SQL only, on functions of the same names that record their calls ----

test_citus_configs() {
    project
    printf "{{ config(materialized='table', distributed_by='id') }} select 1 as id" | put models/d.sql
    printf "{{ config(materialized='table', reference_table=true) }} select 1 as id" | put models/r.sql
    printf "{{ config(materialized='table', columnar=true) }} select 1 as id" | put models/c.sql
    run cdbt run
    expect_exit 1
    expect_output_has "'distributed_by' needs the extension Citus" "'reference_table' needs the extension Citus" "'columnar' needs the extension Citus"
    pg 'create schema citus; create table citus.calls (n serial, what text)
        ; create function public.create_distributed_table(t regclass, c text, colocate_with text default null, shard_count int default null)
            returns void language sql as $$ insert into citus.calls (what) values (format($f$distribute %s by %s with %s in %s$f$, t, c, colocate_with, shard_count)) $$
        ; create function public.create_reference_table(t regclass) returns void language sql as $$ insert into citus.calls (what) values (format($f$reference %s$f$, t)) $$
        ; create access method columnar type table handler heap_tableam_handler'
    printf "{{ config(materialized='table', distributed_by={'column': 'id', 'colocate_with': 'other', 'shard_count': 8}) }} select 1 as id" | put models/e.sql
    run cdbt run --threads 1
    expect_exit 0
    expect_pg "select string_agg(what, '; ' order by what) from citus.calls" \
        'distribute shop.d__dbt_tmp by id with  in ; distribute shop.e__dbt_tmp by id with other in 8; reference shop.r__dbt_tmp'
    expect_pg "select a.amname from pg_class c join pg_am a on a.oid = c.relam where c.relname = 'c'" columnar
    printf "{{ config(materialized='table', distributed_by='id', reference_table=true) }} select 1 as id" >models/e.sql
    run cdbt run -s e
    expect_exit 1
    expect_output_has "cannot have both"
    pg 'drop schema shop cascade; drop access method columnar; drop function create_distributed_table, create_reference_table; drop schema citus cascade'
}

test_another_database_is_refused() {
    project
    printf "{{ config(database='elsewhere', materialized='table') }} select 1 as id" | put models/a.sql
    printf "{{ config(materialized='table') }} select 1 as id" | put models/b.sql
    run cdbt run
    expect_exit 1
    expect_output_has "PostgreSQL cannot reach another database: 'elsewhere' is named, the target's is 'test'" 'PASS=1'
}

test_unlogged_tables_and_constraints() {
    project
    printf "{{ config(materialized='table', unlogged=true) }} select 1 as id" | put models/u.sql
    printf "{{ config(materialized='table') }} select 1 as id, 'a'::varchar as name" | put models/k.sql
    put models/k.yml <<'END'
models:
  - name: k
    config: {contract: {enforced: true}}
    constraints: [{type: check, name: positive, expression: id > 0}]
    columns:
      - {name: id, data_type: int, constraints: [{type: not_null}, {type: primary_key}]}
      - {name: name, data_type: text}
END
    run cdbt run
    expect_exit 0
    expect_pg "select relpersistence from pg_class where relname = 'u'" u
    expect_pg "select string_agg(contype::text, '' order by contype) from pg_constraint where conrelid = 'shop.k'::regclass" cp
    printf "{{ config(materialized='table') }} select -1 as id, 'a' as name" >models/k.sql
    run cdbt run -s k
    expect_exit 1
    expect_output_has 'violates check constraint "positive"'
    expect_pg 'select id from shop.k' 1
    printf "{{ config(materialized='table') }} select 1::bigint as id, 'a' as name" >models/k.sql
    run cdbt run -s k
    expect_exit 1
    expect_output_has 'bigint' 'integer'
}

run_tests
