#!/bin/sh
# What stands in for the command line: flags of dbt_project.yml and the environment; which warnings are errors.
. "${ROOT:-.}/tests/lib.sh"

project() {
    put dbt_project.yml <<END
name: shop
models:
  shop:
    nowhere: {+tags: x}
$1
END
    put models/a.sql <<'END'
select 1 as id
END
    put models/schema.yml <<'END'
models:
  - name: a
    descripton: misspelt
END
}

test_flags_of_the_project_are_defaults() {
    project 'flags: {warn_error: true, send_anonymous_usage_stats: false}'
    run cdbt parse
    expect_exit 2
    expect_stderr_has 'warnings count as errors here: 2' 'error[config-unused]' 'error[yaml-unknown-key]'
    run cdbt parse --no-warn-error
    expect_exit 0
    DBT_WARN_ERROR=0 run cdbt parse
    expect_exit 0
}

test_other_flags() {
    project 'flags: {write_json: false, log_format: json, version_check: false}
require-dbt-version: ">=99.0.0"'
    run cdbt parse
    expect_exit 0
    [ ! -e target/manifest.json ]
    grep -q '^{' "$OUT" "$ERR"
}

test_unknown_flags_are_warned_about() {
    project 'flags: {wran_error: true, validate_macro_args: true}'
    run cdbt parse
    expect_exit 0
    expect_output_has "there is no flag 'wran_error'" "did you mean 'warn_error'?" 'dbt_project.yml:5:9'
    expect_output_lacks "'validate_macro_args'"
}

test_warnings_by_name() {
    project ''
    run cdbt parse --warn-error-options '{error: [config-unused]}'
    expect_exit 2
    expect_stderr_has 'error[config-unused]' 'warning[yaml-unknown-key]'
    run cdbt parse --warn-error-options '{error: all, warn: [UnusedResourceConfigPath, yaml-unknown-key]}'
    expect_exit 0
    run cdbt parse --warn-error --warn-error-options '{warn: [config-unused, yaml-unknown-key]}'
    expect_exit 0
    run cdbt parse --warn-error --warn-error-options '{silence: [UnusedResourceConfigPath, CustomKeyInObjectDeprecation]}'
    expect_exit 0
    expect_output_lacks 'config-unused' 'yaml-unknown-key'
}

test_warnings_by_name_from_elsewhere() {
    project 'flags:
  warn_error_options:
    error:
      - UnusedResourceConfigPath
    silence: [yaml-unknown-key]'
    run cdbt parse
    expect_exit 2
    expect_stderr_has 'error[config-unused]'
    expect_output_lacks '[yaml-unknown-key]'
    DBT_WARN_ERROR_OPTIONS='{silence: [config-unused, yaml-unknown-key]}' run cdbt parse
    expect_exit 0
}

test_options_that_make_no_sense() {
    project ''
    run cdbt parse --warn-error-options '{error: [config-unusd]}'
    expect_exit 2
    expect_stderr_has "'config-unusd' is no name of a warning" "did you mean 'config-unused'?"
    run cdbt parse --warn-error-options '{errors: all}'
    expect_exit 2
    expect_stderr_has "have no 'errors'"
    run cdbt parse --warn-error-options '{error: some}'
    expect_exit 2
    expect_stderr_has "'error' of the warn-error options is a list of names, or all"
}

test_warnings_of_a_run() {
    put dbt_project.yml <<'END'
name: shop
END
    put models/a.sql <<'END'
<< config(materialized='table') >>
<% if execute %><% do exceptions.warn('look here') %><% endif %>
select 1 as id
END
    put models/s.yml <<'END'
models: [{name: a, columns: [{name: id, data_tests: [{accepted_values: {arguments: {values: [2]}, config: {severity: warn}}}]}]}]
END
    run cdbt build
    expect_exit 0
    expect_output_has 'warning[compiler-warning]' 'WARN=1 ERROR=0'
    rm shop.db
    for rules in '{error: all}' '{error: [JinjaLogWarning]}' '{error: all, warn: [LogTestResult]}'; do
        run cdbt build --warn-error-options "$rules"
        expect_exit 1
        expect_output_has 'error[compiler-warning]: look here' '--> models/a.sql:2:'
        expect_sql shop.db "select count(*) from sqlite_schema where name = 'a'" 0
    done
    run cdbt build --warn-error
    expect_exit 1
    run cdbt compile --warn-error
    expect_exit 1
    run cdbt build --warn-error-options '{silence: [compiler-warning, test-warned]}'
    expect_exit 0
    expect_output_lacks 'look here'
    for rules in '{error: [LogTestResult]}' '{error: all, warn: [compiler-warning]}'; do
        run cdbt test --warn-error-options "$rules"
        expect_exit 1
        expect_output_has 'Got 1 result, configured to fail if != 0' 'ERROR=1'
    done
    for command in ls run; do
        run cdbt $command -s nowhere
        expect_exit 0
        run cdbt $command -s nowhere --warn-error
        expect_exit 2
        expect_stderr_has 'error[selection-' 'warnings count as errors here'
    done
    put models/a.sql <<'END'
select "one" as id
END
    run cdbt run --warn-error-options '{error: [quoted-string]}'
    expect_exit 1
    expect_output_has 'error[quoted-string]'
    expect_sql shop.db "select type from sqlite_schema where name = 'a'" table
}

# dbt's behaviour flags: what they ask for is done, or a warning says that it is not.
test_behaviour_flags() {
    project 'flags: {require_unique_project_resource_names: true, require_generic_test_arguments_property: true}'
    run cdbt parse
    expect_stderr_has "warning[flag-without-effect]: the flag 'require_unique_project_resource_names' changes nothing here"
    expect_stderr_lacks require_generic_test_arguments_property
    project ''
    put 'models/my orders.sql' <<'END'
select 1 as id
END
    run cdbt parse
    expect_exit 2
    expect_stderr_has "error[name-with-space]: the name of the model 'my orders' has a space" 'models/my orders.sql'
    project 'flags: {require_resource_names_without_spaces: false}'
    run cdbt run
    expect_exit 0
    expect_output_has "warning[name-with-space-deprecated]" 'my orders'
}

test_hooks_and_flags() {
    project 'on-run-start: ["select nothing"]'
    run cdbt run --no-check
    expect_exit 1
    expect_output_has 'OK     view model a'
    project 'on-run-start: ["select nothing"]
on-run-end: ["create table ended2(i int)"]
flags: {skip_nodes_if_on_run_start_fails: true}'
    run cdbt run
    expect_exit 1
    expect_output_has 'SKIP=1'
    expect_sql shop.db "select count(*) from sqlite_schema where name = 'ended2'" 1
    put models/raw.yml <<'END'
sources:
  - {name: raw, schema: main, tables: [{name: a, config: {loaded_at_field: "'2026-01-01'", freshness: {warn_after: {count: 999999, period: day}}}}]}
END
    project 'on-run-end: ["create table ended3(i int)"]
flags: {source_freshness_run_project_hooks: false}'
    run cdbt source freshness
    expect_exit 0
    expect_sql shop.db "select count(*) from sqlite_schema where name = 'ended3'" 0
    project 'on-run-end: ["create table ended3(i int)"]'
    run cdbt source freshness
    expect_exit 0
    expect_sql shop.db "select count(*) from sqlite_schema where name = 'ended3'" 1
}

run_tests
