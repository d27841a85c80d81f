#!/bin/sh
# Macros, tests and snapshots of a project, end to end.
. "${ROOT:-.}/tests/lib.sh"

project() {
    empty_shop
    put models/orders.sql <<'END'
{{ config(materialized='table') }}
select 1 as id, 'a' as status union all select 2, 'b'
END
}

# dbt: config() inside of a generic test's macro is part of the test's config.
test_config_in_the_macro_of_a_test() {
    project
    put macros/rows.sql <<'END'
{% test rows_off(model, wanted) %}
{{ return(adapter.dispatch('test_rows_off', 'shop')(model, wanted)) }}
{% endtest %}
{% macro default__test_rows_off(model, wanted) %}
{{ config(fail_calc='sum(off)') }}
{%- if not execute -%}{{ return('') }}{%- endif -%}
select abs(count(*) - {{ wanted }}) as off from {{ model }}
{% endmacro %}
END
    put models/schema.yml <<'END'
models:
  - name: orders
    data_tests:
      - rows_off: {arguments: {wanted: 2}}
END
    run cdbt build
    expect_exit 0
    expect_stdout_has 'PASS=2'
    sed 's/wanted: 2/wanted: 9/' models/schema.yml >new && mv new models/schema.yml
    run cdbt build
    expect_exit 1
    expect_output_has 'Got 7 results'
}

# The commonest shape of a dbt model: SQLite would call it circular.
test_a_with_named_like_its_table() {
    project
    put models/daily.sql <<'END'
with orders as (
    select * from {{ ref('orders') }}
)
select count(*) as n from orders
END
    run cdbt build
    expect_exit 0
    expect_sql shop.db 'select n from daily' 2
}

test_a_snapshot_follows_its_source() {
    project
    put snapshots/states.sql <<'END'
{% snapshot states %}
{{ config(strategy='check', unique_key='id', check_cols=['status'], hard_deletes='invalidate') }}
select * from {{ ref('orders') }}
{% endsnapshot %}
END
    run cdbt build
    expect_exit 0
    expect_sql shop.db 'select count(*), count(dbt_valid_to) from states' '2|0'
    put models/orders.sql <<'END'
{{ config(materialized='table') }}
select 1 as id, 'x' as status
END
    run cdbt build
    expect_exit 0
    expect_sql shop.db 'select id, status, dbt_valid_to is null from states order by 1, 2' '1|a|0
1|x|1
2|b|0'
}

# A macro of the project goes before the library's.
test_a_project_replaces_a_macro() {
    project
    put macros/names.sql <<'END'
{% macro generate_alias_name(custom_alias_name=none, node=none) %}my_{{ node.name }}{% endmacro %}
{% macro default__get_where_subquery(relation) %}{{ return('(select * from ' ~ relation ~ ' limit 1) as some') }}{% endmacro %}
END
    put models/schema.yml <<'END'
models:
  - name: orders
    columns: [{name: status, data_tests: [{accepted_values: {arguments: {values: [a]}}}]}]
END
    run cdbt build
    expect_exit 0
    expect_sql shop.db 'select count(*) from my_orders' 2
}

# Described arguments are compared with the macro's own where the project asks for it by dbt's flag.
test_described_arguments_are_checked() {
    project
    put macros/pair.sql <<'END'
{% macro pair(a, b=2) %}{{ a }}{{ b }}{% endmacro %}
END
    put macros/pair.yml <<'END'
macros:
  - name: pair
    arguments:
      - {name: a, type: 'optional[dict[str, list[int]]]'}
      - {name: c, type: Column}
      - {name: d}
END
    run cdbt parse
    expect_exit 0
    printf 'flags: {validate_macro_args: true}\n' >>dbt_project.yml
    run cdbt parse
    expect_exit 0
    expect_stderr_has "warning[macro-arguments]: argument 2 of the macro 'pair' is described as 'c', and is 'b'" \
        'macros/pair.yml:5:9' "'Column' is no type of an argument" "takes 2 arguments, and 3 are described"
}

# What a macro sees of the command line, and of a model's configuration: what is not set is not there.
test_what_a_macro_sees() {
    project
    put macros/show.sql <<'END'
{% macro show() %}{{ print(invocation_args_dict.vars.n + 1) }}{% endmacro %}
END
    put models/keys.sql <<'END'
select '{{ 'schema' in model.config }} {{ 'materialized' in model.config }}' as a
END
    run cdbt run-operation show --vars '{n: 4}'
    expect_exit 0
    expect_stdout_has 5
    run cdbt run -s keys
    expect_sql shop.db 'select a from keys' 'False True'
}

# What a profile takes from secret variables, or has under a name that says so, is not in what templates see.
test_no_secret_in_the_target() {
    project
    printf 'profile: shop\n' >>dbt_project.yml
    put profiles.yml <<'END'
shop:
  target: dev
  outputs:
    dev:
      type: sqlite
      path: "{{ env_var('DBT_ENV_SECRET_FILE') }}.db"
      api_key: k1ey
      refresh_token: t2oken
      note: "n3ote {{ env_var('DBT_ENV_SECRET_FILE') }}"
      region: eu
END
    DBT_ENV_SECRET_FILE=hush4
    export DBT_ENV_SECRET_FILE
    run cdbt compile --quiet --inline "{{ target }} {{ env }} {{ target.path }} {{ adapter.config.credentials }} {{ ref.config.credentials }} {{ target.items() | list }} {{ tojson(target) }}"
    expect_exit 0
    expect_stdout_has "'region': 'eu'"
    expect_stdout_lacks hush4 k1ey t2oken n3ote
    run cdbt compile --inline "{{ env_var('DBT_ENV_SECRET_' ~ 'FILE', 'otherwise') }}"
    expect_exit 2
    expect_output_has "the secret 'DBT_ENV_SECRET_FILE' cannot be read here"
    unset DBT_ENV_SECRET_FILE
}

test_an_endless_macro_shows_both_ends_of_its_calls() {
    project
    put models/endless.sql <<'END'
{% macro more(n) %}{{ more(n + 1) }}{% endmacro %}
select {{ more(0) }}
END
    run cdbt compile
    expect_exit 2
    expect_output_has 'calls go more than 1000 levels deep' 'note: and 987 calls between' \
        "note: in 'more', called here (models/endless.sql:2:11)" 'look for a macro that calls itself'
    expect_output_lacks '... and'
}

run_tests
