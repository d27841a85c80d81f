#!/bin/sh
# Mistakes that no database finds: descriptions at the wrong place, tests of columns that are not there, what nothing uses.
. "${ROOT:-.}/tests/lib.sh"

shop() {
    put dbt_project.yml <<'END'
name: shop
END
    put models/orders.sql <<'END'
select 1 as id, 2 as amount
END
    put seeds/countries.csv <<'END'
code
de
END
}

test_a_description_below_the_wrong_key() {
    shop
    put models/s.yml <<'END'
models:
  - name: countries
    description: is a seed
  - name: ordres
    description: misspelt
seeds:
  - {name: orders, description: is a model}
END
    run cdbt parse
    expect_exit 0
    expect_stderr_has "warning[patch-wrong-kind]: 'countries' is a seed, but it is described below \`models:\`" '--> models/s.yml:2:11' \
        'move the description below `seeds:`' "'orders' is a model, but it is described below \`seeds:\`" \
        "warning[patch-unused]: 'ordres' is described here, but there is no such model" "did you mean 'orders'?"
    run cdbt parse --warn-error-options '{error: [WrongResourceSchemaFile]}'
    expect_exit 2
}

test_a_test_of_a_column_that_is_not_there() {
    shop
    put models/s.yml <<'END'
models:
  - name: orders
    columns:
      - {name: ID, data_tests: [unique]}
      - name: amont
        data_tests: [not_null, unique]
      - {name: amount + 1, data_tests: [not_null]}
seeds:
  - name: countries
    columns: [{name: kode, data_tests: [not_null]}]
END
    run cdbt build
    expect_exit 1
    expect_stdout_has "warning[column-missing]: the model 'orders' has no column 'amont', which is to be tested" '--> models/s.yml:5:15' \
        "did you mean 'amount'?" "the seed 'countries' has no column 'kode'" "did you mean 'code'?"
    expect_equal 2 "$(grep -c column-missing "$OUT")"
    rm shop.db
    run cdbt build --warn-error-options '{error: [column-missing]}'
    expect_exit 1
    expect_stdout_has 'error[column-missing]'
    expect_sql shop.db 'select count(*) from sqlite_schema' 0
}

test_what_nothing_uses() {
    shop
    put models/reads.sql <<'END'
select << cents('x') >> from << source('raw', 'read') >>
END
    put models/s.yml <<'END'
sources:
  - name: raw
    tables: [{name: read}, {name: tested, columns: [{name: id, data_tests: [unique]}]}]
END
    put macros/m.sql <<'END'
<% macro cents(c) %><< inner(c) >><% endmacro %>
<% macro inner(c) %><< c >> * 100<% endmacro %>
<% macro lonely() %>1<% endmacro %>
<% macro default__variant() %>1<% endmacro %>
<% macro generate_schema_name(name, node) %><< name or target.schema >><% endmacro %>
<% test never(model) %>select 1 from << model >><% endtest %>
END
    run cdbt parse
    expect_exit 0
    expect_stderr_empty
    run cdbt parse --debug
    expect_exit 0
    expect_stderr_has "info[source-unused]: nothing reads the source 'raw.tested'" '--> models/s.yml:3:' \
        "info[macro-unused]: no node calls the macro 'lonely'" '--> macros/m.sql:3:1' "no node has the generic test 'never'"
    expect_stderr_lacks "'cents'" "'inner'" variant generate_schema_name "'raw.read'"
    run cdbt parse --warn-error-options '{error: all}'
    expect_exit 0
    run cdbt parse --warn-error-options '{error: [macro-unused]}'
    expect_exit 2
    expect_stderr_has "error[macro-unused]: no node calls the macro 'lonely'"
    expect_stderr_lacks 'source-unused'
}

test_one_mistake_in_an_argument_is_told_once() {
    shop
    put macros/t.sql <<'END'
<% test mine(model, column_name, q) %>select 1 from << model >> where false<% endtest %>
END
    put models/s.yml <<'END'
models:
  - name: orders
    columns: [{name: id, data_tests: [{mine: {arguments: {q: "<< nope() >>"}}}]}]
END
    run cdbt build
    expect_exit 1
    expect_output_has "'nope' is undefined"
    expect_output_lacks _dbt_generic_test_kwargs
}

# As in dbt: tests that need a disabled source are switched off, with a warning for each.
test_tests_of_a_disabled_source() {
    empty_shop
    put models/a.sql <<'END'
select 1 as id
END
    put models/s.yml <<'END'
sources:
  - name: raw
    schema: main
    tables:
      - name: t
        config: {enabled: false}
        columns: [{name: id, data_tests: [not_null]}]
models:
  - name: a
    columns:
      - name: id
        data_tests:
          - relationships: {arguments: {to: "source('raw', 't')", field: id}}
END
    run cdbt parse
    expect_exit 0
    expect_stderr_has "warning[test-target-missing]: the test 'relationships_a_id__id__source_raw_t_' is switched off: the source raw.t is disabled" \
        "warning[test-target-missing]: the test 'source_not_null_raw_t_id' is switched off: the source raw.t is disabled"
    run cdbt ls
    expect_stdout_line shop.a
    expect_stdout_lacks not_null relationships
}

run_tests
