{# Contracts: the columns and types that a model promises, checked against what its SQL gives. #}

{% macro get_table_columns_and_constraints() -%}
  {{ adapter.dispatch('get_table_columns_and_constraints', 'dbt')() }}
{%- endmacro %}

{% macro default__get_table_columns_and_constraints() -%}
  {{ return(table_columns_and_constraints()) }}
{%- endmacro %}

{% macro table_columns_and_constraints() %}
  {%- set parts = adapter.render_raw_columns_constraints(raw_columns=model['columns'])
                  + adapter.render_raw_model_constraints(raw_constraints=model['constraints']) -%}
(
  {{ parts | join(',\n  ') }}
)
{% endmacro %}

{% macro get_assert_columns_equivalent(sql) -%}
  {{ adapter.dispatch('get_assert_columns_equivalent', 'dbt')(sql) }}
{%- endmacro %}

{% macro default__get_assert_columns_equivalent(sql) -%}
  {{ return(assert_columns_equivalent(sql)) }}
{%- endmacro %}

{# Gives no text; it stops with both lists side by side when they differ. SQLite knows no types of expressions, so there
   only the names can be compared. #}
{% macro assert_columns_equivalent(sql) -%}
  {%- set promised = [] -%}
  {%- set untyped = [] -%}
  {%- for column in model['columns'].values() -%}
    {%- if not column.get('data_type') -%}{%- do untyped.append(column['name']) -%}{%- endif -%}
    {%- do promised.append(api.Column.create(column['name'], column.get('data_type') or '')) -%}
  {%- endfor -%}
  {%- if untyped -%}
    {%- do exceptions.column_type_missing(column_names=untyped) -%}
  {%- endif -%}
  {%- set given = adapter.get_column_schema_from_query(get_empty_subquery_sql(sql, config.get('sql_header'))) -%}
  {%- set promised_names = promised | map(attribute='name') | map('lower') | list -%}
  {%- set given_names = given | map(attribute='name') | map('lower') | list -%}
  {%- if promised_names | sort != given_names | sort -%}
    {%- do exceptions.raise_contract_error(format_columns(promised), format_columns(given)) -%}
  {%- endif -%}
  {%- if target.type != 'sqlite' -%}
    {%- for column in promised -%}
      {%- for other in given if other.name | lower == column.name | lower and other.dtype | lower != column.dtype | lower -%}
        {%- do exceptions.raise_contract_error(format_columns(promised), format_columns(given)) -%}
      {%- endfor -%}
    {%- endfor -%}
  {%- endif -%}
{%- endmacro %}

{% macro format_columns(columns) %}
  {%- set formatted = [] -%}
  {%- for column in columns -%}
    {%- do formatted.append(adapter.dispatch('format_column', 'dbt')(column)) -%}
  {%- endfor -%}
  {{ return(formatted) }}
{% endmacro %}

{% macro default__format_column(column) -%}
  {{ return({'name': column.name, 'data_type': column.dtype, 'formatted': column.name ~ ' ' ~ column.dtype}) }}
{%- endmacro %}

{# For engines that do not look at foreign keys while rows are written; before the commit. #}
{% macro check_foreign_keys(relation) %}
  {%- if config.get('contract').enforced -%}
    {%- set lists = [model['constraints'] or []] -%}
    {%- for column in model['columns'].values() -%}
      {%- do lists.append(column.get('constraints') or []) -%}
    {%- endfor -%}
    {%- if lists | sum(start=[]) | selectattr('type', 'equalto', 'foreign_key') | list -%}
      {%- do adapter.dispatch('check_foreign_keys', 'dbt')(relation) -%}
    {%- endif -%}
  {%- endif -%}
{% endmacro %}

{% macro default__check_foreign_keys(relation) %}
{% endmacro %}

{# SQLite checks foreign keys only where a connection asks for it, and then a parent could not be made anew below its children.
   So they are looked at once the rows are there, in the same transaction. #}
{% macro sqlite__check_foreign_keys(relation) %}
  {%- set bad = run_query('select "parent" as parent, count(*) as n, min("rowid") as first from pragma_foreign_key_check(' ~ string_literal(escape_single_quotes(relation.render() | replace('"', ''))) ~ ') group by 1') -%}
  {%- for row in bad.rows -%}
    {%- do exceptions.raise_compiler_error("FOREIGN KEY constraint failed: " ~ row['n'] ~ " row(s) of " ~ relation ~ " refer to what is not in " ~ row['parent'] ~ "; the first one has rowid " ~ row['first']) -%}
  {%- endfor -%}
{% endmacro %}
