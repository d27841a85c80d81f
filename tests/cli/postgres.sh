#!/bin/sh
# Projects on a PostgreSQL server that is started for these tests: what is built, what is kept when relations are replaced.
. "${ROOT:-.}/tests/lib.sh"
. "$ROOT/tests/lib_postgres.sh"

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
    # Only --full-refresh drops it, and not with somebody's view.
    pg 'create view shop.theirs as select id from shop.m'
    run cdbt run --full-refresh
    expect_exit 1
    expect_output_has 'view shop.theirs' 'A materialized view is made anew by dropping it'
    expect_pg 'select count(*) from shop.theirs' 2
    pg 'drop view shop.theirs'
    run cdbt run --full-refresh
    expect_exit 0
    expect_pg "select count(*) from pg_indexes where tablename = 'm'" 0
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
