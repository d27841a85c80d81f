{% if execute %}
-- case: run_query columns
{% set t = run_query('select 1 as a, 2 as b union all select 3, 4 order by 1') %}{{ t.columns | length }} {{ t.rows | length }} {{ t.column_names }}
-- case: values of a column
{{ t.columns[0].values() }} {{ t.columns['b'].values() }} {{ t.columns.b.values() }}
-- case: names
{{ t.columns[0].name }} {% for c in t.columns %}{{ c.name }},{% endfor %}
-- case: rows
{% for r in t.rows %}{{ r[0] }}-{{ r['b'] }}-{{ r.b }};{% endfor %}
-- case: row values
{{ t.rows[0].values() }} {{ t.rows[1].keys() }} {{ t.rows[0].dict() }}
-- case: iterate the table
{% for r in t %}{{ r[1] }};{% endfor %}
-- case: length
{{ t | length }} {{ t.rows | length }}
-- case: distinct
{{ run_query('select 1 as a union all select 1').columns[0].values_distinct() | list }}
-- case: texts
{{ run_query("select 'x' as word").columns[0].values() }} {{ run_query("select 'x' as word").rows[0].word }}
-- case: nulls
{{ run_query('select null as n, 1 as o').columns[0].values() }} {{ run_query('select null as n').rows[0][0] is none }}
-- case: floats
{{ run_query('select cast(1.5 as double) as f').rows[0][0] }} {{ run_query('select cast(1.5 as double) as f').rows[0][0] + 1 }}
-- case: sum of values
{{ t.columns[0].values() | sum }} {{ t.columns[0].values() | join(', ') }} {{ t.columns['a'].values() | max }}
-- case: empty
{{ run_query('select 1 as a where 1 = 0').rows | length }} {{ run_query('select 1 as a where 1 = 0').columns[0].values() }}
-- case: from a macro
{{ run_twice().columns[0].values() }}
-- case: statement
{% call statement('numbers', fetch_result=True) %}select 7 as n{% endcall %}{{ load_result('numbers').data }}
-- case: statement by key
{% call statement('again', fetch_result=True) %}select 7 as n{% endcall %}{% set again = load_result('again') %}{{ again['data'][0][0] }} {{ again['table'].columns[0].values() }} {{ again.table.column_names }}
-- case: load_result of nothing
{{ load_result('missing') }}
-- case: store_raw_result
{{ store_raw_result('raw', message='m', code='c', rows_affected='3') }} {{ load_result('raw').response }}
-- case: store_result
{{ store_result('own', response='ok') }} {% set own = load_result('own') %}{{ own.response }} {{ own.data }}
-- case: get_column of select
{{ t.select(['a']).column_names }} {{ t.exclude(['a']).column_names }}
-- case: where and order
{{ t.order_by('a', reverse=true).columns[0].values() }} {{ t.limit(1).rows | length }}
-- case: rename
{{ t.rename(['x', 'y']).column_names }}
-- case: column types
{{ t.column_types | length }}
-- case: dbt_utils idiom
{% set v = dbt.run_query('select 5 as x') %}{{ v.columns[0].values()[0] if execute else 0 }}
-- case: sorted values
{% set u = run_query("select 2 as n, 'b' as w union all select 1, 'a' union all select 3, 'c' order by 2 desc") %}{{ u.columns[0].values() }} {{ u.columns.n.values_sorted() | list }} {{ u.columns['w'].values_without_nulls_sorted() | list }} {{ u.columns.n.count(1) }}
-- case: keys and items of columns
{{ u.columns.keys() }} {{ u.columns.dict().keys() | list }} {{ u.columns.get('n').name }} {{ u.columns.get('none_such') }} {{ u.columns[1].index }}
-- case: rows as sequences
{{ u.rows[0].count('c') }} {{ u.rows[0].index('c') }} {{ u.rows[0].get('w') }} {{ u.rows[0].get('none_such', 'else') }} {{ u.row_names }}
{% endif %}
