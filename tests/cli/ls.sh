#!/bin/sh
# ls: what a selection selects. It opens no database.
. "${ROOT:-.}/tests/lib.sh"

test_ls_prints_selectors_and_makes_no_database() {
    new_shop
    run cdbt ls
    expect_exit 0
    expect_stdout_line 'shop\.bronze\.stg_orders'
    expect_stdout_line 'shop\.gold\.customers'
    expect_stdout_line 'shop\.orders'
    expect_no_file shop.db
    expect_no_file target
}

test_forms_of_output() {
    new_shop
    run cdbt ls -s stg_orders --resource-type model --output name
    expect_equal stg_orders "$(cat "$OUT")"
    run cdbt ls -s stg_orders --resource-type model --output path
    expect_equal models/bronze/stg_orders.sql "$(cat "$OUT")"
    run cdbt ls -s stg_orders --resource-type model --output json --output-keys unique_id name
    expect_equal '{"unique_id": "model.shop.stg_orders", "name": "stg_orders"}' "$(cat "$OUT")"
    run cdbt ls --output selektor
    expect_exit 2
    expect_stderr_has "selector, name, path or json"
}

test_selection_with_descendants_and_exclusion() {
    new_shop
    run cdbt ls -s orders+ --exclude stg_orders --resource-type model seed --output name
    expect_equal "$(printf 'customers\norders')" "$(cat "$OUT")"
}

test_selection_of_nothing_warns_with_the_nearest_name() {
    new_shop
    run cdbt ls -s custmers
    expect_exit 0
    expect_stdout_empty
    expect_stderr_has 'warning[selection-empty]' "nothing matches 'custmers'" "did you mean 'customers'?"
}

test_unknown_method_is_refused() {
    new_shop
    run cdbt ls -s tga:daily
    expect_exit 2
    expect_stderr_has "'tga' is no selection method" "did you mean 'tag:'?"
}

test_selectors_of_yaml() {
    new_shop
    put selectors.yml <<'END'
selectors:
  - name: below
    definition: {method: fqn, value: orders, children: true, indirect_selection: empty}
  - name: both
    default: "<< (target.type == 'sqlite') | as_bool >>"
    definition:
      union:
        - {method: selector, value: below}
        - exclude: [stg_orders]
END
    run cdbt ls --output name --resource-type model seed
    expect_equal "$(printf 'customers\norders')" "$(cat "$OUT")"
    run cdbt ls --selector below --output name --resource-type model seed
    expect_equal "$(printf 'customers\nstg_orders\norders')" "$(cat "$OUT")"
    run cdbt ls -s selector:below,customers --output name --resource-type model --indirect-selection empty
    expect_equal customers "$(cat "$OUT")"
    run cdbt ls --selector belw
    expect_exit 2
    expect_stderr_has "there is no selector 'belw'" "did you mean 'below'?"
    run cdbt ls --selector below -s orders
    expect_exit 2
    expect_stderr_has '--selector cannot be combined with --select'
}

test_selectors_that_are_wrong() {
    new_shop
    put selectors.yml <<'END'
selectors:
  - name: one
    definition: {method: tga, value: x}
  - name: two
    definition: {union: [orders], exclude: [x]}
  - name: three
    definition: {method: selector, value: tow}
  - {name: four}
  - name: five
    definition: {union: orders}
  - name: six
    default: perhaps
    definition: orders
  - name: seven
    definition: {method: fqn, value: a, parents_depth: many}
END
    run cdbt ls
    expect_exit 2
    expect_stderr_has "'tga' is no selection method" "did you mean 'tag:'?" "there can be no other key" \
        "there is no selector 'tow' above this one" "a selector needs a 'definition'" "'union' must be a list" \
        "'default' must be true or false" "'parents_depth' must be a number of steps" 'selectors.yml:3'
}

test_a_selector_that_can_select_nothing_is_refused_when_it_is_used() {
    new_shop
    put selectors.yml <<'END'
selectors:
  - name: wrong
    definition: {union: [orders, {resource_type: tables}]}
  - name: right
    definition: {method: fqn, value: customers, parents: true, parents_depth: 0}
END
    run cdbt ls --selector right --output name --resource-type model seed
    expect_exit 0
    expect_equal "$(printf 'customers\nstg_orders\norders')" "$(cat "$OUT")"
    expect_stderr_has 'warning[selectors-unclear]' "'tables' is no resource_type" \
        "'parents_depth: 0' means no limit, as in dbt" "leave out 'parents' to take none"
    run cdbt ls --selector wrong
    expect_exit 2
    expect_stderr_has 'error[selection-invalid]' "'tables' is no resource_type" 'selectors.yml:3'
}

test_a_criterion_without_a_value_is_refused() {
    new_shop
    run cdbt ls -s tag:
    expect_exit 2
    expect_stderr_has "'tag:' is followed by nothing"
    run cdbt ls -s orders,
    expect_exit 2
    expect_stderr_has 'there is no name to select by'
    run cdbt ls -s 'path:mod**'
    expect_exit 2
    expect_stderr_has "'**' beside other characters" 'path:models/**/stg_*'
}

test_state_is_compared() {
    new_shop
    run cdbt ls -s state:modified
    expect_exit 2
    expect_stderr_has "'state:' needs an earlier state to compare with" '--state'
    cdbt parse >/dev/null
    mv target before
    run cdbt ls -s state:modified --state before --output name
    expect_exit 0
    expect_stdout_empty
    echo 'select 1 as fresh' >models/gold/fresh.sql
    echo '-- changed' >>models/gold/customers.sql
    run cdbt ls -s state:modified --state before --output name --resource-type model
    expect_equal "$(printf 'customers\nfresh')" "$(cat "$OUT")"
    run cdbt ls -s state:new --state before --output name
    expect_equal fresh "$(cat "$OUT")"
    run cdbt ls -s state:modfied --state before
    expect_exit 2
    expect_stderr_has "did you mean 'state:modified'?"
    run cdbt ls -s result:error --state before
    expect_exit 2
    expect_stderr_has "'result:' needs run_results.json, and the state has none"
    run cdbt ls -s state:new --state nowhere
    expect_exit 2
    expect_stderr_has "there is no folder './nowhere'"
    head -c 3000 before/manifest.json >short.json && mv short.json before/manifest.json
    run cdbt ls -s state:new --state before
    expect_exit 2
    expect_stderr_has 'error[state-invalid]' 'before/manifest.json is not JSON that can be read'
    echo '{"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v99.json"}}' >before/manifest.json
    run cdbt ls -s state:new --state before
    expect_exit 2
    expect_stderr_has 'schema version 99; those from 4 to 12 can be read'
}

test_a_broken_contract_is_told() {
    new_shop
    echo 'select 1 as id, 2 as amount' >models/gold/promised.sql
    put models/gold/promised.yml <<'END'
models:
  - name: promised
    config: {contract: {enforced: true}, materialized: table}
    columns:
      - {name: id, data_type: int, constraints: [{type: not_null}]}
      - {name: amount, data_type: int}
END
    cdbt parse >/dev/null
    mv target before
    sed -i.bak -e '/amount/d' -e 's/, constraints.*/}/' models/gold/promised.yml
    run cdbt ls -s state:modified.contract --state before --output name
    expect_exit 0
    expect_equal promised "$(cat "$OUT")"
    expect_stderr_has 'warning[contract-changed]' 'the column amount was removed' \
        'the constraint not_null of column id was removed'
    rm models/gold/promised.sql models/gold/promised.yml
    run cdbt ls -s state:modified --state before
    expect_exit 0
    expect_stderr_has "the model 'promised' had an enforced contract and was deleted or renamed"
}

test_what_dbtignore_names_is_no_file_of_the_project() {
    cdbt init shop >/dev/null
    cd shop
    mkdir -p models/drafts
    echo 'select * from << ref("nowhere") >>' >models/drafts/bad.sql
    echo 'models: [' >models/drafts/bad.yml
    echo 'select 1 as id' >models/kept.draft.sql
    printf 'drafts/\n*.draft.sql\n!kept.draft.sql\n' >.dbtignore
    run cdbt ls --resource-type model --output name
    expect_exit 0
    expect_equal "customers kept.draft stg_orders" "$(sort "$OUT" | tr '\n' ' ' | sed 's/ $//')"
}

test_project_is_found_from_a_folder_below() {
    cdbt init shop >/dev/null
    cd shop/models/gold
    run cdbt ls -s customers --resource-type model --output name
    expect_exit 0
    expect_equal customers "$(cat "$OUT")"
}

run_tests
