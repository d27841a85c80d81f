#!/bin/sh
# What materializations do to a database, where it is more than a table that is made: end to end.
. "${ROOT:-.}/tests/lib.sh"

project() {
    empty_shop
}

sql() { sqlite3 shop.db "$1"; }

incremental() { # CONFIG SELECT
    put models/daily.sql <<END
{{ config(materialized='incremental', $1) }}
$2
END
}

test_ignored_columns_are_named() {
    project
    incremental "unique_key='id'" "select 1 as id, 'a' as v"
    run cdbt run
    expect_exit 0
    incremental "unique_key='id'" "select 1 as id, 'b' as v, 5 as extra, 6 as more"
    run cdbt run
    expect_exit 0
    expect_output_has "the new columns extra, more of the model are left out" "append_new_columns"
    [ "$(sql 'select * from daily')" = '1|b' ]
    incremental "unique_key='id'" "select 1 as id, 5 as extra"
    run cdbt run
    expect_exit 1
    expect_output_has 'has the column v, which the model no longer gives'
    [ "$(sql 'select * from daily')" = '1|b' ]
}

test_both_directions_in_one_run() {
    project
    incremental "unique_key='id', on_schema_change='sync_all_columns'" "select 1 as id, 'a' as old, 'k' as kept"
    run cdbt run
    incremental "unique_key='id', on_schema_change='sync_all_columns'" "select 2 as id, 'k2' as kept, 'n' as new"
    run cdbt run
    expect_exit 0
    [ "$(sql 'select group_concat(name) from pragma_table_info("daily")')" = 'id,kept,new' ]
    [ "$(sql 'select id, kept, new from daily order by id')" = '1|k|
2|k2|n' ]
}

test_insert_overwrite_by_partition() {
    project
    incremental "incremental_strategy='insert_overwrite', partition_by='day'" \
        "select '2026-01-01' as day, 1 as n union all select '2026-01-01', 2 union all select '2026-01-02', 3 union all select null, 9"
    run cdbt run
    expect_exit 0
    incremental "incremental_strategy='insert_overwrite', partition_by='day'" "select '2026-01-01' as day, 7 as n union all select null, 8"
    run cdbt run
    expect_exit 0
    [ "$(sql 'select group_concat(n) from (select n from daily order by n)')" = '3,7,8' ] || fail "$(sql 'select * from daily')"
    incremental "incremental_strategy='insert_overwrite', partition_by={'field': 'day', 'data_type': 'date', 'granularity': 'month'}" \
        "select '2026-01-31' as day, 70 as n"
    run cdbt run
    expect_exit 0
    [ "$(sql 'select group_concat(n) from (select n from daily order by n)')" = '8,70' ] || fail "$(sql 'select * from daily')"
    incremental "incremental_strategy='insert_overwrite'" "select '2026-01-31' as day, 70 as n"
    run cdbt run
    expect_exit 1
    expect_output_has "needs the config 'partition_by'"
}

snapshot() { # CONFIG
    put snapshots/kept.yml <<END
snapshots:
  - name: kept
    relation: ref('people')
    config: {unique_key: id, strategy: check, check_cols: all, $1}
END
    put models/people.sql <<'END'
{{ config(materialized='ephemeral') }}
select * from {{ source('crm', 'person') }}
END
    put models/sources.yml <<'END'
sources:
  - name: crm
    schema: main
    tables: [{name: person}]
END
}

test_a_snapshot_in_yaml() {
    project
    snapshot ''
    sql "create table person (id, name); insert into person values (1, 'a'), (2, 'b')"
    run cdbt snapshot
    expect_exit 0
    sql "update person set name = 'c' where id = 2"
    run cdbt snapshot --verify
    expect_exit 0
    [ "$(sql 'select group_concat(id || name) from (select * from kept where dbt_valid_to is null order by id)')" = '1a,2c' ]
    run cdbt ls --select kept --output path
    expect_stdout_has 'snapshots/kept.yml'
}

test_duplicate_keys_are_refused_with_the_keys() {
    project
    snapshot ''
    sql "create table person (id, name); insert into person values (1, 'a'), (2, 'b'), (2, 'c'), (7, 'x'), (7, 'x'), (7, 'x')"
    run cdbt snapshot
    expect_exit 1
    expect_output_has 'several rows for one id: 2 (2 rows); 7 (3 rows)' 'nothing was recorded'
    [ "$(sql "select count(*) from sqlite_master where name like 'kept%'")" = 0 ]
}

test_verify_finds_a_broken_history() {
    project
    snapshot ''
    sql "create table person (id, name); insert into person values (1, 'a'), (2, 'b')"
    run cdbt snapshot
    sql "insert into kept select id, name, 'x', dbt_updated_at, '2000-01-01 00:00:00', null from kept where id = 1;
         insert into kept select id, name, 'y', dbt_updated_at, '2000-01-01 00:00:00', '2000-01-02 00:00:00' from kept where id = 2"
    run cdbt snapshot --verify
    expect_exit 1
    expect_output_has 'is not whole (by id)' '1: two states at once' '2: a gap behind 2000-01-02 00:00:00'
    run cdbt snapshot
    expect_exit 0
}

# The check before write reads snapshots too.
test_a_snapshot_is_checked_first() {
    project
    put snapshots/kept.sql <<'END'
{% snapshot kept %}
{{ config(unique_key='id', strategy='check', check_cols='all') }}
select id, nmae from {{ source('crm', 'person') }}
{% endsnapshot %}
END
    put models/sources.yml <<'END'
sources:
  - name: crm
    schema: main
    tables: [{name: person}]
END
    sql 'create table person (id, name)'
    run cdbt snapshot
    expect_exit 1
    expect_output_has 'check before write' 'nmae' 'name'
}

test_persisted_docs() {
    project
    put models/people.sql <<'END'
select 1 as id, 'x' as name
END
    put models/schema.yml <<'END'
models:
  - name: people
    description: it's people
    config: {persist_docs: {relation: true, columns: true}}
    columns:
      - {name: id, description: the key}
      - {name: gone, description: nothing}
END
    run cdbt run
    expect_exit 0
    expect_output_has "the column 'gone' is described, but"
    [ "$(sql 'select * from _cdbt_comments')" = "people||it's people
people|id|the key" ] || fail "$(sql 'select * from _cdbt_comments')"
    sed 's/the key/another key/' models/schema.yml >new && mv new models/schema.yml
    run cdbt run
    [ "$(sql "select comment from _cdbt_comments where column_name = 'id'")" = 'another key' ]
    cdbt docs generate -q
    [ "$(python3 -c "
import json
entry = json.load(open('target/catalog.json'))['nodes']['model.shop.people']
print(entry['metadata']['comment'], [c['comment'] for c in entry['columns'].values()])")" = "it's people ['another key', None]" ] ||
        fail 'the catalog lacks the comments'
}

test_grants_are_refused_on_sqlite() {
    project
    put models/people.sql <<'END'
{{ config(grants={'select': ['reporter']}) }}
select 1 as id
END
    run cdbt run
    expect_exit 1
    expect_output_has 'SQLite has no users'
}

test_empty() {
    project
    put seeds/raw.csv <<'END'
id,v
1,a
END
    put models/t.sql <<'END'
{{ config(materialized='table') }}
select * from {{ ref('raw') }}
END
    run cdbt build --empty
    expect_exit 0
    [ "$(sql 'select (select count(*) from raw) + (select count(*) from t)')" = 0 ]
    run cdbt seed --empty
    expect_exit 0
    run cdbt build
    [ "$(sql 'select count(*) from t')" = 1 ]
}

# Materializations are macros: a project may bring its own, or another `table`.
test_a_materialization_of_ones_own() {
    project
    put macros/mat.sql <<'END'
{% materialization twice, default %}
  {%- set new = this.incorporate(type='table') -%}
  {{ run_hooks(pre_hooks) }}
  {%- do drop_relation_if_exists(load_cached_relation(this)) -%}
  {% call statement('main') %} create table {{ new }} as select * from ({{ sql }}) union all select * from ({{ sql }}) {% endcall %}
  {{ run_hooks(post_hooks) }}
  {{ return({'relations': [new]}) }}
{% endmaterialization %}
END
    put models/t.sql <<'END'
{{ config(materialized='twice', pre_hook="create table if not exists log(w)", post_hook=["insert into log values ('in')",
          {'sql': "insert into log values ('out')", 'transaction': False}]) }}
select 1 as id
END
    run cdbt run
    expect_exit 0
    run cdbt run
    expect_exit 0
    [ "$(sql 'select count(*) from t')" = 2 ]
}

test_a_blank_model_is_left_out() {
    project
    mkdir -p models
    : >models/blank.sql
    put models/a.sql <<'END'
select 1 as id
END
    run cdbt build
    expect_exit 0
    expect_stdout_has 'TOTAL=1'
}

# dbt: the tests of a description below the wrong key run all the same.
test_tests_of_a_seed_below_models() {
    project
    put seeds/base.csv <<'END'
id
1
END
    put seeds/schema.yml <<'END'
models:
  - name: base
    columns: [{name: id, data_tests: [not_null]}]
END
    run cdbt build
    expect_exit 0
    expect_output_has 'PASS   test not_null_base_id' "'base' is a seed, but it is described below"
}

# Only docs blocks make a Markdown file a template.
test_a_readme_may_hold_anything() {
    project
    put models/readme.md <<'END'
This is {{ no template at all }} and {% neither is this.
END
    put models/a.sql <<'END'
select 1 as id
END
    run cdbt build
    expect_exit 0
}

test_begin_as_a_date_of_python() {
    project
    put models/raw.sql <<'END'
{{ config(event_time='at') }}
select 1 as id, '2026-01-01' as at
END
    put models/daily.sql <<'END'
{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='at', batch_size='day',
          begin=modules.datetime.datetime(2026, 1, 1)) }}
select * from {{ ref('raw') }}
END
    CDBT_NOW='2026-01-02 10:00:00' run cdbt run
    expect_exit 0
    expect_stdout_has '(2 of 2)'
    grep -q '"begin":"2026-01-01T00:00:00"' target/manifest.json
}

run_tests
