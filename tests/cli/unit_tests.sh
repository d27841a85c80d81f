#!/bin/sh
# Unit tests: what they find, how they say it, and what they keep from being built. Nothing is built in most of these: the
# columns of what is given are known without.
. "${ROOT:-.}/tests/lib.sh"

orders() {
    empty_shop
    put models/src.sql <<'END'
select 1 as id, 'a' as name, 2.5 as amount, '2024-01-01' as day
END
    put models/agg.sql <<'END'
select name, sum(amount) as total, count(*) as n, max(day) as day from << ref('src') >> group by 1
END
    put models/top.sql <<'END'
select total from << ref('agg') >>
END
}

# The unit tests of models/s.yml, on standard input.
unit_tests() {
    { echo 'unit_tests:'; cat; } >models/s.yml
}

result() {
    python3 - "$@" <<'END'
import json, sys
for r in json.load(open("target/run_results.json"))["results"]:
    if r["unique_id"] == sys.argv[1]:
        print(r[sys.argv[2]])
END
}

test_rows_that_are_as_expected_pass() {
    orders
    unit_tests <<'END'
  - name: sums
    model: agg
    given:
      - input: ref('src')
        rows:
          - {name: ann, amount: 2}
          - {name: bob, amount: 1.5, day: 2024-01-02}
          - {name: ann, amount: 3}
    expect:
      rows:
        - {n: 1, NAME: bob, total: 1.5, day: 2024-01-02}
        - {name: ann, total: 5, n: 2, day: null}
  - name: nothing
    model: agg
    given: [{input: ref('src'), rows: []}]
    expect: {rows: []}
END
    run cdbt test
    expect_exit 0
    expect_output_has 'PASS   unit test agg::sums' 'PASS   unit test agg::nothing' 'PASS=2'
    [ ! -e shop.db ] || fail 'the test made a database'
    [ "$(result unit_test.shop.agg.sums status)" = pass ] || fail 'the result is not kept'
    [ "$(result unit_test.shop.agg.sums failures)" = 0 ] || fail 'a number of failures other than 0'
}

test_a_difference_is_shown_cell_by_cell() {
    orders
    unit_tests <<'END'
  - name: sums
    model: agg
    given:
      - input: ref('src')
        rows:
          - {name: ann, amount: 2}
          - {name: ann, amount: 3}
          - {name: bob, amount: 1}
          - {name: ' dan', amount: 1}
          - {name: '', amount: 1}
    expect:
      rows:
        - {name: ann, total: 60, n: 2}
        - {name: bob, total: 1, n: 1}
        - {name: carl, total: 12, n: 7}
        - {name: null, total: 13, n: 8}
END
    run cdbt test
    expect_exit 1
    put wanted <<'END'
  actual differs from expected: 5 rows, 1 is as expected

            name    total  n
  expected  ann     60     2
  actual    ann     5      2
                    ^^
  missing   null    13     8
  missing   carl    12     7
  surplus   ''      1      1
  surplus   ' dan'  1      1
END
    sed -n '/actual differs/,/dan/p' "$OUT" >shown
    expect_same wanted shown
    expect_output_has 'Failure in unit test sums (models/s.yml)' '--> models/s.yml:2:11' 'FAIL 1'
    [ "$(result unit_test.shop.agg.sums failures)" = 1 ] || fail 'the failure is not counted'
    case $(result unit_test.shop.agg.sums message) in *'actual differs from expected'*) ;; *) fail 'no message' ;; esac
}

test_a_failure_keeps_the_model_and_all_below_it_from_being_built() {
    orders
    unit_tests <<'END'
  - name: sums
    model: agg
    given: [{input: ref('src'), rows: []}]
    expect: {rows: [{n: 1}]}
  - name: tops
    model: top
    given: [{input: ref('agg'), rows: [{total: 1}]}]
    expect: {rows: [{total: 1}]}
END
    run cdbt build --threads 2
    expect_exit 1
    expect_output_has 'OK     view model src' 'FAIL   unit test agg::sums' 'SKIP   view model agg' 'SKIP   unit test top::tops' \
        'SKIP   view model top'
    [ "$(sqlite3 shop.db 'select group_concat(name) from sqlite_master')" = src ] || fail 'something else was built'
    sed -i 's/n: 1/n: 0/; s/rows: \[{n: 0}\]/rows: []/' models/s.yml
    run cdbt build
    expect_exit 0
    expect_output_has 'PASS=5'
}

test_unit_tests_run_before_their_model_and_after_its_parents() {
    orders
    unit_tests <<'END'
  - name: sums
    model: agg
    given: [{input: ref('src'), rows: []}]
    expect: {rows: []}
END
    run cdbt build --threads 1
    expect_exit 0
    grep -o '[a-z:]* \.\.' "$OUT" | sed 's/ .*//' >order
    printf 'src\nagg::sums\nagg\ntop\n' >wanted
    expect_same wanted order
}

test_columns_that_are_not_there_are_named() {
    orders
    unit_tests <<'END'
  - name: given
    model: agg
    given:
      - input: ref('src')
        format: csv
        rows: |
          name,amout
          ann,1
    expect: {rows: []}
  - name: expected
    model: agg
    given: [{input: ref('src'), rows: []}]
    expect: {rows: [{totl: 3}]}
END
    run cdbt test
    expect_exit 1
    expect_output_has "model 'src' has no column 'amout'" '--> models/s.yml:8:16' "did you mean 'amount'?" \
        "model 'agg' has no column 'totl'" '--> models/s.yml:14:22' "did you mean 'total'?" 'in the expected rows of the unit test'
}

test_an_input_that_is_not_given_is_named() {
    orders
    unit_tests <<'END'
  - name: nothing_given
    model: agg
    given: []
    expect: {rows: []}
END
    run cdbt test
    expect_exit 1
    expect_output_has "gives no rows for ref('src')" '--> models/agg.sql:1:75' "- input: ref('src')" 'models/s.yml:2:11'
}

test_ephemeral_inputs_sources_seeds_and_numbers_in_csv() {
    orders
    put models/eph.sql <<'END'
<< config(materialized='ephemeral') >> select id, name from << ref('src') >>
END
    put seeds/rates.csv <<'END'
id,rate
1,3
2,
END
    put models/all.sql <<'END'
select e.id, e.name, r.rate, o.code from << ref('eph') >> e
join << ref('rates') >> r on r.id = e.id join << source('raw', 'codes') >> o on o.id = e.id
END
    put models/raw.yml <<'END'
sources: [{name: raw, schema: main, tables: [{name: codes, columns: [{name: id}, {name: code, data_type: text}]}]}]
END
    unit_tests <<'END'
  - name: everything
    model: all
    given:
      - input: ref('eph')
        format: csv
        rows: |
          id,name
          2,007
          10,"x, y"
          1,
      - input: ref('rates')
      - input: source('raw', 'codes')
        rows: [{id: 1, code: 5}, {id: 2}]
    expect:
      format: csv
      rows: |
        id,name,rate,code
        2,007,,
        1,,3,5
END
    run cdbt test
    expect_exit 0
    expect_output_has 'PASS   unit test all::everything'
}

test_incremental_model_with_rows_of_its_own_and_overrides() {
    orders
    put macros/m.sql <<'END'
<% macro money(x) %><< x >> * 100<% endmacro %>
END
    put models/inc.sql <<'END'
<< config(materialized='incremental') >>
select id, << money('amount') >> as money, << var('rate', 1) >> as rate, '<< env_var("REGION", "eu") >>' as region,
  '<< target.name >>' as target
from << ref('src') >>
<% if is_incremental() %> where id > (select max(id) from << this >>) <% endif %>
END
    unit_tests <<'END'
  - name: later
    model: inc
    overrides:
      macros: {is_incremental: true, money: 7}
      vars: {rate: 3}
      env_vars: {REGION: us}
    given:
      - {input: ref('src'), rows: [{id: 1}, {id: 2}, {id: 3}]}
      - {input: this, format: sql, rows: 'select 2 as id'}
    expect: {rows: [{id: 3, money: 7, rate: 3, region: us}]}
  - name: first
    model: inc
    overrides: {macros: {is_incremental: false, shop.money: 9}}
    given: [{input: ref('src'), rows: [{id: 1, amount: 2}]}]
    expect: {rows: [{id: 1, money: 200, rate: 1, region: eu}]}
END
    run cdbt test
    expect_exit 0
    expect_output_has 'PASS=2'
    run cdbt build
    expect_exit 0
}

test_a_model_that_reads_its_own_table_must_be_given_it() {
    orders
    put models/own.sql <<'END'
select 1 as id <% if false %> << is_incremental() >> <% endif %> union all select id from << this >>
END
    unit_tests <<'END'
  - name: own
    model: own
    given: []
    overrides: {macros: {is_incremental: false}}
    expect: {rows: []}
END
    run cdbt test
    expect_exit 1
    expect_output_has 'reads its own table' '- input: this'
}

test_the_materialization_can_be_overridden() {
    orders
    unit_tests <<'END'
  - name: sums
    model: agg
    given: [{input: ref('src'), rows: []}]
    expect: {rows: [{n: 1}]}
END
    put macros/unit.sql <<'END'
{% macro sqlite__get_unit_test_sql(main_sql, expected, names) %}
select 1 as n, 'actual' as actual_or_expected union all select 1, 'expected'
{% endmacro %}
END
    run cdbt test
    expect_exit 0
    expect_output_has 'PASS   unit test agg::sums'
}

test_the_database_gives_the_types_where_there_is_one() {
    orders
    put models/typed.sql <<'END'
<< config(materialized='table') >> select cast(id as integer) as id, cast(name as text) as name from << ref('src') >>
END
    put models/reader.sql <<'END'
select id, typeof(name) as kind, name from << ref('typed') >> where name = '5'
END
    unit_tests <<'END'
  - name: types
    model: reader
    given: [{input: ref('typed'), rows: [{id: 1, name: 5}]}]
    expect: {rows: [{id: 1, kind: text, name: '5'}]}
END
    cdbt run -q
    run cdbt test
    expect_exit 0
}

# As dbt has it, a csv of nothing is no rows: it needs no header.
test_a_csv_of_nothing_is_no_rows() {
    orders
    put models/counted.sql <<'END'
select name, count(*) as n from << ref('src') >> group by name
END
    unit_tests <<'END'
  - name: nothing_in
    model: counted
    given:
      - {input: ref('src'), format: csv, rows: ""}
    expect: {format: csv, rows: "\n\n"}
  - name: nothing_expected
    model: counted
    given:
      - {input: ref('src'), format: csv, rows: "id,name\n1,a\n"}
    expect: {format: csv, rows: ""}
END
    run cdbt test
    expect_exit 1
    expect_output_has 'PASS   unit test counted::nothing_in' 'counted::nothing_expected' surplus
}

run_tests
