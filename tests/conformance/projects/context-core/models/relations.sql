{% if execute %}
-- case: create
{% set r = api.Relation.create(database='main', schema='analytics', identifier='x') %}{{ r }}
-- case: parts
{{ r.database }} {{ r.schema }} {{ r.identifier }} {{ r.name }} {{ r.table }}
-- case: type
{{ r.type }} {{ r.is_table }} {{ api.Relation.create(schema='s', identifier='i', type='view').is_view }}
-- case: include
{{ r.include(database=false, schema=false) }}
-- case: without_identifier parts
{{ r.without_identifier().identifier }} {{ r.without_identifier().schema }}
-- case: incorporate
{{ r.incorporate(path={'identifier': 'y'}).identifier }} {{ r.incorporate(type='table').type }}
-- case: quote
{{ r.quote(identifier=false).include(database=false, schema=false) }}
-- case: matches
{{ r.matches(database='main', schema='analytics', identifier='x') }} {{ r.matches(identifier='z') }}
-- case: equality
{{ r == api.Relation.create(database='main', schema='analytics', identifier='x') }}
-- case: Table constants
{{ api.Relation.Table }} {{ api.Relation.View }} {{ api.Relation.CTE }} {{ api.Relation.External }}
-- case: information_schema
{{ r.information_schema('tables').identifier }}
-- case: column create
{% set c = api.Column.create('name', 'integer') %}{{ c.name }} {{ c.column }} {{ c.quoted }} {{ c.dtype }}
-- case: column new
{{ api.Column('a', 'text').name }} {{ api.Column('a', 'varchar', 10).char_size }}
-- case: column types
{{ c.is_integer() }} {{ c.is_string() }} {{ c.is_number() }} {{ c.is_numeric() }} {{ c.is_float() }}
-- case: column data_type
{{ c.data_type }}
-- case: numeric
{{ api.Column('n', 'numeric', none, 10, 2).is_numeric() }} {{ api.Column('n', 'numeric', none, 10, 2).data_type }}
-- case: string_size
{{ api.Column('a', 'text').is_string() }} {{ api.Column('a', 'varchar', 10).string_size() }}
-- case: string_type
{{ api.Column.string_type(20) }} {{ api.Column.numeric_type('numeric', 10, 2) }}
-- case: translate_type
{{ api.Column.translate_type('integer') }}
-- case: can_expand_to
{{ api.Column('a', 'varchar', 5).can_expand_to(other_column=api.Column('a', 'varchar', 10)) }}
-- case: literal
{{ c.literal('x') }}
-- case: get_relation of nothing
{{ adapter.get_relation(database='main', schema='analytics', identifier='not_there') }}
-- case: load_relation of nothing
{{ load_relation(this) }}
-- case: check_schema_exists
{{ adapter.check_schema_exists('main', 'not_there') }}
-- case: adapter.quote
{{ adapter.quote('x y') }} {{ adapter.quote_as_configured('x', 'identifier') }}
-- case: get_missing_columns
{{ adapter.get_columns_in_relation is defined }} {{ adapter.get_missing_columns is defined }}
-- case: columns of columns
{{ [c, api.Column('b', 'text')] | map(attribute='name') | join(',') }} {{ get_quoted_csv(['a', 'b']) }} {{ dbt.get_quoted_csv(['a']) }}
-- case: make_temp_relation
{{ make_temp_relation(r, '__t').identifier.startswith('x__t') }} {{ make_intermediate_relation(r).identifier }} {{ make_backup_relation(r, 'table').identifier }}
-- case: incremental
{{ is_incremental() }} {{ should_full_refresh() }} {{ should_store_failures() }}
-- case: adapter.dispatch of a missing package's macro
{{ adapter.dispatch('greet', 'plain')('x') }}
{% endif %}
