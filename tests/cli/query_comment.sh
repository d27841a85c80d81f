#!/bin/sh
# query-comment: what statements carry, and that places in errors stay where they are. What is sent stands in the log.
. "${ROOT:-.}/tests/lib.sh"

shop() {
    put dbt_project.yml <<END
name: shop
$1
END
    put models/a.sql <<'END'
<< config(materialized='table') >>
select 1 as id
END
    put models/b.sql <<'END'
select id from << ref('a') >>
END
    rm -rf logs
}

sent() { expect_file_has logs/dbt.log "$1"; }
line() { grep -qxF -e "$1" logs/dbt.log || fail "expected a line of the log: $1"; }
nothing_is_added() { expect_file_lacks logs/dbt.log '/*'; expect_file_lacks logs/dbt.log '*/'; }

test_a_file_gets_no_comment_by_itself() {
    shop ''
    run cdbt build
    expect_exit 0
    sent 'On model.shop.a: create table "a" as'
    nothing_is_added
    for none in 'query-comment:' 'query-comment: ""' 'query-comment: null' 'query-comment: {comment: ""}'; do
        shop "$none"
        run cdbt build
        expect_exit 0
        nothing_is_added
    done
}

test_a_text_with_macros() {
    shop 'query-comment: "<< who(node) >> by << target.name >> of << connection_name >>"
on-run-start: select 1'
    put macros/who.sql <<'END'
<% macro who(node) %><% if node %><< node.name >>, a << node.config.materialized >><% else %><% do return("nobody's") %><% endif %><% endmacro %>
END
    run cdbt build
    expect_exit 0
    sent '/* a, a table by dev of model.shop.a */'
    sent '/* b, a view by dev of model.shop.b */'
    sent "/* nobody's by dev of master */"
    expect_sql shop.db 'select id from b' 1
    run cdbt build --threads 4 --atomic
    expect_exit 0
}

test_as_a_mapping() {
    shop 'query-comment: {comment: "{{ return(node.name ~ 1) }}", append: true, job-label: true}'
    run cdbt build
    expect_exit 0
    line '/* a1 */'
    expect_file_lacks logs/dbt.log 'On model.shop.a: /*'
    shop 'query-comment: {append: true}'
    run cdbt build
    expect_exit 0
    line '/* {"app": "dbt", "dbt_version": "1.11.16", "profile_name": "shop", "target_name": "dev", "node_id": "model.shop.a"} */'
}

# A constraint is only known to the database: the check before write cannot find it. A misspelt column in a hook is sent as it is.
test_places_of_errors() {
    for comment in '' 'query-comment: "a comment of << target.name >>"' 'query-comment: {comment: "at the end", append: true}'; do
        shop "$comment"
        put models/a.sql <<'END'
<< config(materialized='table', pre_hook="select 1 as x from (select 2 as y) where yy = 3") >>
select 1 as id
END
        run cdbt run -s a
        expect_exit 1
        expect_output_has 'no such column: yy'
        grep -A3 -e '-->' "$OUT" >places
        [ -e first ] || cp places first
        expect_same first places
        run cdbt show --inline 'select 1 as id, idd from (select 1 as id)'
        expect_output_has 'no such column: idd' ':17'
    done
}

test_wrong_ones() {
    shop 'query-comment: [a]'
    run cdbt parse
    expect_exit 2
    expect_stderr_has "error[project-invalid]: 'query-comment' is a text or a mapping" '--> dbt_project.yml:2:16'
    shop 'query-comment: {coment: x}'
    run cdbt parse
    expect_stderr_has "error[yaml-unknown-key]" "did you mean 'comment'?"
    shop 'query-comment: "a */ drop table x"'
    run cdbt run
    expect_exit 2
    expect_stderr_has "error[project-invalid]: the query-comment holds '*/': a */ drop table x"
    expect_file_lacks logs/dbt.log '*/ drop table x */'
    shop 'query-comment: "<< nobody() >>"'
    run cdbt run
    expect_exit 2
    expect_stderr_has 'error[template-undefined]' nobody 'dbt_project.yml (query-comment):1' 'it is the query-comment of dbt_project.yml'
    shop 'query-comment: "<< node.nothing.more if node else connection_name >>"'
    run cdbt run
    expect_exit 1
    expect_output_has 'the query-comment of dbt_project.yml cannot be rendered'
    shop 'query-comment: "<< node. >>"'
    run cdbt run
    expect_exit 2
    expect_stderr_has 'dbt_project.yml (query-comment)'
}

run_tests
