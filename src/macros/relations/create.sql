{# Making relations: SQL text for tables and views. Each kind has a dispatched macro of its own. #}

{% macro get_create_sql(relation, sql) -%}
  {{- adapter.dispatch('get_create_sql', 'dbt')(relation, sql) -}}
{%- endmacro %}

{% macro default__get_create_sql(relation, sql) -%}
  {%- if relation.is_view -%}
    {{ get_create_view_as_sql(relation, sql) }}
  {%- elif relation.is_table -%}
    {{ get_create_table_as_sql(False, relation, sql) }}
  {%- elif relation.is_materialized_view -%}
    {{ get_create_materialized_view_as_sql(relation, sql) }}
  {%- else -%}
    {%- do exceptions.raise_compiler_error("`get_create_sql` has not been implemented for: " ~ relation.type) -%}
  {%- endif -%}
{%- endmacro %}

{% macro get_create_table_as_sql(temporary, relation, sql) -%}
  {{ adapter.dispatch('get_create_table_as_sql', 'dbt')(temporary, relation, sql) }}
{%- endmacro %}

{% macro default__get_create_table_as_sql(temporary, relation, sql) -%}
  {{ return(create_table_as(temporary, relation, sql)) }}
{%- endmacro %}

{% macro create_table_as(temporary, relation, compiled_code, language='sql') -%}
  {%- if language != 'sql' -%}
    {%- do exceptions.raise_not_implemented("tables made by " ~ language ~ " are not supported") -%}
  {%- endif -%}
  {{- adapter.dispatch('create_table_as', 'dbt')(temporary, relation, compiled_code) -}}
{%- endmacro %}

{% macro default__create_table_as(temporary, relation, sql) -%}
  {%- if config.get('sql_header') -%}
{{ config.get('sql_header') }}
{% endif -%}
  {%- if config.get('contract').enforced and not temporary -%}
create table {{ relation.render() }}
{{ get_assert_columns_equivalent(sql) }}
{{ get_table_columns_and_constraints() }};
insert into {{ relation.render() }} ({{ get_column_names() }})
{{ get_select_subquery(sql) }}
  {%- else -%}
create {{ 'temporary ' if temporary }}table {{ relation.render() }} as
{{ sql }}
  {%- endif -%}
{%- endmacro %}

{# A temporary table lies in a schema of its own in SQLite, where a prefixed name would not be found again: one for the
   time of the transaction does the same. #}
{% macro sqlite__create_table_as(temporary, relation, sql) -%}
  {{ default__create_table_as(false, relation, sql) if not temporary else 'create table ' ~ relation.render() ~ ' as\n' ~ sql }}
{%- endmacro %}

{# The columns of the contract, as a list for an insert. #}
{% macro get_column_names() -%}
  {{ adapter.dispatch('get_column_names', 'dbt')() }}
{%- endmacro %}

{% macro default__get_column_names() -%}
  {%- set names = [] -%}
  {%- for column in model['columns'].values() -%}
    {%- do names.append(adapter.quote(column['name']) if column.get('quote') else column['name']) -%}
  {%- endfor -%}
  {{ names | join(', ') }}
{%- endmacro %}

{% macro get_select_subquery(sql) -%}
  {{ return(adapter.dispatch('get_select_subquery', 'dbt')(sql)) }}
{%- endmacro %}

{% macro default__get_select_subquery(sql) -%}
select {{ get_column_names() }}
from (
{{ sql }}
) as model_subq
{%- endmacro %}

{% macro get_create_view_as_sql(relation, sql) -%}
  {{ adapter.dispatch('get_create_view_as_sql', 'dbt')(relation, sql) }}
{%- endmacro %}

{% macro default__get_create_view_as_sql(relation, sql) -%}
  {{ return(create_view_as(relation, sql)) }}
{%- endmacro %}

{% macro create_view_as(relation, sql) -%}
  {{ adapter.dispatch('create_view_as', 'dbt')(relation, sql) }}
{%- endmacro %}

{% macro default__create_view_as(relation, sql) -%}
  {%- if config.get('sql_header') -%}
{{ config.get('sql_header') }}
{% endif -%}
create view {{ relation.render() }}
  {%- if config.get('contract').enforced %}
{{ get_assert_columns_equivalent(sql) }}
  {%- endif %} as
{{ sql }}
{%- endmacro %}

{% macro get_create_materialized_view_as_sql(relation, sql) -%}
  {{- adapter.dispatch('get_create_materialized_view_as_sql', 'dbt')(relation, sql) -}}
{%- endmacro %}

{% macro default__get_create_materialized_view_as_sql(relation, sql) -%}
  {%- do exceptions.raise_not_implemented("materialized views are not supported by " ~ target.type) -%}
{%- endmacro %}

{% macro get_create_intermediate_sql(relation, sql) -%}
  {{- adapter.dispatch('get_create_intermediate_sql', 'dbt')(relation, sql) -}}
{%- endmacro %}

{% macro default__get_create_intermediate_sql(relation, sql) -%}
  {{- get_create_sql(make_intermediate_relation(relation), sql) -}}
{%- endmacro %}

{% macro get_create_backup_sql(relation) -%}
  {{- adapter.dispatch('get_create_backup_sql', 'dbt')(relation) -}}
{%- endmacro %}

{% macro default__get_create_backup_sql(relation) -%}
  {{- get_rename_sql(relation, make_backup_relation(relation, relation.type).identifier) -}}
{%- endmacro %}

{% macro get_replace_sql(existing_relation, target_relation, sql) %}
  {{- adapter.dispatch('get_replace_sql', 'dbt')(existing_relation, target_relation, sql) -}}
{% endmacro %}

{% macro default__get_replace_sql(existing_relation, target_relation, sql) %}
{{ get_drop_sql(existing_relation) }};
{{ get_create_sql(target_relation, sql) }}
{% endmacro %}

{% macro get_replace_table_sql(relation, sql) -%}
  {{- adapter.dispatch('get_replace_table_sql', 'dbt')(relation, sql) -}}
{%- endmacro %}

{% macro default__get_replace_table_sql(relation, sql) -%}
  {{- get_replace_sql(relation, relation, sql) -}}
{%- endmacro %}

{% macro get_replace_view_sql(relation, sql) -%}
  {{- adapter.dispatch('get_replace_view_sql', 'dbt')(relation, sql) -}}
{%- endmacro %}

{% macro default__get_replace_view_sql(relation, sql) -%}
  {{- get_replace_sql(relation, relation, sql) -}}
{%- endmacro %}

{# The whole of a view's materialization, for custom ones that are built around it. #}
{% macro create_or_replace_view() %}
  {%- set old = load_cached_relation(this) -%}
  {%- set new = this.incorporate(type='view') -%}
  {{ run_hooks(pre_hooks) }}
  {%- do replace_with_view(old, new, sql) -%}
  {{ run_hooks(post_hooks) }}
  {{ return({'relations': [new]}) }}
{% endmacro %}

{% macro handle_existing_table(full_refresh, old_relation) %}
  {{ adapter.dispatch('handle_existing_table', 'dbt')(full_refresh, old_relation) }}
{% endmacro %}

{% macro default__handle_existing_table(full_refresh, old_relation) %}
  {%- do adapter.drop_relation(old_relation) -%}
{% endmacro %}
