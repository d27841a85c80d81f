{# Columns: reading them, and changing those of a table. #}

{% macro get_columns_in_relation(relation) -%}
  {{ return(adapter.dispatch('get_columns_in_relation', 'dbt')(relation)) }}
{%- endmacro %}
{% macro default__get_columns_in_relation(relation) -%}
  {{ return(adapter.get_columns_in_relation(relation)) }}
{%- endmacro %}

{# Rows of (name, type, size, precision, scale) as columns. #}
{% macro sql_convert_columns_in_relation(table) -%}
  {%- set columns = [] -%}
  {%- for row in table -%}
    {%- do columns.append(api.Column(*row)) -%}
  {%- endfor -%}
  {{ return(columns) }}
{%- endmacro %}

{% macro get_list_of_column_names(columns) -%}
  {{ return(columns | map(attribute='name') | list) }}
{%- endmacro %}

{# The same columns, and no rows. #}
{% macro get_empty_subquery_sql(select_sql, select_sql_header=none) -%}
  {{ return(adapter.dispatch('get_empty_subquery_sql', 'dbt')(select_sql, select_sql_header)) }}
{%- endmacro %}
{% macro default__get_empty_subquery_sql(select_sql, select_sql_header=none) -%}
  {{ select_sql_header if select_sql_header is not none }}
select * from (
{{ select_sql }}
) as __dbt_sbq
where false
limit 0
{%- endmacro %}

{% macro get_empty_schema_sql(columns) -%}
  {{ return(adapter.dispatch('get_empty_schema_sql', 'dbt')(columns)) }}
{%- endmacro %}
{% macro default__get_empty_schema_sql(columns) -%}
  {%- set parts = [] -%}
  {%- set untyped = [] -%}
  {%- for column in columns.values() -%}
    {%- set name = adapter.quote(column['name']) if column.get('quote') else column['name'] -%}
    {%- if column.get('data_type') -%}
      {%- do parts.append(cast('null', column['data_type']) ~ ' as ' ~ name) -%}
    {%- else -%}
      {%- do untyped.append(column['name']) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if untyped -%}
    {%- do exceptions.column_type_missing(column_names=untyped) -%}
  {%- endif -%}
select
  {{ parts | join(',\n  ') }}
{%- endmacro %}

{% macro get_column_schema_from_query(select_sql, select_sql_header=none) -%}
  {{ return(adapter.get_column_schema_from_query(get_empty_subquery_sql(select_sql, select_sql_header))) }}
{%- endmacro %}

{% macro get_columns_in_query(select_sql) -%}
  {{ return(adapter.dispatch('get_columns_in_query', 'dbt')(select_sql)) }}
{%- endmacro %}
{% macro default__get_columns_in_query(select_sql) %}
  {%- call statement('get_columns_in_query', fetch_result=True, auto_begin=False) -%}
    {{ get_empty_subquery_sql(select_sql) }}
  {%- endcall -%}
  {{ return(load_result('get_columns_in_query').table.column_names | list) }}
{% endmacro %}

{% macro alter_column_type(relation, column_name, new_column_type) -%}
  {{ return(adapter.dispatch('alter_column_type', 'dbt')(relation, column_name, new_column_type)) }}
{%- endmacro %}

{# Add one of the new type, copy, drop the old one, rename. #}
{% macro default__alter_column_type(relation, column_name, new_column_type) -%}
  {%- set new = adapter.quote(column_name ~ '__dbt_alter') -%}
  {%- set old = adapter.quote(column_name) -%}
  {%- call statement('alter_column_type') -%}
    alter table {{ relation.render() }} add column {{ new }} {{ new_column_type }};
    update {{ relation.render() }} set {{ new }} = {{ old }};
    alter table {{ relation.render() }} drop column {{ old }};
    alter table {{ relation.render() }} rename column {{ new }} to {{ old }}
  {%- endcall -%}
{%- endmacro %}

{% macro alter_relation_add_remove_columns(relation, add_columns=none, remove_columns=none) -%}
  {{ return(adapter.dispatch('alter_relation_add_remove_columns', 'dbt')(relation, add_columns, remove_columns)) }}
{%- endmacro %}

{# One statement a column: the form that every database takes. #}
{% macro default__alter_relation_add_remove_columns(relation, add_columns, remove_columns) %}
  {%- for column in add_columns or [] -%}
    {%- call statement('alter_relation_add_column') -%}
      alter table {{ relation.render() }} add column {{ column.quoted }} {{ column.data_type }}
    {%- endcall -%}
  {%- endfor -%}
  {%- for column in remove_columns or [] -%}
    {%- call statement('alter_relation_remove_column') -%}
      alter table {{ relation.render() }} drop column {{ column.quoted }}
    {%- endcall -%}
  {%- endfor -%}
{% endmacro %}

{# A column without a type takes any value as it is; a guessed one might change it. #}
{% macro sqlite__alter_relation_add_remove_columns(relation, add_columns, remove_columns) %}
  {%- for column in add_columns or [] -%}
    {%- call statement('alter_relation_add_column') -%}
      alter table {{ relation.render() }} add column {{ column.quoted }} {{ column.declared_type }}
    {%- endcall -%}
  {%- endfor -%}
  {%- for column in remove_columns or [] -%}
    {%- call statement('alter_relation_remove_column') -%}
      alter table {{ relation.render() }} drop column {{ column.quoted }}
    {%- endcall -%}
  {%- endfor -%}
{% endmacro %}
