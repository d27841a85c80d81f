/* Relations, columns and query results as templates see them. */
#include "unit/context/shop.h"

static void test_relation(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
    expect(
        &s,
        "{{ this.schema }} {{ this.identifier }} {{ this.table }} {{ this.name }} {{ this.database }} {{ this.type }}",
        "mart daily daily daily shop None");
    expect(&s,
           "{{ this.incorporate(path={'identifier': 'x'}, type='table') }} {{ this.incorporate(type='view').is_view }}",
           "\"mart__x\" True");
    expect(&s,
           "{{ api.Relation.create(identifier='a', schema='main', type='table').is_table }}"
           " {{ api.Relation.create(database='shop', schema='s', identifier='a') }} {{ api.Relation.View }}",
           "True \"s__a\" view");
    expect(&s, "{{ this.include(schema=false) }} {{ this.quote(identifier=false, schema=false) }}",
           "\"daily\" mart__daily");
    expect(&s, "{{ this.without_identifier() }} {{ this.render() }} {{ this.add_ephemeral_prefix('x') }}",
           "\"mart\" \"mart__daily\" __dbt__cte__x");
    expect(&s, "{{ this.information_schema('COLUMNS') }} {{ this.get('metadata') }} {{ this.include_policy.schema }}",
           "INFORMATION_SCHEMA.COLUMNS {'type': 'SQLiteRelation'} True");
    expect(&s,
           "{{ this == this.include() }} {{ this == ref('stg_orders') }} {{ this is mapping }} {{ this is string }}",
           "True False True False");
    expect(&s, "{{ this.matches(identifier='DAILY') }} {{ this.quoted('a\"b') }}", "True \"a\"\"b\"");
    expect(
        &s, "{{ api.Relation.create(type='tabel') }}",
        "error: [template-value] 'tabel' is no type of a relation (use table, view, cte, materialized_view or external)");
    Value flags = value_dict(s.arena);
    dict_set_str(flags.u.dict, STR("EMPTY"), VALUE_TRUE);
    s.run.flags = flags;
    context_set_run(s.ctx, &s.run);
    expect(&s, "{{ ref('stg_orders') }}", "(select * from \"stg_orders\" where false limit 0)");
    shop_close(&s);
}

static void test_column(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
    expect(
        &s,
        "{% set c = api.Column.create('id', 'string') %}{{ c.name }} {{ c.dtype }} {{ c.quoted }} {{ c.is_string() }} {{ c.string_size() }} {{ c.data_type }}",
        "id TEXT \"id\" True 256 TEXT");
    expect(
        &s,
        "{% set c = api.Column.from_description('n', 'numeric(10,2)') %}{{ c.dtype }} {{ c.data_type }} {{ c.is_numeric() }} {{ c.is_number() }}",
        "numeric numeric(10,2) True True");
    expect(
        &s,
        "{{ api.Column('v', 'varchar', 10).data_type }} {{ api.Column.translate_type('STRING') }} {{ api.Column.translate_type('timestamp') }}",
        "character varying(10) TEXT timestamp");
    expect(
        &s,
        "{{ api.Column.numeric_type('numeric', 28, 6) }} {{ api.Column.string_type(5) }} {{ api.Column('a', 'text') }}",
        "numeric(28,6) character varying(5) <Column a (text)>");
    /* what is not declared is what the values are; names alone look at nothing */
    shop_query(&s,
               "create view mart__daily as select 1 as i, 1.5 as r, 'x' as t, null as n, x as m from (select 1 as x "
               "union all select 2.5)");
    expect(
        &s,
        "{% for c in adapter.get_columns_in_relation(this) %}{{ c.name }} {{ c.dtype }} [{{ c.declared_type }}];{% endfor %}",
        "i INTEGER [];r REAL [];t TEXT [];n TEXT [];m REAL [];");
    expect(&s, "{{ api.Column('a', 'int').string_size() }}",
           "error: [template-type] string_size() of the column 'a', which is no string but int");
    shop_close(&s);
}

static void test_table(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
#define ROWS "{% set r = run_query(\"select 1 as id, 'a' as \\\"Name\\\", 1.5 as x union all select 2, null, 2 \") %}"
    expect(&s,
           ROWS "{{ r.columns[0].values() }} {{ r.columns['Name'].values() }} {{ r.column_names }} {{ r | length }}",
           "(1, 2) ('a', None) ('id', 'Name', 'x') 2");
    expect(&s,
           ROWS
           "{% for row in r.rows %}{{ row[0] }}{{ row['name'] }}{{ row.x }}{{ row.values() | length }};{% endfor %}",
           "1a1.53;2None23;");
    expect(
        &s,
        ROWS
        "{% for row in r %}{{ row.id }}{% endfor %} {{ r.rows[1].keys() }} {{ r.columns | length }} {{ r.rows | length }}",
        "12 ('id', 'Name', 'x') 3 2");
    expect(&s,
           ROWS "{{ r.select(['id']).column_names }} {{ r.exclude('id').column_names }} {{ r.limit(1) | length }} "
                "{{ r.rename({'id': 'k'}).column_names }} {{ r.order_by('id', reverse=true).columns[0].values() }}",
           "('id',) ('Name', 'x') 1 ('k', 'Name', 'x') (2, 1)");
    expect(&s, ROWS "{{ r.select('idd') }}",
           "error: [template-value] the result has no column 'idd' (did you mean 'id'?)");
    expect(&s, "{% if run_query('select 1 where 0') %}full{% else %}empty{% endif %}", "empty");
    expect(
        &s,
        "{% call statement('q', fetch_result=True) %}select 7 as a{% endcall %}{% set r = load_result('q') %}"
        "{{ r.data }} {{ r.data[0][0] }} {{ r['table'].columns[0].name }} {{ r.response }} {{ r.response.rows_affected }}",
        "[(7,)] 7 a OK 1");
    expect(
        &s,
        "{% call statement('q2', fetch_result=True) %}select 7 as a{% endcall %}{% do load_result('q2') %}{% do load_result('q2') %}",
        "error: [template-value] the result of the statement 'q2' was loaded already (keep it in a variable: "
        "{% set result = load_result('q2') %})");
    expect(&s, "{{ store_result('z', 'done') }}{{ load_result('z').response }} {{ load_result('none') }}", "done None");
    expect(&s, "{{ adapter.execute('select 3 as a', fetch=true)[1].columns['a'].values()[0] }}", "3");
    expect(
        &s,
        "{{ run_query('select 1 as a') }}{{ run_query('select 1 as a').rows[0] }}{{ run_query('select 1 as a').columns }}",
        "| column | data_type |\n| ------ | --------- |\n| a      | Integer   |\n<agate.Row: (1)>"
        "<agate.MappedSequence: (<agate.Column: (1)>)>");
    buf_clear(&s.log);
    expect(&s, ROWS "{% do r.print_table() %}", "");
    assert_str(buf_str(&s.log),
               "I: | id | Name |   x |\n| -- | ---- | --- |\n|  1 | a    | 1.5 |\n|  2 |      |   2 |\n");
    buf_clear(&s.log);
    expect(&s,
           "{% set q = run_query(\"select 1 as n, 'say \\\"a, b\\\"' as w union all select 2, null\") %}"
           "{% do q.print_csv() %}{% do q.print_json() %}{% do q.print_structure() %}",
           "");
    assert_str(buf_str(&s.log), "I: n,w\n1,\"say \"\"a, b\"\"\"\n2,\n"
                                "I: [{\"n\": 1, \"w\": \"say \\\"a, b\\\"\"}, {\"n\": 2, \"w\": null}]\n"
                                "I: | column | data_type |\n| ------ | --------- |\n"
                                "| n      | Integer   |\n| w      | Text      |\n");
    expect(
        &s,
        "{% set q = run_query('select 2 as n union all select null union all select 1') %}"
        "{{ q.columns.n.values_sorted() }} {{ q.columns.n.values_without_nulls_sorted() }} {{ q.columns.n.count(1) }} "
        "{{ q.rows[0].index(2) }} {{ q.rows[0].count(2) }} {{ q.columns.dict().keys() | list }}",
        "(1, 2, None) (1, 2) 1 0 1 ['n']");
    /* SQL of other engines, and places in it as it was written */
    expect(
        &s,
        "{{ run_query(\"with t as (select '2026-01-31'::date as d) (select d from t) union all (select 'x')\").columns[0].values() }}",
        "('2026-01-31', 'x')");
    Str refused = shop_render(&s, "select {{ run_query(\"select '1'::int,\nnope from (select 1)\") }}");
    assert_str(refused, "error: [database-error] no such column: nope");
    expect(&s, "select {{ run_query('select * from nowhere') }}", "error: [database-error] no such table: nowhere");
    shop_close(&s);
}

static void test_adapter(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
    expect(
        &s,
        "{% do run_query('create table mart__daily (id int, name varchar(10))') %}"
        "{% do run_query('create view v as select 1 as a') %}"
        "{% set r = adapter.get_relation(database='shop', schema='mart', identifier='daily') %}"
        "{{ r }} {{ r.type }} {{ load_relation(this).is_table }} {{ adapter.get_relation('shop', 'main', 'v').type }} "
        "{{ adapter.get_relation('shop', 'main', 'nope') }}",
        "\"mart__daily\" table True view None");
    expect(
        &s,
        "{% for c in adapter.get_columns_in_relation(this) %}{{ c.name }} {{ c.dtype }} {{ c.char_size }};{% endfor %}",
        "id INTEGER None;name varchar 10;");
    expect(&s, "{{ adapter.list_relations_without_caching(this) | map(attribute='identifier') | list }}", "['daily']");
    expect(&s,
           "{{ adapter.quote('a') }} {{ adapter.type() }} {{ adapter.quote_seed_column('a', false) }} "
           "{{ adapter.quote_as_configured('a', 'identifier') }} {{ adapter.check_schema_exists('shop', 'mart') }}",
           "\"a\" sqlite a \"a\" True");
    expect(&s,
           "{% do adapter.rename_relation(load_relation(this), this.incorporate(path={'identifier': 'other'})) %}"
           "{{ load_relation(this) }} {{ adapter.already_exists('mart', 'other') }}",
           "None True");
    expect(
        &s,
        "{% do adapter.rename_relation(api.Relation.create(schema='main', identifier='v', type='view'), "
        "api.Relation.create(schema='main', identifier='w', type='view')) %}{{ run_query('select a from w').columns[0].values() }}",
        "(1,)");
    expect(&s,
           "{% do adapter.truncate_relation(this.incorporate(path={'identifier': 'other'})) %}"
           "{% do adapter.drop_schema(this) %}{{ adapter.list_relations_without_caching(this) }}",
           "[]");
    expect(&s, "{{ adapter.get_column_schema_from_query('select 1 as a, 2 as b') | map(attribute='name') | list }}",
           "['a', 'b']");
    expect(&s, "{{ adapter.config.credentials.type }} {{ adapter.config.project_name }}", "sqlite shop");
    expect(&s, "{{ adapter.drop_relation('x') }}",
           "error: [template-type] adapter.drop_relation() takes a relation, not str");
    expect(
        &s,
        "{{ adapter.render_raw_columns_constraints({'id': {'name': 'id', 'data_type': 'int', 'constraints': [{'type': "
        "'not_null'}, {'type': 'check', 'expression': 'id > 0'}]}}) }}",
        "['id int not null check (id > 0)']");
    shop_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_relation),
        cmocka_unit_test(test_column),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_adapter),
    };
    return cmocka_run_group_tests_name("relation", tests, NULL, NULL);
}
