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
    assert_str(shop_build(&s, "select 1 as id, 'z' as w"),
               "error: [unsupported] the incremental strategy 'microbatch' is not supported");
    set_config(&s, "incremental_strategy", value_str(STR("mrege")));
    assert_str(
        shop_build(&s, "select 1 as id, 'z' as w"),
        "error: [config-invalid] there is no incremental strategy 'mrege' (use append, delete+insert or merge, or "
        "define the macro get_incremental_mrege_sql)");
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
    assert_str(shop_query(&s, "select count(*) from audit__bad"), "2");
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
    assert_str(message, "CREATE 3");
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
    become(&s, "snapshot");
    assert_str(shop_build(&s, "select 1 as id"), "error: [unsupported] snapshots are read but cannot be run yet");
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
        "error: [compiler-error] the model's columns differ from its contract:\n  name: missing in the SQL\n  nam: "
        "missing in the contract (change the SQL or the columns in YAML so that names and types agree)");
    shop_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),       cmocka_unit_test(test_indexes),    cmocka_unit_test(test_hooks),
        cmocka_unit_test(test_incremental), cmocka_unit_test(test_data_tests), cmocka_unit_test(test_seed),
        cmocka_unit_test(test_override),    cmocka_unit_test(test_contract),
    };
    return cmocka_run_group_tests_name("materializations", tests, NULL, NULL);
}
