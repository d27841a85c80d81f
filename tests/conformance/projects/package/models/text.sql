-- depends_on: {{ ref('people') }} {{ ref('others') }}
{% if execute %}
-- case: slugify
{{ dbt_utils.slugify('Hello World-1') }} {{ dbt_utils.slugify('1st!') }} {{ dbt_utils.slugify('') }}
-- case: pretty_time
{{ dbt_utils.pretty_time(format='%Y') | length }} {{ dbt_utils.pretty_log_format('x')[-4:] }}
-- case: get_url_parameter
{{ dbt_utils.get_url_parameter('url', 'utm_source') }}
-- case: get_url_host
{{ dbt_utils.get_url_host('url') }}
-- case: get_url_path
{{ dbt_utils.get_url_path('url') }}
-- case: safe_add
{{ dbt_utils.safe_add(['a', 'b']) }}
-- case: safe_subtract
{{ dbt_utils.safe_subtract(['a', 'b', 'c']) }}
-- case: safe_divide
{{ dbt_utils.safe_divide('a', 'b') }}
-- case: generate_surrogate_key
{{ dbt_utils.generate_surrogate_key(['a', 'b']) }}
-- case: generate_surrogate_key of one
{{ dbt_utils.generate_surrogate_key(['a']) }}
-- case: group_by
{{ dbt_utils.group_by(3) }}
-- case: generate_series
{{ dbt_utils.generate_series(10) }}
-- case: get_powers_of_two
{{ dbt_utils.get_powers_of_two(100) }}
-- case: date_spine
{{ dbt_utils.date_spine('day', "cast('2024-01-01' as date)", "cast('2024-02-01' as date)") }}
-- case: pivot
{{ dbt_utils.pivot('color', ['red', "o'blue"]) }}
-- case: pivot in full
{{ dbt_utils.pivot('size', ['S', 'M'], alias=true, agg='count', cmp='<>', prefix='p_', suffix='_s', then_value='x', else_value=2, quote_identifiers=false, distinct=true) }}
-- case: haversine_distance
{{ dbt_utils.haversine_distance('a', 'b', 'c', 'd') }}
-- case: haversine_distance in km
{{ dbt_utils.haversine_distance('a', 'b', 'c', 'd', unit='km') }}
-- case: width_bucket
{{ dbt_utils.width_bucket('v', 0, 10, 5) }}
-- case: deduplicate
{{ dbt_utils.deduplicate('people', 'id', 'amount desc') }}
-- case: get_table_types_sql
{{ dbt_utils.get_table_types_sql() }}
-- case: get_tables_by_pattern_sql
{{ dbt_utils.get_tables_by_pattern_sql('a%', 'b%') }}
-- case: star
{{ dbt_utils.star(ref('people')) }}
-- case: star with options
{{ dbt_utils.star(ref('people'), except=['NAME'], relation_alias='p', prefix='x_', suffix='_y', quote_identifiers=false) }}
-- case: star of nothing
{{ dbt_utils.star(ref('people'), except=['id', 'name', 'amount']) }}
-- case: get_filtered_columns_in_relation
{{ dbt_utils.get_filtered_columns_in_relation(ref('people'), except=['id']) }}
-- case: union_relations
{{ dbt_utils.union_relations([ref('people'), ref('others')]) }}
-- case: union_relations with include
{{ dbt_utils.union_relations([ref('people'), ref('others')], include=['id'], source_column_name='from_where', where='id > 0') }}
-- case: union_relations with exclude
{{ dbt_utils.union_relations([ref('people'), ref('others')], exclude=['extra', 'amount'], source_column_name=none) }}
-- case: unpivot
{{ dbt_utils.unpivot(ref('people'), cast_to='integer', exclude=['id'], remove=['name'], field_name='f', value_name='v') }}
-- case: nullcheck
{{ dbt_utils.nullcheck(adapter.get_columns_in_relation(ref('people'))) }}
-- case: nullcheck_table
{{ dbt_utils.nullcheck_table(ref('people')) }}
-- case: get_column_values
{{ dbt_utils.get_column_values(ref('people'), 'name') }}
-- case: get_column_values with options
{{ dbt_utils.get_column_values(ref('people'), 'id', order_by='id', max_records=1, where='id > 0', default=['d']) }}
-- case: get_single_value
{{ dbt_utils.get_single_value('select 5 as n') }} {{ dbt_utils.get_single_value('select null as n', default='none') }}
-- case: get_query_results_as_dict
{{ dbt_utils.get_query_results_as_dict('select 1 as a, 2 as b') }}
-- case: equality of columns
{{ adapter.get_columns_in_relation(ref('people')) | map(attribute='name') | list }}
-- case: log_info
[{{ dbt_utils.log_info('said') }}]
-- case: _is_relation
[{{ dbt_utils._is_relation(ref('people'), 'm') }}] [{{ dbt_utils._is_ephemeral(ref('people'), 'm') }}]
-- case: result of get_url_host
{{ value_of(dbt_utils.get_url_host("'https://www.example.com/a/b?c=d&e=f'")) }} {{ value_of(dbt_utils.get_url_host("'android-app://m.example.com'")) }}
-- case: result of get_url_path
{{ value_of(dbt_utils.get_url_path("'https://www.example.com/a/b?c=d'")) }}
-- case: result of get_url_parameter
{{ value_of(dbt_utils.get_url_parameter("'https://example.com/?a=1&utm_source=mail&b=2'", 'utm_source')) }}
-- case: result of date_spine
{{ run_query("select count(*) as n, min(cast(date_month as text)) as first from (" ~ dbt_utils.date_spine('month', "cast('2024-01-01' as date)", "cast('2024-06-01' as date)") ~ ") s").rows[0][0] }}
-- case: result of width_bucket
{% for v in [0, 1, 2, 9, 10, 11] %}{{ value_of('cast(' ~ dbt_utils.width_bucket(v ~ '.0', '0.0', '10.0', 5) ~ ' as integer)') }} {% endfor %}
-- case: result of generate_surrogate_key
{{ run_query('select ' ~ dbt_utils.generate_surrogate_key(['id', 'name']) ~ ' as k from ' ~ ref('people')).columns[0].values() }}
-- case: result of safe_divide
{{ value_of(dbt_utils.safe_divide('6', '0')) }}
-- case: result of haversine_distance
{{ value_of('cast(round(' ~ dbt_utils.haversine_distance('52.5', '13.4', '48.1', '11.6', unit='km') ~ ') as integer)') }}
-- case: result of union_relations
{{ run_query('select id, name, amount, extra from (' ~ dbt_utils.union_relations([ref('people'), ref('others')]) ~ ') u order by id').rows[1][3] }}
-- case: result of unpivot
{{ run_query('select * from (' ~ dbt_utils.unpivot(ref('people'), cast_to='integer', exclude=['id', 'name']) ~ ') u').rows[0][2] }}
-- case: result of deduplicate
{{ run_query('select count(*) as n from (' ~ dbt_utils.deduplicate(ref('people'), 'id', 'amount desc') ~ ') d').rows[0][0] }}
-- case: result of generate_series
{{ run_query('select * from (' ~ dbt_utils.generate_series(4) ~ ') g').rows | length }}
-- case: get_intervals_between
{{ dbt_utils.get_intervals_between("cast('2024-01-01' as date)", "cast('2024-01-31' as date)", 'day') }}
-- case: result of star
{{ run_query('select ' ~ dbt_utils.star(ref('people'), except=['amount'], prefix='a_', suffix='_b') ~ ' from ' ~ ref('people')).column_names }}
-- case: result of pivot
{{ run_query('select ' ~ dbt_utils.pivot('name', dbt_utils.get_column_values(ref('people'), 'name') | sort) ~ ' from ' ~ ref('people')).column_names }}
{% endif %}
