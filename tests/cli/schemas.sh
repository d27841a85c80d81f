#!/bin/sh
# Schemas on SQLite: prefixes of names in one file, also where SQL names relations by hand; attached files stay files.
. "${ROOT:-.}/tests/lib.sh"

project() {
    printf 'name: q\nprofile: q\n' >dbt_project.yml
    printf 'q: {target: d, outputs: {d: {type: sqlite, %s}}}\n' "$1" >profiles.yml
}

# A table model `a` in the target's schema.
model_a() {
    put models/a.sql <<'END'
{{ config(materialized='table') }} select 1 as x union all select 2
END
}

test_hooks_and_models_that_name_schema_and_table() {
    project 'path: w.db, schema: analytics'
    cat >>dbt_project.yml <<'END'
on-run-start: ["create table if not exists {{ target.schema }}.audit (what text)"]
on-run-end: ["insert into {{ target.schema }}.audit values ('end')"]
models:
  q:
    +post-hook: "insert into {{ this.schema }}.audit select '{{ this.name }}' || count(*) from {{ this.schema }}.{{ this.name }}"
END
    model_a
    put models/b.sql <<'END'
-- depends_on: {{ ref('a') }}
select a.x, analytics.a.x + 1 as y from main.analytics.a
END
    run cdbt build
    expect_exit 0
    expect_sql w.db 'select * from analytics__audit' 'a2
b2
end'
    expect_sql w.db 'select * from analytics__b' '1|2
2|3'
}

test_a_wrong_column_of_such_a_relation_is_found_before_the_first_write() {
    project 'path: w.db, schema: analytics'
    model_a
    put models/b.sql <<'END'
-- depends_on: {{ ref('a') }}
select
  analytics.a.xx
from analytics.a
END
    run cdbt build
    expect_exit 1
    expect_output_has 'models/b.sql:3:' 'nothing was written'
}

test_sources_in_files_that_are_attached_as_schemas() {
    sqlite3 crm.db 'create table people (id integer); insert into people values (1), (2)'
    project 'database: w, schema: main, schema_directory: ., schemas_and_paths: {main: w.db, crm: crm.db}'
    put models/s.yml <<'END'
sources: [{name: crm, tables: [{name: people}]}]
END
    put models/m.sql <<'END'
{{ config(materialized='table') }}
select p.id from {{ source('crm', 'people') }} p join crm.people q on p.id = q.id
END
    run cdbt build
    expect_exit 0
    expect_sql w.db 'select count(*) from m' 2
}

test_the_targets_schema_is_in_the_main_file_whatever_lies_beside() {
    sqlite3 analytics.db 'create table a (old integer)'
    project 'schema: analytics, schema_directory: ., schemas_and_paths: {main: w.db}'
    model_a
    put models/b.sql <<'END'
-- depends_on: {{ ref('a') }}
{{ config(materialized='table') }} select max(x) as x from analytics.a
END
    run cdbt build
    expect_exit 0
    expect_sql w.db 'select x from analytics__b' 2
    expect_sql analytics.db 'select count(*) from a' 0
}

run_tests
