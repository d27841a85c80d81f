#!/bin/sh
# Contracts: checked before anything is written; constraints are real ones in the database.
. "${ROOT:-.}/tests/lib.sh"

shop() {
    empty_shop
    put models/parent.sql <<'END'
<< config(materialized='table') >>
select 1 as id, 'a' as name union all select 2, 'b'
END
    put models/child.sql <<'END'
<< config(materialized='table') >>
select 10 as cid, 2 as pid, '007' as label, cast(2.5 as real) as amount, count(*) as n from << ref('parent') >>
END
    put models/view.sql <<'END'
select label, cid from << ref('child') >>
END
    put models/s.yml <<'END'
models:
  - name: parent
    config: {contract: {enforced: true}}
    columns:
      - {name: id, data_type: integer, constraints: [{type: primary_key}, {type: check, expression: id > 0}]}
      - {name: name, data_type: text, constraints: [{type: not_null}, {type: unique}]}
  - name: child
    config: {contract: {enforced: true}}
    constraints:
      - {type: foreign_key, columns: [pid], to: ref('parent'), to_columns: [id]}
      - {type: check, expression: "amount > 1", name: enough}
    columns:
      - {name: cid, data_type: int, constraints: [{type: custom, expression: "check (cid > 5)"}]}
      - {name: pid, data_type: integer}
      - {name: label, data_type: string}
      - {name: amount, data_type: double}
      - {name: n, data_type: bigint}
  - name: view
    config: {contract: {enforced: true}}
    columns: [{name: cid, data_type: int}, {name: label, data_type: text}]
END
}

test_constraints_stand_in_the_database() {
    shop
    run cdbt build
    expect_exit 0
    expect_sql shop.db "select group_concat(name || ' ' || type || ' ' || \"notnull\" || pk) from pragma_table_info('parent')" \
        'id INT 11,name TEXT 10'
    expect_sql shop.db "select \"table\", \"from\", \"to\" from pragma_foreign_key_list('child')" 'parent|pid|id'
    expect_sql shop.db 'select * from child' '10|2|007|2.5|2'
    run sqlite3 shop.db 'insert into child (cid) values (1)'
    expect_output_has 'CHECK constraint failed: cid > 5'
}

test_each_constraint_stops_the_model_and_keeps_what_was_there() {
    shop
    cdbt build -q
    sqlite3 shop.db .dump >before
    for change in 's/2 as pid/7 as pid/|FOREIGN KEY constraint failed' 's/2.5 as real/0.5 as real/|CHECK constraint failed: enough' \
        's/10 as cid/3 as cid/|CHECK constraint failed: cid > 5'; do
        cp models/child.sql kept
        sed -i "${change%|*}" models/child.sql
        run cdbt run --select child
        expect_exit 1
        expect_output_has "${change#*|}"
        cp kept models/child.sql
        sqlite3 shop.db .dump >after
        expect_same before after
    done
    for change in "s/2, 'b'/2, null/|NOT NULL constraint failed: parent.name" "s/2, 'b'/1, 'b'/|UNIQUE constraint failed: parent.id" \
        "s/2, 'b'/2, 'a'/|UNIQUE constraint failed: parent.name" "s/2, 'b'/0, 'b'/|CHECK constraint failed: id > 0"; do
        cp models/parent.sql kept
        sed -i "${change%|*}" models/parent.sql
        run cdbt run --select parent
        expect_exit 1
        expect_output_has "${change#*|}"
        cp kept models/parent.sql
        sqlite3 shop.db .dump >after
        expect_same before after
    done
}

test_a_primary_key_takes_no_nulls() {
    shop
    for key in 'columns: [{name: id, data_type: integer, constraints: [{type: primary_key}]}, {name: name, data_type: text}]' \
        'constraints: [{type: primary_key, columns: [id]}], columns: [{name: id, data_type: integer}, {name: name, data_type: text}]'; do
        printf 'models: [{name: parent, config: {contract: {enforced: true}}, %s}]\n' "$key" >models/s.yml
        sed -i "s/select .* as id, 'a'/select 1 as id, 'a'/" models/parent.sql
        cdbt run -q --select parent
        sed -i "s/select 1 as id, 'a'/select cast(null as integer) as id, 'a'/" models/parent.sql
        run cdbt run --select parent
        expect_exit 1
        expect_output_has 'NOT NULL constraint failed: parent.id'
        expect_sql shop.db 'select group_concat(id) from parent' '1,2'
    done
}

test_a_contract_is_checked_before_anything_is_written() {
    shop
    sed -i 's/name: n, data_type: bigint/name: nn, data_type: bigint/; s/data_type: double/data_type: int/' models/s.yml
    sed -i 's/label, data_type: text/label, data_type: text}, {name: more/' models/s.yml
    run cdbt build
    expect_exit 1
    put wanted <<'END'
  | column_name | definition_type | contract_type | mismatch_reason       |
  | amount      | REAL            | int           | data type mismatch    |
  | n           | INTEGER         |               | missing in contract   |
  | nn          |                 | bigint        | missing in definition |
  --> models/s.yml:16:16
END
    sed -n '/column_name/,/-->/p' "$OUT" >shown
    expect_same wanted shown
    expect_output_has "the contract's column 'more' has no data_type" '--> models/s.yml:20:83' 'nothing was written'
    expect_no_file shop.db
}

test_types_of_literals_casts_columns_and_counts_are_known() {
    shop
    sed -i 's/label, data_type: string/label, data_type: int/; s/data_type: bigint/data_type: text/; s/name: cid, data_type: int/name: cid, data_type: text/' models/s.yml
    run cdbt build
    expect_exit 1
    expect_output_has '| label       | TEXT            | int ' '| n           | INTEGER         | text ' \
        '| cid         | INTEGER         | text '
}

test_without_the_check_the_database_is_asked_at_the_models_turn() {
    shop
    sed -i 's/name: n, data_type: bigint/name: nn, data_type: bigint/' models/s.yml
    run cdbt build --no-check
    expect_exit 1
    expect_output_has 'contract-failed' 'missing in definition' 'OK     table model parent'
}

test_incremental_models_keep_to_their_contract() {
    shop
    put models/inc.sql <<'END'
<< config(materialized='incremental') >>
select cid, pid from << ref('child') >>
END
    cat >>models/s.yml <<'END'
  - name: inc
    config: {contract: {enforced: true}}
    columns: [{name: cid, data_type: int}, {name: pid, data_type: int}]
    constraints: [{type: foreign_key, columns: [pid], expression: 'parent (id)'}]
END
    run cdbt build
    expect_exit 2
    expect_output_has "on_schema_change cannot be 'ignore'" 'append_new_columns or fail'
    sed -i "s/='incremental'/='incremental', on_schema_change='fail'/" models/inc.sql
    cdbt build -q
    expect_sql shop.db 'select count(*) from inc' 1
    sed -i "s/cid, pid/cid, 9 as pid/" models/inc.sql
    run cdbt run --select inc
    expect_exit 1
    expect_output_has 'FOREIGN KEY constraint failed'
    expect_sql shop.db 'select count(*) from inc' 1
}

test_a_quoted_name_that_is_no_column_is_warned_about() {
    shop
    printf 'select cid,\n  "activ" as state from << ref("child") >>\n' >models/view.sql
    printf 'models: []\n' >models/s.yml
    run cdbt run
    expect_exit 0
    expect_output_has 'warning[quoted-string]' '"activ" is no column here' '--> models/view.sql:2:3' "write 'activ' for a string"
}

test_constraints_of_a_view_are_warned_about() {
    printf 'name: shop\n' >dbt_project.yml
    put models/v.sql <<'END'
select 1 as id
END
    put models/s.yml <<'END'
models:
  - name: v
    config: {contract: {enforced: true}}
    columns:
      - name: id
        data_type: integer
        constraints: [{type: not_null}, {type: unique}]
END
    run cdbt run
    expect_exit 0
    expect_stderr_has "warning[constraint-ignored]: 'v' is built as a view: its constraints are left out" 'models/s.yml:5:'
    [ "$(grep -c 'constraint-ignored' "$ERR")" = 1 ] || fail 'said more than once'
    sed -i.bak 's/not_null}/not_null, warn_unsupported: false}/; s/unique}/unique, warn_unsupported: false}/' models/s.yml
    run cdbt run
    expect_exit 0
    expect_output_lacks 'constraint-ignored'
    sed -i.bak 's/, warn_unsupported: false//; s/contract: /materialized: table, contract: /' models/s.yml
    run cdbt run
    expect_exit 0
    expect_output_lacks 'constraint-ignored'
}

run_tests
