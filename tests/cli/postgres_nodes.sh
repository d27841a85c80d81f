#!/bin/sh
# Kinds of nodes on PostgreSQL: incremental strategies, microbatch, snapshots, unit tests, freshness, headers, values of queries.
. "${ROOT:-.}/tests/lib.sh"
. "$ROOT/tests/lib_postgres.sh"

test_incremental_strategies() {
    project
    pg 'create schema other; create table other.raw (id int, name text); insert into other.raw values (1, $$a$$), (2, $$b$$)'
    printf 'sources: [{name: other, tables: [{name: raw}]}]\n' | put models/s.yml
    for strategy in append delete+insert merge; do
        name=$(echo "$strategy" | tr -d '+')
        key=", unique_key='id'"
        [ "$strategy" != append ] || key=
        printf "{{ config(materialized='incremental', incremental_strategy='%s'%s) }} select * from {{ source('other', 'raw') }}" "$strategy" "$key" |
            put "models/$name.sql"
    done
    run cdbt run
    expect_exit 0
    pg 'update other.raw set name = $$B$$ where id = 2; insert into other.raw values (3, $$c$$)'
    run cdbt run
    expect_exit 0
    expect_pg "select string_agg(id || name, ' ' order by id, name) from shop.append" '1a 1a 2B 2b 3c'
    expect_pg "select string_agg(id || name, ' ' order by id) from shop.deleteinsert" '1a 2B 3c'
    expect_pg "select string_agg(id || name, ' ' order by id) from shop.merge" '1a 2B 3c'
    run cdbt run --full-refresh
    expect_pg 'select count(*) from shop.append' 3
    printf "{{ config(materialized='incremental', incremental_strategy='insert_overwrite') }} select 1 as id" | put models/o.sql
    run cdbt run -s o
    run cdbt run -s o
    expect_exit 1
    expect_output_has 'insert_overwrite' 'delete+insert'
}

test_schema_changes_of_an_incremental_model() {
    project
    printf "{{ config(materialized='incremental', on_schema_change='%s', unique_key='id') }} select 1 as id, 'a'::varchar(10) as name" append_new_columns | put models/grows.sql
    printf "{{ config(materialized='incremental', on_schema_change='%s', unique_key='id') }} select 1 as id, 'a'::varchar(10) as name" sync_all_columns | put models/syncs.sql
    run cdbt run
    for m in grows syncs; do sed -i "s/1 as id, 'a'::varchar(10) as name/2 as id, 5 as more/" "models/$m.sql"; done
    run cdbt run
    expect_exit 0
    expect_pg 'select * from shop.grows order by id' '1|a|
2||5'
    expect_pg 'select * from shop.syncs order by id' '1|
2|5'
}

test_a_microbatch_model_replaces_its_batches() {
    project
    pg "create schema other; create table other.raw (id int, at timestamp); insert into other.raw values (1, '2026-01-01 10:00'), (2, '2026-01-02 10:00'), (3, '2026-01-03 10:00')"
    printf 'sources: [{name: other, tables: [{name: raw, config: {event_time: at}}]}]\n' | put models/s.yml
    printf "{{ config(materialized='incremental', incremental_strategy='microbatch', unique_key='id', event_time='at', batch_size='day', begin='2026-01-01', lookback=1) }} select * from {{ source('other', 'raw') }}" | put models/m.sql
    run env CDBT_NOW='2026-01-03 12:00:00' "$CDBT" run
    expect_exit 0
    expect_pg 'select count(*) from shop.m' 3
    pg "update other.raw set id = id + 100"
    run env CDBT_NOW='2026-01-03 18:00:00' "$CDBT" run
    expect_exit 0
    expect_pg "select count(*) from shop.m where id > 100" 2
    run env CDBT_NOW='2026-01-03 18:00:00' "$CDBT" run --event-time-start 2026-01-01 --event-time-end 2026-01-02
    expect_exit 0
    expect_pg "select count(*) from shop.m where id > 100" 3
}

test_snapshots() {
    project
    pg "create schema other; create table other.raw (id int, name text, at timestamp); insert into other.raw values (1, 'a', '2026-01-01'), (2, 'b', '2026-01-01')"
    printf 'sources: [{name: other, tables: [{name: raw}]}]\n' | put models/s.yml
    put snapshots/s.yml <<'END'
snapshots:
  - name: by_time
    relation: source('other', 'raw')
    config: {strategy: timestamp, updated_at: at, unique_key: id, hard_deletes: new_record}
  - name: by_check
    relation: source('other', 'raw')
    config: {strategy: check, check_cols: all, unique_key: id, hard_deletes: invalidate}
END
    run cdbt snapshot
    expect_exit 0
    pg "update other.raw set name = 'A', at = '2026-01-02' where id = 1; delete from other.raw where id = 2"
    run cdbt snapshot
    expect_exit 0
    run cdbt snapshot
    expect_exit 0
    expect_pg "select id, name, dbt_valid_to is null, dbt_is_deleted from shop.by_time order by id, dbt_valid_from" '1|a|f|False
1|A|t|False
2|b|f|False
2|b|t|True'
    expect_pg "select id, name, dbt_valid_to is null from shop.by_check order by id, dbt_valid_from" '1|a|f
1|A|t
2|b|f'
}

test_unit_tests_need_nothing_built() {
    project
    printf "select id, amount * 1.5::numeric(8,2) as more, day + 1 as next from {{ ref('raw') }}" | put models/m.sql
    printf "select 1 as id, 2::numeric(8,2) as amount, date '2026-01-31' as day" | put models/raw.sql
    put models/u.yml <<'END'
unit_tests:
  - name: adds
    model: m
    given: [{input: ref('raw'), rows: [{id: 1, amount: 2, day: 2026-01-31}, {id: 2, amount: null, day: null}]}]
    expect: {rows: [{id: 1, more: 3, next: 2026-02-01}, {id: 2, more: null, next: null}]}
  - name: wrong
    model: m
    given: [{input: ref('raw'), rows: [{id: 1, amount: 2}]}]
    expect: {rows: [{id: 1, more: 4}]}
END
    run cdbt test --select test_type:unit
    expect_exit 1
    expect_output_has 'PASS=1' 'ERROR=1' 'actual    1   3.0000'
    expect_pg "select count(*) from pg_class where relnamespace = (select oid from pg_namespace where nspname = 'shop')" 0
}

test_freshness() {
    project
    pg "create schema other; create table other.new as select now() as at; create table other.old as select now() - interval '3 days' as at; create table other.none (at timestamptz)"
    put models/s.yml <<'END'
sources:
  - name: other
    config: {loaded_at_field: at, freshness: {warn_after: {count: 1, period: day}, error_after: {count: 2, period: day}}}
    tables: [{name: new}, {name: old}, {name: gone}]
END
    run cdbt source freshness
    expect_exit 1
    expect_output_has 'PASS=1' 'ERROR=2' 'other.old'
    python3 - <<'END' || fail 'sources.json'
import json, re
found = {r["unique_id"].split(".")[-1]: r for r in json.load(open("target/sources.json"))["results"]}
assert found["new"]["status"] == "pass" and found["old"]["status"] == "error", found
assert found["new"]["adapter_response"] == {"_message": "SELECT 1", "code": "SELECT", "rows_affected": 1}, found
assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+00:00", found["old"]["max_loaded_at"]), found
assert "gone" not in found, found
END
}

test_a_header_is_run_before_the_query() {
    project
    put models/h.sql <<'END'
{{ config(materialized='table') }}
{% call set_sql_header(config) %}
set session time zone 'Asia/Kolkata';
{% endcall %}
select current_setting('timezone') as zone
END
    put models/t.sql <<'END'
{% call set_sql_header(config) %}
create temporary table pairs as select 41 + 1 as a;
{% endcall %}
select a from pairs
END
    put models/h.yml <<'END'
models:
  - name: h
    config: {contract: {enforced: true}}
    columns: [{name: zone, data_type: text}]
END
    run cdbt run --select h
    expect_exit 0
    expect_pg 'select * from shop.h' 'Asia/Kolkata'
    run cdbt show --select t
    expect_exit 0
    expect_output_has '42'
    expect_pg "select count(*) from pg_class where relname = 'pairs'" 0
}

test_values_of_queries() {
    project
    put macros/m.sql <<'END'
{% macro look() %}
  {%- set row = run_query("select 1 as i, 1.50 as n, 0.1::float8 as f, date '2026-01-31' as d, timestamp '2026-01-31 12:00' as t, true as b, '{\"a\": [1]}'::jsonb as j, array[1,2] as l").rows[0] -%}
  {{ print(row.values() | list) }}
  {{ print((row[1] * 2) ~ ' ' ~ (row[2] + 1) ~ ' ' ~ row[3].year ~ ' ' ~ (row[4] + modules.datetime.timedelta(days=1))) }}
{% endmacro %}
END
    run cdbt run-operation look
    expect_exit 0
    expect_output_has "[1, Decimal('1.50'), Decimal('0.1'), datetime.date(2026, 1, 31), datetime.datetime(2026, 1, 31, 12, 0), True, '{\"a\": [1]}', '[1, 2]']" \
        '3.00 1.1 2026 2026-02-01 12:00:00'
}

test_vacuum_runs_outside_of_a_transaction() {
    project
    pg 'create schema shop; create table shop.t as select 1 as id'
    put macros/m.sql <<'END'
{% macro tidy() %}
  {% do run_query('insert into shop.t values (2)') %}
  {% call statement('v', auto_begin=false, fetch_result=false) %} vacuum shop.t {% endcall %}
  {% do run_query('insert into shop.t values (3)') %}
{% endmacro %}
END
    run cdbt run-operation tidy
    expect_exit 0
    expect_pg 'select count(*) from shop.t' 3
}

test_the_delimiter_of_a_seed() {
    project
    printf 'a|b\n1|2\n' | put seeds/s.csv
    printf 'seeds: [{name: s, config: {delimiter: ""}}]\n' | put seeds/s.yml
    run cdbt seed
    expect_exit 1
    expect_output_has 'must be one character' 'seeds/s.csv'
    sed -i 's/""/"|"/' seeds/s.yml
    run cdbt seed
    expect_exit 0
    expect_pg 'select a, b from shop.s' '1|2'
}

test_an_index_is_checked_like_dbt_checks_it() {
    project
    printf "{{ config(materialized='table', indexes=[{'columns': 'id'}]) }} select 1 as id" | put models/a.sql
    printf "{{ config(materialized='table', indexes=[{'columns': ['id'], 'unique': 'yes'}]) }} select 1 as id" | put models/b.sql
    printf "{{ config(materialized='table', indexes=[{'unique': true}]) }} select 1 as id" | put models/c.sql
    printf "{{ config(materialized='table', indexes=[{'columns': ['id'], 'unique': true, 'type': 'btree'}]) }} select 1 as id" | put models/d.sql
    run cdbt run
    expect_exit 1
    expect_output_has "'columns' must be a list" "'unique' must be true or false" "has no 'columns'" 'PASS=1' 'ERROR=3'
    expect_pg "select indexdef ~ 'UNIQUE INDEX .* USING btree .id.' from pg_indexes where tablename = 'd'" t
}

test_described_columns_that_do_not_exist_are_named() {
    project
    printf "{{ config(materialized='table', persist_docs={'columns': true}) }} select 1 as id" | put models/a.sql
    printf 'models: [{name: a, columns: [{name: gone, description: x}]}]\n' | put models/a.yml
    printf "{{ config(materialized='table', persist_docs={'columns': true}) }} select 1 as \"Odd\", 2 as id" | put models/b.sql
    printf 'models: [{name: b, columns: [{name: odd, quote: true, description: x}, {name: ID, description: key}]}]\n' | put models/b.yml
    run cdbt run
    expect_exit 0
    expect_output_has "the column 'gone' is described" "the column 'odd' is described"
    expect_pg "select col_description('shop.b'::regclass, 1) is null, col_description('shop.b'::regclass, 2)" 't|key'
}

test_statements_name_who_sent_them() {
    project
    put models/seen.sql <<'END'
{{ config(materialized='table') }}
select query from pg_stat_activity where pid = pg_backend_pid()
END
    run cdbt run
    expect_exit 0
    got=$(pg 'select query from shop.seen')
    case $got in
        '/* {"app": "dbt", "dbt_version": "'*'", "profile_name": "shop", "target_name": "dev", "node_id": "model.shop.seen"} */'*) ;;
        *) fail "no comment of dbt's in front: $got" ;;
    esac
    printf 'name: shop\nprofile: shop\nquery-comment: {comment: "by {{ target.name }}", append: true}\n' >dbt_project.yml
    run cdbt run
    expect_exit 0
    expect_pg "select query like '%/* by dev */%', query like '/*%' from shop.seen" 't|f'
    printf 'name: shop\nprofile: shop\nquery-comment:\n' >dbt_project.yml
    run cdbt run
    expect_exit 0
    expect_pg "select count(*) from shop.seen where query like '%/*%'" 0
}

run_tests
