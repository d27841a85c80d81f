#!/bin/sh
# ls: what a selection selects. It opens no database.
. "${ROOT:-.}/tests/lib.sh"

test_ls_prints_selectors_and_makes_no_database() {
    cdbt init shop >/dev/null
    cd shop
    run cdbt ls
    expect_exit 0
    expect_stdout_line 'shop\.bronze\.stg_orders'
    expect_stdout_line 'shop\.gold\.customers'
    expect_stdout_line 'shop\.orders'
    expect_no_file shop.db
    expect_no_file target
}

test_forms_of_output() {
    cdbt init shop >/dev/null
    cd shop
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
    cdbt init shop >/dev/null
    cd shop
    run cdbt ls -s orders+ --exclude stg_orders --resource-type model seed --output name
    expect_equal "$(printf 'customers\norders')" "$(cat "$OUT")"
}

test_selection_of_nothing_warns_with_the_nearest_name() {
    cdbt init shop >/dev/null
    cd shop
    run cdbt ls -s custmers
    expect_exit 0
    expect_stdout_empty
    expect_stderr_has 'warning[selection-empty]' "nothing matches 'custmers'" "did you mean 'customers'?"
}

test_unknown_method_is_refused() {
    cdbt init shop >/dev/null
    cd shop
    run cdbt ls -s tga:daily
    expect_exit 2
    expect_stderr_has "'tga' is no selection method" "did you mean 'tag:'?"
}

test_project_is_found_from_a_folder_below() {
    cdbt init shop >/dev/null
    cd shop/models/gold
    run cdbt ls -s customers --resource-type model --output name
    expect_exit 0
    expect_equal customers "$(cat "$OUT")"
}

run_tests
