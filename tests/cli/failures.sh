#!/bin/sh
# Failed data tests: how many rows, the first of them, where the test is, how to see the rest; and the report for CI.
. "${ROOT:-.}/tests/lib.sh"

shop() {
    empty_shop
    put models/orders.sql <<'END'
with recursive n as (select 1 as id union all select id + 1 from n where id < 12)
select id, case when id > 3 then null else 'c' || id end as customer, 'a<b & "c"' as note from n
END
    put models/s.yml <<'END'
models:
  - name: orders
    columns:
      - name: id
        data_tests: [unique]
      - name: customer
        data_tests:
          - not_null
          - not_null:
              name: warned
              config: {severity: warn, where: "id > 10"}
END
    put tests/late.sql <<'END'
select id, note from << ref('orders') >> where id = 12
END
}

test_the_first_rows_are_shown() {
    shop
    run cdbt build
    expect_exit 1
    expect_output_has '9 rows of orders failed the test' '--> models/s.yml:8:13' '  | id | customer | note      |' \
        '  |  8 |          | a<b & "c" |' '(the first 5 of them)' \
        'cdbt test --show-failures -1 --select not_null_orders_customer' 'the query is in target/compiled/shop/models/s.yml/not_null_orders_customer.sql' \
        "the test 'late' found 1 row" '  | 12 | a<b & "c" |' 'Warning in test warned'
    expect_output_lacks '  |  9 |          |'
    run cdbt test --show-failures -1 --select not_null_orders_customer
    expect_output_has '| 12 |' '|  9 |'
}

test_more_rows_or_none() {
    shop
    cdbt run -q
    run cdbt test --show-failures 7
    expect_output_has '  | 10 |          |' '(the first 7 of them)'
    run cdbt test --show-failures -1
    expect_output_has '  | 12 |          |'
    expect_output_lacks 'the first'
    run cdbt test --show-failures 0
    expect_exit 1
    expect_output_lacks '| id |'
    expect_output_has '9 rows of orders failed'
    run cdbt test --show-failures x
    expect_exit 2
    expect_output_has '--show-failures takes a whole number'
}

test_rows_that_are_stored_are_named() {
    shop
    run cdbt build --store-failures
    expect_exit 1
    expect_output_has 'they are kept: select * from "dbt_test__audit__not_null_orders_customer"' '  |  8 |          | a<b & "c" |'
    expect_sql shop.db 'select count(*) from dbt_test__audit__not_null_orders_customer' 9
}

test_a_report_for_ci() {
    shop
    printf '<< config(materialized="table") >> select nothing from << ref("solo") >>\n' >models/broken.sql
    printf 'select 1 as n\n' >models/solo.sql
    printf 'select 1 as n\n' >models/other.sql
    printf 'select * from << ref("orders") >>\n' >models/above.sql
    cat >>models/s.yml <<'END'
unit_tests:
  - name: adds
    model: other
    given: []
    expect: {rows: [{n: 2}]}
END
    run cdbt build --no-check --junit out/report.xml
    expect_exit 1
    python3 - <<'END' >found.txt
import xml.etree.ElementTree as ET
root = ET.parse("out/report.xml").getroot()
assert root.tag == "testsuites" and set(root.attrib) == {"name", "tests", "failures", "errors", "skipped", "time"}, root.attrib
print(root.get("name"), *(f"{k}={root.get(k)}" for k in ("tests", "failures", "errors", "skipped")))
total = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
for suite in root:
    assert suite.tag == "testsuite" and "timestamp" in suite.attrib and float(suite.get("time")) >= 0
    cases = list(suite)
    found = {"tests": len(cases), "failures": len(suite.findall("testcase/failure")), "errors": len(suite.findall("testcase/error")),
             "skipped": len(suite.findall("testcase/skipped"))}
    for key, n in found.items():
        assert int(suite.get(key)) == n, (suite.attrib, found)
        total[key] += n
    for case in cases:
        assert case.tag == "testcase" and case.get("name") and case.get("classname") and float(case.get("time")) >= 0
        assert case.get("file").startswith(("models/", "tests/")) and int(case.get("line")) > 0
        kind = [child.tag + (":" + child.get("type") if child.get("type") else "") for child in case]
        print(suite.get("name"), case.get("classname"), case.get("name"), *kind)
        for child in case.findall("failure"):
            assert child.get("message") and child.text
assert all(int(root.get(k)) == n for k, n in total.items()), total
END
    put wanted <<'END'
build tests=10 failures=3 errors=1 skipped=2
models shop above skipped
models shop broken error:database-error
models shop orders
models shop other skipped
models shop solo
data tests shop late failure:test-failed
data tests shop not_null_orders_customer failure:test-failed
data tests shop unique_orders_id
data tests shop warned system-out
unit tests shop.other adds failure:test-failed
END
    { head -1 found.txt; tail -n +2 found.txt | sort | grep '^models'; tail -n +2 found.txt | sort | grep '^data'; tail -n +2 found.txt | grep '^unit'; } >sorted
    expect_same wanted sorted
    run cdbt test --junit /proc/no/such/report.xml
    expect_exit 2
    expect_output_has 'cannot write /proc/no/such/report.xml'
}

test_a_hook_that_fails_is_shown_where_it_is_written() {
    mkdir -p hooks/models
    cd hooks
    put dbt_project.yml <<'END'
name: shop
models:
  +pre-hook:
    - "select 1"
    - sql: "insert into nowhere values ('{{ this.name }}')"
      transaction: true
on-run-start:
  - select 1
END
    put models/a.sql <<'END'
select 1 as id
END
    run cdbt run
    expect_exit 1
    expect_output_has 'no such table: nowhere' '--> dbt_project.yml:5:25'
    expect_output_lacks 'rendered text'
    put models/schema.yml <<'END'
models:
  - name: a
    config:
      post_hook: "{{ nosuch() }}"
END
    printf 'name: shop\n' >dbt_project.yml
    run cdbt run
    expect_exit 1
    expect_output_has '--> models/schema.yml:4:22'
    rm models/schema.yml
    printf 'name: shop\non-run-end:\n  - select 1\n  - "{{ nosuch() }}"\n' >dbt_project.yml
    run cdbt run
    expect_exit 1
    expect_output_has '--> dbt_project.yml:4:9'
}

run_tests
