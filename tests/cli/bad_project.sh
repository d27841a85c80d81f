#!/bin/sh
# Mistakes in a project: each has a message that says where and what to do, exit code 2, and no database is touched.
. "${ROOT:-.}/tests/lib.sh"

# A project of two models that builds; the tests break it.
# A node that cannot be compiled, found before any write: as in dbt a failed node, not a refused project.
expect_node_refused() {
    expect_exit 1
    expect_no_file shop.db
}

# What every refusal of a project has in common.
expect_refused() {
    expect_exit 2
    expect_no_file shop.db
    expect_no_file target/run
}

test_no_project_file() {
    run cdbt build
    expect_exit 2
    expect_stderr_has 'error[project-not-found]' 'cdbt init'
    run cdbt build --project-dir nowhere
    expect_exit 2
    expect_stderr_has "'nowhere' is not a folder"
}

test_broken_yaml_names_line_and_column() {
    new_shop
    printf 'models:\n  - name: stg_orders\n    description: "never closed\n' >models/schema.yml
    run cdbt build
    expect_refused
    expect_stderr_has 'error[yaml-syntax]' '--> models/schema.yml:3:'
}

test_tab_in_yaml() {
    new_shop
    printf 'models:\n\t- name: stg_orders\n' >models/schema.yml
    run cdbt build
    expect_refused
    expect_stderr_has 'error[yaml-syntax]' '--> models/schema.yml:2:1' 'tab'
}

test_unknown_ref_with_the_nearest_name() {
    new_shop
    printf 'select *\nfrom << ref("stg_ordres") >>\n' >models/gold/customers.sql
    run cdbt build
    expect_refused
    expect_stderr_has "error[ref-not-found]: there is no model, seed or snapshot 'stg_ordres'" \
        '--> models/gold/customers.sql:2:9' "did you mean 'stg_orders'?"
}

test_unknown_source_with_the_nearest_name() {
    new_shop
    printf 'sources:\n  - name: raw\n    tables: [{name: payments}]\n' >models/sources.yml
    printf "select * from << source('raw', 'payment') >>\n" >models/gold/pay.sql
    run cdbt build
    expect_refused
    expect_stderr_has 'error[source-not-found]' "did you mean source('raw', 'payments')?" 'models/gold/pay.sql:1:18'
}

test_cycle_is_printed_link_by_link() {
    new_shop
    printf 'select * from << ref("b") >>\n' >models/a.sql
    printf 'select * from << ref("c") >>\n' >models/b.sql
    printf 'select * from << ref("a") >>\n' >models/c.sql
    run cdbt build
    expect_refused
    expect_stderr_has 'error[node-cycle]' 'a depends on b, which depends on c, which depends on a' 'models/a.sql:1' \
        'models/b.sql:1' 'models/c.sql:1'
}

test_two_models_of_one_name() {
    new_shop
    cp models/gold/customers.sql models/bronze/customers.sql
    run cdbt build
    expect_refused
    expect_stderr_has "error[node-duplicate]: two models are named 'customers'" 'models/bronze/customers.sql' \
        'models/gold/customers.sql'
}

test_two_nodes_in_one_relation() {
    new_shop
    printf '<< config(alias="customers") >> select 1 as a\n' >models/gold/clients.sql
    run cdbt build
    expect_refused
    expect_stderr_has 'error[relation-duplicate]' "'clients'" "'customers'"
}

test_macro_with_too_many_arguments() {
    new_shop
    mkdir -p macros
    printf '<%% macro cents(column) %%>(<< column >> * 100)<%% endmacro %%>\n' >macros/cents.sql
    printf 'select << cents("amount", 2) >> as cents from << ref("stg_orders") >>\n' >models/gold/customers.sql
    run cdbt build
    expect_refused
    expect_stderr_has 'error[template-call]' "'cents'" 'models/gold/customers.sql:1:11'
}

test_unclosed_expression_offers_the_escape() {
    new_shop
    printf 'select 1 << 2 as shifted\n' >models/gold/shift.sql
    run cdbt build
    expect_refused
    expect_stderr_has 'error[template-syntax]' '--> models/gold/shift.sql:1:10' '\<<'
}

test_undefined_macro_with_the_nearest_name() {
    new_shop
    mkdir -p macros
    printf '<%% macro cents(column) %%>(<< column >> * 100)<%% endmacro %%>\n' >macros/cents.sql
    printf 'select << cent("amount") >> as cents from << ref("stg_orders") >>\n' >models/gold/customers.sql
    run cdbt build
    expect_node_refused
    expect_stdout_has 'error[template-undefined]' "'cent'" 'models/gold/customers.sql:1:11' "did you mean 'cents'?"
}

test_folder_named_as_a_model() {
    new_shop
    mkdir models/gold/more.sql
    run cdbt build
    expect_refused
    expect_stderr_has 'error[file-read]' "'models/gold/more.sql' is a folder"
}

test_unknown_materialization() {
    new_shop
    printf '<< config(materialized="tabel") >> select 1 as a\n' >models/gold/t.sql
    run cdbt parse
    expect_exit 0
    expect_stderr_has "warning[materialization-missing]: there is no materialization 'tabel'" "did you mean 'table'?"
    run cdbt build
    expect_exit 1
    expect_output_has "error[materialization-unknown]: there is no materialization 'tabel'" '--> models/gold/t.sql:1:1' 'nothing was written'
    # The rest of such a project can be built.
    run cdbt build --exclude t
    expect_exit 0
}

test_unknown_test() {
    new_shop
    printf 'models:\n  - name: customers\n    columns:\n      - name: customer\n        tests: [uniqe]\n' >models/schema.yml
    run cdbt parse
    expect_exit 0
    expect_stderr_has "warning[test-missing]: there is no generic test 'uniqe'" "did you mean 'unique'?" 'models/schema.yml:5:17'
    run cdbt build
    expect_exit 1
    expect_output_has "error[test-unknown]: there is no generic test 'uniqe'" 'models/schema.yml:5:17' 'run cdbt deps'
    run cdbt run
    expect_exit 0
}

test_missing_variable() {
    new_shop
    printf "select << var('start') >> as a\n" >models/gold/t.sql
    run cdbt build
    expect_node_refused
    expect_stdout_has 'error[var-not-found]' "'start'" 'models/gold/t.sql:1:11' '--vars'
}

test_errors_of_many_files_come_together() {
    new_shop
    printf 'select * from << ref("no_1") >>\n' >models/a.sql
    printf 'select << nope( >>\n' >models/b.sql
    printf 'models: [{name: 1, columns: yes}]\n' >models/c.yml
    run cdbt build
    expect_refused
    expect_stderr_has 'models/a.sql' 'models/b.sql' 'models/c.yml'
}

test_unknown_key_is_a_warning_with_the_nearest() {
    new_shop
    printf 'models:\n  - name: customers\n    descripton: typo\n' >models/schema.yml
    run cdbt parse
    expect_exit 0
    expect_stderr_has 'warning[yaml-unknown-key]' "'descripton'" 'description'
    run cdbt parse --warn-error
    expect_exit 2
}

test_described_but_missing_model_is_a_warning() {
    new_shop
    printf 'models:\n  - name: custommers\n    description: typo\n' >models/schema.yml
    run cdbt parse
    expect_exit 0
    expect_stderr_has 'warning[patch-unused]' "did you mean 'customers'?"
}

test_version_of_dbt_that_a_project_needs() {
    new_shop
    cp dbt_project.yml before.yml
    echo 'require-dbt-version: [">=1.0.0", "<2.0.0"]' >>dbt_project.yml
    run cdbt parse
    expect_exit 0
    expect_stderr_empty
    { cat before.yml; echo 'require-dbt-version: ">=1.0.0,<1.5.0"'; } >dbt_project.yml
    run cdbt build
    expect_refused
    expect_stderr_has "error[project-invalid]: 'shop' needs dbt <1.5.0, and cdbt does what dbt " '--> dbt_project.yml:' \
        'require-dbt-version' '--no-version-check'
    run cdbt parse --no-version-check
    expect_exit 0
    { cat before.yml; echo 'require-dbt-version: [">=one"]'; } >dbt_project.yml
    run cdbt parse
    expect_exit 2
    expect_stderr_has "'>=one' is no condition on dbt's version"
}

test_misspelt_config() {
    new_shop
    cat >models/gold/x.sql <<'END'
<< config(materialised='table', owner='me') >>
select 1 as n
END
    printf 'models:\n  - name: x\n    config: {shcema: y}\n' >models/gold/x.yml
    run cdbt parse
    expect_exit 0
    expect_stderr_has "warning[config-unknown]: 'materialised' is no config" '--> models/gold/x.sql:1:4' "did you mean 'materialized'?" \
        "'shcema' is no config" '--> models/gold/x.yml:3:14' "did you mean 'schema'?"
    expect_stderr_lacks owner\'
    # Where dbt_project.yml says another one, that stands: none takes nothing back.
    echo "<< config(materialized=table) >>select 1 as n" >models/y.sql
    run cdbt parse
    expect_exit 2
    expect_stderr_has "must be a string, not NoneType" "text stands in quotes: materialized='...'"
}

test_singular_test_that_fails_says_how_many_rows() {
    new_shop
    mkdir tests
    echo 'select 1 union all select 2' >tests/no_rows.sql
    run cdbt test -s no_rows
    expect_exit 1
    expect_stdout_has "error[test-failed]: the test 'no_rows' found 2 rows"
}

test_misspelt_setting_of_a_profile() {
    new_shop
    echo 'profile: shop' >>dbt_project.yml
    printf 'shop: {target: dev, outputs: {dev: {type: sqlite, path: shop.db, busy_timout: 5s}}}\n' >profiles.yml
    run cdbt parse
    expect_exit 0
    expect_stderr_has "warning[yaml-unknown-key]: 'busy_timout' is no key of a target of type sqlite" '--> profiles.yml:1:' \
        "did you mean 'busy_timeout'?"
}

test_incremental_strategy_is_refused_before_the_first_run() {
    new_shop
    put models/gold/grows.sql <<'END'
<< config(materialized='incremental', incremental_strategy='microbatch') >>
select 1 as n
END
    run cdbt run -s grows
    expect_exit 2
    expect_stderr_has "the microbatch model 'grows' needs the config 'begin'" "needs the config 'batch_size'" \
        "needs the config 'event_time'" '--> models/gold/grows.sql:1:1'
    put models/gold/grows.sql <<'END'
<< config(materialized='incremental', incremental_strategy='mrege') >>
select 1 as n
END
    run cdbt run -s grows
    expect_exit 1
    expect_stdout_has "there is no incremental strategy 'mrege'"
    expect_sql shop.db "select count(*) from sqlite_schema where name = 'grows'" 0
}

test_unknown_profile_and_target() {
    new_shop
    printf 'shop:\n  target: dev\n  outputs:\n    dev: {type: sqlite, path: x.db}\n' >profiles.yml
    printf 'profile: shopp\n' >>dbt_project.yml
    run cdbt build
    expect_refused
    expect_stderr_has "error[profile-invalid]: there is no profile 'shopp'" 'it has: shop' 'dbt_project.yml:'
    sed -i 's/shopp/shop/' dbt_project.yml
    run cdbt build --target prod
    expect_refused
    expect_stderr_has "there is no target 'prod'" 'it has: dev' 'command line:1:21'
}

test_vars_must_be_a_mapping() {
    new_shop
    run cdbt parse --vars '[a, b]'
    expect_refused
    expect_stderr_has '--vars must be a mapping'
}

test_a_profile_that_nothing_names_is_warned_about() {
    new_shop
    printf 'shop:\n  target: dev\n  outputs:\n    dev: {type: sqlite, path: other.db}\n' >profiles.yml
    run cdbt parse
    expect_exit 0
    expect_stderr_has 'warning[profile-unused]: profiles.yml is not used: dbt_project.yml names no profile' 'shop.db'
    printf 'profile: shop\n' >>dbt_project.yml
    run cdbt parse
    expect_exit 0
    ! grep -q profile-unused "$ERR" || fail 'warned about a profile that is used'
}

test_a_project_without_nodes_and_a_model_without_sql() {
    new_shop
    echo '-- nothing yet' >models/gold/later.sql
    run cdbt run
    expect_exit 1
    expect_stdout_has 'later has no SQL: nothing is left of it but comments' '--> models/gold/later.sql:1:1' 'write a select'
    rm -r models seeds
    run cdbt build
    expect_exit 0
    expect_stdout_has 'Found no models, seeds or tests' 'Nothing to do: the project is empty.'
}

run_tests
