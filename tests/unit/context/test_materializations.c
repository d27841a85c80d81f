/* The embedded materialisations and generic tests on SQLite, run as the runner runs them. */
#include "unit/context/shop.h"

static void set_config(Shop *s, const char *key, Value v)
{
    dict_set_str(s->model->config.u.dict, str_from(key), v);
}

static void become(Shop *s, const char *materialized)
{
    s->model->materialized = str_from(materialized);
    set_config(s, "materialized", value_str(s->model->materialized));
    context_set_node(s->ctx, s->model, NULL);
}

static void test_table(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
    assert_str(shop_build(&s, "select 1 as id, 'a' as name"), "");
    assert_str(shop_query(&s, "select type, name from sqlite_master"), "table|mart__daily");
    assert_str(buf_str(&s.written), "create table \"mart__daily\" as\nselect 1 as id, 'a' as name");
    assert_str(context_statement_response(s.ctx, STR("main")).kind == V_OBJECT ? STR("yes") : STR("no"), "yes");
    /* made anew, from its own rows */
    assert_str(shop_build(&s, "select id + 1 as id from \"mart__daily\""), "");
    assert_str(shop_query(&s, "select * from mart__daily"), "2");
    assert_str(shop_query(&s, "select type, name from sqlite_master"), "table|mart__daily");
    /* an error leaves it as it was */
    assert_true(str_starts(shop_build(&s, "select nope from nowhere"), STR("error: [database-error] no such table")));
    assert_str(shop_query(&s, "select * from mart__daily"), "2");
    /* a view takes the place of the table, and back */
    become(&s, "view");
    assert_str(shop_build(&s, "select 3 as id"), "");
    assert_str(shop_query(&s, "select type, name from sqlite_master"), "view|mart__daily");
    become(&s, "table");
    assert_str(shop_build(&s, "select 4 as id"), "");
    assert_str(shop_query(&s, "select type from sqlite_master"), "table");
    shop_close(&s);
}

static void test_indexes(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
    Value partition = value_dict(s.arena), cluster = value_list(s.arena), index = value_dict(s.arena),
          indexes = value_list(s.arena);
    dict_set_str(partition.u.dict, STR("field"), value_str(STR("day")));
    list_push(cluster.u.list, value_str(STR("a")));
    list_push(cluster.u.list, value_str(STR("b")));
    Value one = value_list(s.arena);
    list_push(one.u.list, value_str(STR("a")));
    dict_set_str(index.u.dict, STR("columns"), one);
    dict_set_str(index.u.dict, STR("unique"), VALUE_TRUE);
    list_push(indexes.u.list, index);
    set_config(&s, "partition_by", partition);
    set_config(&s, "cluster_by", cluster);
    set_config(&s, "indexes", indexes);
    assert_str(shop_build(&s, "select 1 as day, 2 as a, 3 as b"), "");
    assert_str(shop_query(&s, "select i.\"unique\", group_concat(c.name) from pragma_index_list('mart__daily') i, "
                              "pragma_index_info(i.name) c group by i.name order by 2"),
               "1|a\n0|a,b\n0|day");
    assert_str(shop_build(&s, "select 1 as day, 2 as a, 3 as b"), "");
    assert_str(shop_query(&s, "select count(*) from sqlite_master where type = 'index'"), "3");
    shop_close(&s);
}

static void test_hooks(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
    shop_query(&s, "create table seen (what)");
    Value pre = value_list(s.arena), post = value_list(s.arena);
    list_push(pre.u.list, value_str(STR("insert into seen values ('pre {{ this.identifier }}')")));
    list_push(pre.u.list, value_str(STR("{\"sql\": \"pragma user_version = 7\", \"transaction\": false}")));
    list_push(post.u.list, value_str(STR("insert into seen select 'post ' || id from {{ this }}")));
    list_push(post.u.list, value_str(STR("{\"sql\": \"vacuum\", \"transaction\": false}")));
    list_push(post.u.list, value_str(STR("{{ '' }}")));
    set_config(&s, "pre-hook", pre);
    set_config(&s, "post-hook", post);
    context_set_node(s.ctx, s.model, NULL);
    assert_str(shop_build(&s, "select 1 as id"), "");
    assert_str(shop_query(&s, "select group_concat(what) from seen"), "pre daily,post 1");
    assert_str(shop_query(&s, "pragma user_version"), "7");
    shop_close(&s);
}

static void test_incremental(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
    become(&s, "incremental");
    expect(&s, "{{ is_incremental() }}", "False");
    assert_str(shop_build(&s, "select 1 as id, 'a' as v union all select 2, 'b'"), "");
    expect(&s, "{{ is_incremental() }}", "True");
    /* append */
    assert_str(shop_build(&s, "select 2 as id, 'c' as v"), "");
    assert_str(shop_query(&s, "select group_concat(v) from (select * from mart__daily order by v)"), "a,b,c");
    /* a key: rows of the same key are replaced */
    set_config(&s, "unique_key", value_str(STR("id")));
    context_set_node(s.ctx, s.model, NULL);
    assert_str(shop_build(&s, "select 'd' as v, 2 as id"), "");
    assert_str(shop_query(&s, "select id, v from mart__daily order by id"), "1|a\n2|d");
    /* merge updates what matches and adds the rest */
    set_config(&s, "incremental_strategy", value_str(STR("merge")));
    assert_str(shop_build(&s, "select 1 as id, 'x' as v union all select 9, 'n'"), "");
    assert_str(shop_query(&s, "select id, v from mart__daily order by id"), "1|x\n2|d\n9|n");
    assert_str(shop_query(&s, "select name from sqlite_master"), "mart__daily");
    /* columns that appear */
    set_config(&s, "on_schema_change", value_str(STR("append_new_columns")));
    assert_str(shop_build(&s, "select 1 as id, 'y' as v, 5 as extra"), "");
    assert_str(shop_query(&s, "select id, v, extra from mart__daily order by id"), "1|y|5\n2|d|null\n9|n|null");
    set_config(&s, "on_schema_change", value_str(STR("fail")));
    assert_true(str_starts(shop_build(&s, "select 1 as id, 'y' as v"),
                           STR("error: [compiler-error] the columns of the model")));
    set_config(&s, "on_schema_change", value_str(STR("sync_all_columns")));
    assert_str(shop_build(&s, "select 1 as id, 'z' as w"), "");
    assert_str(shop_query(&s, "select group_concat(name) from pragma_table_info('mart__daily')"), "id,w");
    set_config(&s, "incremental_strategy", value_str(STR("microbatch")));
    set_config(&s, "event_time", value_str(STR("w")));
    assert_str(
        shop_build(&s, "select 1 as id, 'z' as w"),
        "error: [template-call] event_time_condition() has no batch here (it is for the macros of the incremental "
        "strategy microbatch)");
    set_config(&s, "incremental_strategy", value_str(STR("mrege")));
    assert_str(shop_build(&s, "select 1 as id, 'z' as w"),
               "error: [config-invalid] there is no incremental strategy 'mrege' (use append, delete+insert, merge, "
               "insert_overwrite or microbatch, or define the macro get_incremental_mrege_sql)");
    /* from the beginning */
    set_config(&s, "incremental_strategy", VALUE_NONE);
    set_config(&s, "full_refresh", VALUE_TRUE);
    expect(&s, "{{ is_incremental() }}", "False");
    assert_str(shop_build(&s, "select 5 as k"), "");
    assert_str(shop_query(&s, "select * from mart__daily"), "5");
    shop_close(&s);
}

static void test_data_tests(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
    assert_str(shop_build(&s, "select 1 as id, 'a' as v union all select 1, 'b' union all select null, 'it''s'"), "");
    become(&s, "test");
    set_config(&s, "fail_calc", value_str(STR("count(*)")));
    set_config(&s, "warn_if", value_str(STR("!= 0")));
    set_config(&s, "error_if", value_str(STR("> 1")));
    static const struct {
        const char *call, *want;
    } cases[] = {
        {"{{ test_unique(model=this, column_name='id') }}", "1|1|0"},
        {"{{ test_not_null(this, 'id') }}", "1|1|0"},
        {"{{ test_not_null(this, 'v') }}", "0|0|0"},
        {"{{ test_accepted_values(this, 'v', ['a', 'b']) }}", "1|1|0"},
        {"{{ test_accepted_values(this, 'v', ['a', 'b', \"it's\"]) }}", "0|0|0"},
        {"{{ test_accepted_values(this, 'id', [2, 3], quote=false) }}", "1|1|0"},
        {"{{ test_relationships(this, 'v', ref('stg_orders'), 'k') }}", "2|1|1"},
        {"{{ test_unique(get_where_subquery(this), 'id') }} -- a comment at the end", "1|1|0"},
    };
    shop_query(&s, "create view stg_orders as select 'a' as k");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        context_set_node(s.ctx, s.model, NULL);
        Str sql = shop_render(&s, cases[i].call);
        assert_str(shop_build(&s, str_c(s.arena, sql)), "");
        Value table = context_statement_table(s.ctx, STR("main"));
        size_t columns;
        assert_int_equal(value_table_size(table, &columns), 1);
        assert_int_equal(columns, 3);
        assert_str(value_table_column(table, 0), "failures");
        assert_str(str_fmt(s.render, "%lld|%lld|%lld", (long long)value_table_cell(table, 0, 0).u.integer,
                           (long long)value_table_cell(table, 0, 1).u.integer,
                           (long long)value_table_cell(table, 0, 2).u.integer),
                   cases[i].want);
    }
    /* only some rows */
    set_config(&s, "where", value_str(STR("v = 'a'")));
    context_set_node(s.ctx, s.model, NULL);
    expect(&s, "{{ get_where_subquery(this) }}", "(select * from \"mart__daily\" where v = 'a') dbt_subquery");
    /* the wrong rows are kept */
    s.model->schema = STR("audit");
    s.model->alias = STR("bad");
    set_config(&s, "store_failures", VALUE_TRUE);
    set_config(&s, "limit", value_int(1));
    context_set_node(s.ctx, s.model, NULL);
    assert_str(shop_build(&s, "select * from mart__daily where id = 1"), "");
    assert_str(shop_query(&s, "select count(*) from audit__bad"), "1");
    assert_int_equal(value_table_cell(context_statement_table(s.ctx, STR("main")), 0, 0).u.integer, 1);
    shop_close(&s);
}

static bool load_three(void *data, const Node *node, Str relation, int64_t *rows, AdapterError *error)
{
    (void)node;
    Shop *s = data;
    *rows = 3;
    Str sql = str_fmt(s->render, "insert into %.*s values (1, 'a'), (2, 'b'), (3, 'c')", STR_ARG(relation));
    return adapter_execute(s->connection, sql, s->render, NULL, error);
}

static void test_seed(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
    AdapterColumn columns[2] = {{.name = STR_INIT("id"), .type = STR_INIT("integer")},
                                {.name = STR_INIT("the name"), .type = STR_INIT("text")}};
    s.run.seed_columns = columns;
    s.run.seed_column_count = 2;
    s.run.seed_load = load_three;
    s.run.seed_data = &s;
    context_set_run(s.ctx, &s.run);
    s.model->type = RESOURCE_SEED;
    become(&s, "seed");
    assert_str(shop_build(&s, ""), "");
    assert_str(shop_query(&s, "select sql from sqlite_master"),
               "CREATE TABLE \"mart__daily\" (\"id\" integer, \"the name\" text)");
    Str message, code;
    int64_t rows;
    assert_true(response_parts(context_statement_response(s.ctx, STR("main")), &message, &code, &rows));
    assert_str(message, "INSERT 3");
    assert_int_equal(rows, 3);
    /* the same columns: emptied and filled, the table stays */
    shop_query(&s, "create index kept on mart__daily (id)");
    context_set_node(s.ctx, s.model, NULL);
    assert_str(shop_build(&s, ""), "");
    assert_str(
        shop_query(&s, "select count(*), (select name from sqlite_master where type = 'index') from mart__daily"),
        "3|kept");
    assert_true(response_parts(context_statement_response(s.ctx, STR("main")), &message, &code, &rows));
    assert_str(message, "INSERT 3");
    /* other columns: made anew, with a declared type */
    Value types = value_dict(s.arena);
    dict_set_str(types.u.dict, STR("id"), value_str(STR("varchar(5)")));
    set_config(&s, "column_types", types);
    set_config(&s, "quote_columns", VALUE_FALSE);
    columns[1].name = STR("label");
    context_set_node(s.ctx, s.model, NULL);
    assert_str(shop_build(&s, ""), "");
    assert_str(shop_query(&s, "select sql from sqlite_master where type = 'table'"),
               "CREATE TABLE \"mart__daily\" (id varchar(5), label text)");
    expect(
        &s, "{{ load_agate_table().rows | length }}",
        "error: [unsupported] the rows of a seed are loaded in bulk and cannot be looked at (override create_csv_table or "
        "get_csv_sql, or select from the table after it is loaded)");
    shop_close(&s);
}

static void test_override(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
    shop_macros(
        &s, s.tools, "tools/m.sql",
        STR("{% materialization table, default %}{{ exceptions.raise_compiler_error('package') }}{% endmaterialization %}"
            "{% materialization own, default %}{% call statement('main') %}create table own (a){% endcall %}"
            "{{ return({'relations': [this]}) }}{% endmaterialization %}"));
    /* a package does not replace what the library has, but brings its own */
    assert_str(context_materialization(s.ctx, STR("table"))->package->name, "dbt");
    become(&s, "own");
    assert_str(shop_build(&s, "select 1"), "");
    assert_str(shop_query(&s, "select name from sqlite_master"), "own");
    shop_macros(
        &s, s.shop, "macros/m.sql",
        STR("{% materialization table, default %}{{ return({}) }}{% endmaterialization %}"
            "{% materialization view, adapter='sqlite' %}{{ return({}) }}{% endmaterialization %}"
            "{% macro get_create_table_as_sql(temporary, relation, sql) %}-- mine\ncreate table {{ relation }} as {{ sql }}{% endmacro %}"));
    assert_str(context_materialization(s.ctx, STR("table"))->package->name, "shop");
    assert_str(context_materialization(s.ctx, STR("view"))->name, "materialization_view_sqlite");
    assert_null(context_materialization(s.ctx, STR("nope")));
    become(&s, "incremental");
    assert_str(shop_build(&s, "select 1 as id"), "");
    assert_true(str_starts(str_trim(buf_str(&s.written)), STR("-- mine")));
    become(&s, "materialized_view");
    assert_str(
        shop_build(&s, "select 1 as id"),
        "error: [unsupported] materialized views are not supported by sqlite; use a table or an incremental model");
    shop_close(&s);
}

static void test_snapshot(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
    s.model->type = RESOURCE_SNAPSHOT;
    become(&s, "snapshot");
    set_config(&s, "strategy", value_str(STR("timestamp")));
    set_config(&s, "unique_key", value_str(STR("id")));
    set_config(&s, "updated_at", value_str(STR("at")));
#define STATES "select id, v, dbt_valid_from, dbt_valid_to from mart__daily order by id, dbt_valid_from"
    assert_str(shop_build(&s, "select 1 as id, 'a' as v, '2026-01-01' as at union all select 2, 'b', '2026-01-01'"),
               "");
    assert_str(shop_query(&s, STATES), "1|a|2026-01-01|null\n2|b|2026-01-01|null");
    assert_str(shop_query(&s, "select dbt_scd_id = md5(id || '|' || at), dbt_updated_at = at from mart__daily limit 1"),
               "1|1");
    /* nothing new, then a change, a new row and a row that is gone */
    assert_str(shop_build(&s, "select 1 as id, 'a' as v, '2026-01-01' as at union all select 2, 'b', '2026-01-01'"),
               "");
    assert_str(shop_query(&s, "select count(*) from mart__daily"), "2");
    assert_str(shop_build(&s, "select 1 as id, 'c' as v, '2026-01-05' as at union all select 3, 'n', '2026-01-06'"),
               "");
    assert_str(shop_query(&s, STATES),
               "1|a|2026-01-01|2026-01-05\n1|c|2026-01-05|null\n2|b|2026-01-01|null\n3|n|2026-01-06|null");
    assert_str(shop_query(&s, "select group_concat(name) from sqlite_master"), "mart__daily");
    /* rows that are gone end, when that is wanted */
    set_config(&s, "hard_deletes", value_str(STR("invalidate")));
    assert_str(shop_build(&s, "select 1 as id, 'c' as v, '2026-01-05' as at union all select 3, 'n', '2026-01-06'"),
               "");
    assert_str(
        shop_query(
            &s, "select count(*), min(length(dbt_valid_to)) from mart__daily where id = 2 and dbt_valid_to > '2026'"),
        "1|19");
    /* a column that is new */
    assert_str(
        shop_build(&s,
                   "select 3 as id, 'm' as v, '2026-01-07' as at, 5 as more union all select 1, 'c', '2026-01-05', 6"),
        "");
    assert_str(shop_query(&s, "select id, v, more from mart__daily where dbt_valid_to is null order by id"),
               "1|c|null\n3|m|5");
    set_config(&s, "hard_deletes", value_str(STR("sometimes")));
    assert_str(shop_build(&s, "select 1 as id, 'c' as v, '2026-01-05' as at"),
               "error: [config-invalid] hard_deletes must be ignore, invalidate or new_record, not 'sometimes'");
    shop_query(&s, "drop table mart__daily; create table mart__daily (id)");
    set_config(&s, "hard_deletes", VALUE_NONE);
    assert_str(
        shop_build(&s, "select 1 as id, '2026-01-05' as at"),
        "error: [compiler-error] \"mart__daily\" is no snapshot: it has no column 'dbt_scd_id' (drop or rename it, or "
        "add the column)");
    shop_close(&s);
}

static void test_snapshot_check(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
    s.model->type = RESOURCE_SNAPSHOT;
    become(&s, "snapshot");
    Value keys = value_list(s.arena), columns = value_list(s.arena), names = value_dict(s.arena);
    list_push(keys.u.list, value_str(STR("a")));
    list_push(keys.u.list, value_str(STR("b")));
    list_push(columns.u.list, value_str(STR("v")));
    dict_set_str(names.u.dict, STR("dbt_valid_to"), value_str(STR("until")));
    set_config(&s, "strategy", value_str(STR("check")));
    set_config(&s, "unique_key", keys);
    set_config(&s, "check_cols", columns);
    set_config(&s, "snapshot_meta_column_names", names);
    set_config(&s, "dbt_valid_to_current", value_str(STR("'9999-12-31'")));
    set_config(&s, "hard_deletes", value_str(STR("new_record")));
    assert_str(shop_build(&s, "select 1 as a, 2 as b, 'x' as v, 0 as other union all select 1, 3, null, 0"), "");
    assert_str(shop_query(&s, "select a, b, v, until, dbt_is_deleted from mart__daily order by b"),
               "1|2|x|9999-12-31|False\n1|3|null|9999-12-31|False");
    /* only the checked column counts; null and a value differ */
    assert_str(shop_build(&s, "select 1 as a, 2 as b, 'x' as v, 7 as other union all select 1, 3, 'y', 0"), "");
    assert_str(shop_query(&s, "select b, v, until = '9999-12-31' from mart__daily order by b, until"),
               "2|x|1\n3|null|0\n3|y|1");
    /* a row that is gone gets a state that says so, once; and comes back */
    assert_str(shop_build(&s, "select 1 as a, 2 as b, 'x' as v, 7 as other"), "");
    assert_str(
        shop_query(&s, "select v, until = '9999-12-31', dbt_is_deleted from mart__daily where b = 3 order by rowid"),
        "null|0|False\ny|0|False\ny|1|True");
    assert_str(shop_build(&s, "select 1 as a, 2 as b, 'x' as v, 7 as other"), "");
    assert_str(shop_query(&s, "select count(*) from mart__daily"), "4");
    assert_str(shop_build(&s, "select 1 as a, 2 as b, 'x' as v, 7 as other union all select 1, 3, 'y', 0"), "");
    assert_str(
        shop_query(&s, "select v, until = '9999-12-31', dbt_is_deleted from mart__daily where b = 3 order by rowid"),
        "null|0|False\ny|0|False\ny|0|True\ny|1|False");
    set_config(&s, "check_cols", value_str(STR("all")));
    assert_str(shop_build(&s, "select 1 as a, 2 as b, 'x' as v, 8 as other union all select 1, 3, 'y', 0"), "");
    assert_str(shop_query(&s, "select count(*) from mart__daily where b = 2"), "2");
    set_config(&s, "check_cols", value_str(STR("v")));
    assert_str(shop_build(&s, "select 1 as a, 2 as b, 'x' as v"),
               "error: [compiler-error] Invalid value for 'check_cols': v. Use 'all' or a list of columns");
    set_config(&s, "strategy", value_str(STR("nope")));
    assert_str(
        shop_build(&s, "select 1 as a, 2 as b, 'x' as v"),
        "error: [compiler-error] there is no snapshot strategy 'nope': use timestamp or check, or define the macro "
        "snapshot_nope_strategy");
    shop_close(&s);
}

static void test_contract(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
    Value contract = value_dict(s.arena);
    dict_set_str(contract.u.dict, STR("enforced"), VALUE_TRUE);
    set_config(&s, "contract", contract);
    Value constraint = value_dict(s.arena), constraints = value_list(s.arena);
    dict_set_str(constraint.u.dict, STR("type"), value_str(STR("not_null")));
    list_push(constraints.u.list, constraint);
    Column columns[2] = {0};
    columns[0].name = STR("id");
    columns[0].data_type = STR("integer");
    columns[0].constraints = constraints;
    columns[1].name = STR("name");
    columns[1].data_type = STR("text");
    s.model->columns = columns;
    s.model->column_count = 2;
    assert_str(shop_build(&s, "select 'a' as name, 1 as id"), "");
    assert_str(shop_query(&s, "select id, name from mart__daily"), "1|a");
    assert_true(str_find(shop_query(&s, "select sql from sqlite_master"), STR("id integer not null"), 0) != STR_NPOS);
    assert_str(
        shop_build(&s, "select 'a' as nam, 1 as id"),
        "error: [contract-failed] the model's columns differ from its contract\n"
        "| column_name | definition_type | contract_type | mismatch_reason       |\n"
        "| nam         |                 |               | missing in contract   |\n"
        "| name        |                 | text          | missing in definition | (change the SQL or the columns in YAML "
        "so that names and types agree)");
    shop_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),          cmocka_unit_test(test_indexes),    cmocka_unit_test(test_hooks),
        cmocka_unit_test(test_incremental),    cmocka_unit_test(test_data_tests), cmocka_unit_test(test_seed),
        cmocka_unit_test(test_override),       cmocka_unit_test(test_contract),   cmocka_unit_test(test_snapshot),
        cmocka_unit_test(test_snapshot_check),
    };
    return cmocka_run_group_tests_name("materializations", tests, NULL, NULL);
}
