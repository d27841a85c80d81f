#!/bin/sh
# What is shown and what goes into the log file: levels, forms, places; --print; dbt's variables and flags of the project.
. "${ROOT:-.}/tests/lib.sh"

shop() {
    put dbt_project.yml <<END
name: shop
$1
END
    put models/a.sql <<'END'
<< config(materialized='table') >>
<% do log('for the log') %><% do log('for people', info=true) %><% do print('in any case') %>
select 1 as id
END
    put models/s.yml <<'END'
models: [{name: a, columns: [{name: id, data_tests: [{accepted_values: {arguments: {values: [2]}, config: {severity: warn}}}]}]}]
END
    rm -rf logs
}

test_the_log_has_everything() {
    shop ''
    run cdbt build
    expect_exit 0
    expect_stdout_has 'for people' 'in any case'
    expect_stdout_lacks 'for the log' 'create table'
    for line in '[info ] [MainThread]: Running with cdbt' ': cdbt build' '[debug] [MainThread]: for the log' \
        '[info ] [MainThread]: for people' 'On model.shop.a: create table "a" as' 'select 1 as id' \
        '[warn ] [Thread-' '1 row' '[info ] [MainThread]: Done. PASS=1 WARN=1'; do
        expect_file_has logs/dbt.log "$line"
    done
    expect_file_lacks logs/dbt.log "$(printf '\033')"
    run cdbt ls
    expect_exit 0
    expect_equal 2 "$(grep -c '^============================== ..:..:......... | ' logs/dbt.log)"
}

test_what_a_result_prints_is_heard_like_print() {
    shop ''
    put macros/m.sql <<'END'
<% macro shown() %><% set t = run_query("select 1 as id, 'a,b' as name") %><% do t.print_csv() %><% do t.print_json() %><% do t.print_table() %><% endmacro %>
END
    run cdbt run-operation shown --quiet
    expect_exit 0
    expect_stdout_has 'id,name' '1,"a,b"' '"name": "a,b"' '| id |'
}

test_levels() {
    shop ''
    run cdbt build --log-level warn
    expect_stdout_has 'in any case' 'Warning in test'
    expect_stdout_lacks 'for people' 'Completed' 'table model'
    expect_file_has logs/dbt.log '[warn ]'
    expect_file_lacks logs/dbt.log '[info ]'
    run cdbt build --log-level none
    expect_equal 'in any case' "$(sort -u "$OUT")"
    shop ''
    run cdbt build --log-level-file info --debug
    expect_stdout_has 'for the log' 'Checked 1 model' 'On model.shop.a: create table "a" as'
    expect_file_lacks logs/dbt.log '[debug]'
    shop ''
    run cdbt build --log-level-file none
    expect_exit 0
    expect_no_file logs
    run cdbt build --quiet --no-print
    expect_exit 0
    expect_stdout_empty
    expect_file_has logs/dbt.log '[info ] [MainThread]: Done.'
    run cdbt build --log-level loud
    expect_exit 2
    expect_stderr_has "--log-level is debug, info, warn, error or none, not 'loud'"
}

test_forms() {
    shop ''
    run cdbt build --log-format json
    grep -v '^{' "$OUT" && fail 'a line is no JSON'
    grep -v '^{' logs/dbt.log && fail 'a line of the log is no JSON'
    expect_file_has logs/dbt.log '"name":"SQLQuery","level":"debug"'
    expect_stdout_lacks SQLQuery
    shop ''
    run cdbt build --log-format-file json
    expect_stdout_has 'Done. PASS='
    grep -v '^{' logs/dbt.log && fail 'a line of the log is no JSON'
    run cdbt parse --log-format-file xml
    expect_exit 2
    expect_stderr_has '--log-format-file is text or json'
}

test_places() {
    shop ''
    run cdbt parse --log-path elsewhere/deep
    expect_exit 0
    expect_file elsewhere/deep/dbt.log
    DBT_LOG_PATH=by_variable run cdbt parse
    expect_file by_variable/dbt.log
    DBT_ENGINE_LOG_PATH=newer DBT_LOG_PATH=older run cdbt parse
    expect_file newer/dbt.log
    expect_no_file older
    expect_no_file logs
    shop 'log-path: mine'
    run cdbt parse
    expect_file mine/dbt.log
    put occupied </dev/null
    run cdbt parse --log-path occupied
    expect_exit 0
    expect_stderr_has 'warning[file-write]: there is no log file' '--log-level-file none'
    put logs </dev/null
    shop ''
    put logs </dev/null
    run cdbt parse
    expect_exit 0
    expect_stderr_empty
}

test_a_long_log_is_rolled_over() {
    shop ''
    for _ in 1 2 3 4 5 6 7 8; do run cdbt parse --log-file-max-bytes 300; done
    expect_equal 'dbt.log dbt.log.1 dbt.log.2 dbt.log.3 dbt.log.4 dbt.log.5' "$(cd logs && echo *)"
    [ "$(wc -c <logs/dbt.log)" -le 300 ]
    expect_file_has logs/dbt.log 'Read 2 nodes'
}

test_flags_of_the_project_and_variables() {
    shop 'flags: {log_level: error, log_level_file: warn, log_format_file: json, printer_width: 120}'
    run cdbt build
    expect_stdout_lacks 'Warning' 'Completed'
    expect_file_has logs/dbt.log '"level":"warn"'
    expect_file_lacks logs/dbt.log '"level":"info"'
    run cdbt build --log-level info
    expect_stdout_line '.{118,130}\[OK .*|.{118,130} \[OK.*'
    shop ''
    DBT_PRINTER_WIDTH=50 run cdbt build
    expect_stdout_line '.{40,52}\[OK.*'
    DBT_NO_PRINT=1 run cdbt build
    expect_stdout_lacks 'in any case'
    DBT_QUIET=maybe run cdbt build
    expect_exit 2
    expect_stderr_has "'maybe' is neither true nor false" '--> environment variable DBT_QUIET'
    DBT_QUIET=off run cdbt build
    expect_stdout_has Completed
    DBT_ENGINE_TRAGET=x run cdbt parse
    expect_exit 0
    expect_stderr_has 'warning[env-unknown]: the environment variable DBT_ENGINE_TRAGET means nothing' 'DBT_ENGINE_TARGET'
}

test_no_introspection() {
    shop ''
    put models/b.sql <<'END'
<% set found = run_query('select 1 as n') %>
select << found.rows[0][0] if found else 0 >> as id
END
    run cdbt compile --no-introspect
    expect_exit 1
    expect_output_has 'asks the database, and --no-introspect forbids that' '--> models/b.sql:1:'
    run cdbt compile
    expect_exit 0
    run cdbt compile --no-introspect --exclude b
    expect_exit 0
}

test_refused_options_say_what_to_do() {
    shop ''
    run cdbt run --record-timing-info x
    expect_stderr_has 'run_results.json has the times'
}

test_secrets_are_starred_in_what_is_shown_and_logged() {
    mkdir -p secret/models
    cd secret
    printf 'name: shop\nprofile: shop\n' >dbt_project.yml
    printf "{%% do log('it is hunter2', info=True) %%}{{ print('hunter2!') }}select 'hunter2' as id, nope\n" >models/a.sql
    cat >profiles.yml <<'END'
shop:
  outputs:
    dev: {type: sqlite, path: "{{ env_var('DBT_ENV_SECRET_FILE') }}.db", schema: main}
  target: dev
END
    DBT_ENV_SECRET_FILE=hunter2
    DBT_ENV_SECRET_EMPTY=
    export DBT_ENV_SECRET_FILE DBT_ENV_SECRET_EMPTY
    run cdbt run --log-level-file debug
    expect_exit 1
    expect_output_has 'it is *****' '*****!' '*****.db'
    expect_output_lacks hunter2
    expect_file_lacks logs/dbt.log hunter2
    expect_file_has logs/dbt.log '*****'
    run cdbt run --log-format json
    expect_output_has '*****'
    expect_output_lacks hunter2
    run cdbt run --log-format-file json
    expect_file_lacks logs/dbt.log hunter2
    run cdbt ls
    expect_stdout_line shop.a
    # One that JSON writes in another way.
    DBT_ENV_SECRET_FILE='hun"ter\2'
    printf '{%% do log("it is hun\\x22ter\\x5c2", info=True) %%}select 1 as id\n' >models/a.sql
    run cdbt run
    expect_output_has 'it is *****'
    run cdbt run --log-format json --log-format-file json
    expect_output_has 'it is *****'
    expect_output_lacks 'hun\"ter'
    expect_file_lacks logs/dbt.log 'hun\"ter'
}

run_tests
