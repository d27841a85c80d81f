{# Indexes. SQLite also makes one of `cluster_by` and of `partition_by`, which say what a table is looked up by. #}

{% macro get_create_index_sql(relation, index_dict) -%}
  {{ return(adapter.dispatch('get_create_index_sql', 'dbt')(relation, index_dict)) }}
{%- endmacro %}
{% macro default__get_create_index_sql(relation, index_dict) -%}
  {{ return(none) }}
{%- endmacro %}

{# The name tells the table and the columns and stays the same from run to run. #}
{% macro sqlite__get_create_index_sql(relation, index_dict) -%}
  {%- set columns = [] -%}
  {%- for column in index_dict.columns -%}
    {%- do columns.append(adapter.quote(column) if modules.re.match('^\\w+$', column) else '(' ~ column ~ ')') -%}
  {%- endfor -%}
  {%- set name = local_md5(relation.render() ~ '|' ~ columns | join('|') ~ '|' ~ (index_dict.unique or false)) -%}
  create {{ 'unique ' if index_dict.unique }}index if not exists {{ adapter.quote('idx_' ~ name) }} on {{ relation.render() }} ({{ columns | join(', ') }})
{%- endmacro %}

{% macro create_indexes(relation) -%}
  {{ adapter.dispatch('create_indexes', 'dbt')(relation) }}
{%- endmacro %}

{% macro default__create_indexes(relation) -%}
  {%- for index in config.get('indexes', default=[]) or [] -%}
    {%- set sql = get_create_index_sql(relation, index) -%}
    {%- if sql -%}
      {%- do run_query(sql) -%}
    {%- endif -%}
  {%- endfor -%}
{%- endmacro %}

{% macro sqlite__create_indexes(relation) -%}
  {%- set wanted = [] -%}
  {%- for index in config.get('indexes', default=[]) or [] -%}
    {%- if index is not mapping or not index.columns -%}
      {%- do exceptions.raise_compiler_error("an entry of 'indexes' must be a mapping with 'columns', got: " ~ index) -%}
    {%- endif -%}
    {%- do wanted.append({'columns': [index.columns] if index.columns is string else index.columns, 'unique': index.unique or false}) -%}
  {%- endfor -%}
  {%- for key in ('partition_by', 'cluster_by') -%}
    {%- set given = config.get(key) -%}
    {%- if given is mapping -%}
      {%- set given = given.field or given.fields -%}
    {%- endif -%}
    {%- if given -%}
      {%- do wanted.append({'columns': [given] if given is string else given | list, 'unique': false}) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- for index in wanted -%}
    {%- call statement('create_index') -%}
      {{ get_create_index_sql(relation, index) }}
    {%- endcall -%}
  {%- endfor -%}
{%- endmacro %}

{% macro get_drop_index_sql(relation, index_name) -%}
  {{ adapter.dispatch('get_drop_index_sql', 'dbt')(relation, index_name) }}
{%- endmacro %}
{% macro default__get_drop_index_sql(relation, index_name) -%}
  drop index if exists {{ adapter.quote(index_name) }}
{%- endmacro %}

{% macro get_show_indexes_sql(relation) -%}
  {{ adapter.dispatch('get_show_indexes_sql', 'dbt')(relation) }}
{%- endmacro %}
{% macro default__get_show_indexes_sql(relation) -%}
  {%- do exceptions.raise_not_implemented("`get_show_indexes_sql` is not implemented for " ~ target.type) -%}
{%- endmacro %}
{% macro sqlite__get_show_indexes_sql(relation) -%}
  select name, sql from sqlite_master where type = 'index' and tbl_name = '{{ relation.identifier }}'
{%- endmacro %}
