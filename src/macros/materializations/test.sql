{# A data test: a query that gives the rows that are wrong, counted by one more query around it. #}

{% materialization test, default %}
  {%- set relations = [] -%}
  {%- set limit = config.get('limit') -%}
  {%- set failing = sql if limit is none else limited_rows(sql, limit) -%}

  {%- if should_store_failures() -%}
    {%- set kind = config.get('store_failures_as') or 'table' -%}
    {%- if kind not in ('table', 'view') -%}
      {%- do exceptions.raise_compiler_error("'" ~ kind ~ "' is not a valid value for `store_failures_as`. Accepted values are: ['ephemeral', 'table', 'view']") -%}
    {%- endif -%}
    {%- set new = api.Relation.create(database=database, schema=schema, identifier=model['alias'], type=kind) -%}
    {%- do drop_relation_if_exists(adapter.get_relation(database=database, schema=schema, identifier=model['alias'])) -%}
    {%- call statement(auto_begin=True) -%}
      {{ get_create_sql(new, failing) }}
    {%- endcall -%}
    {%- do relations.append(new) -%}
    {%- set failing = 'select * from ' ~ new -%}
    {{ adapter.commit() }}
  {%- endif -%}

  {%- call statement('main', fetch_result=True) -%}
    {{ get_test_sql(failing, config.get('fail_calc'), config.get('warn_if'), config.get('error_if'), none) }}
  {%- endcall -%}

  {{ return({'relations': relations}) }}
{% endmaterialization %}

{# The limit counts for what is kept, too. A test may end with a limit of its own, or a comment. #}
{% macro limited_rows(sql, limit) -%}
select * from (
{{ sql }}
) dbt_limit_subq limit {{ limit }}
{%- endmacro %}

{% macro get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) -%}
  {{ adapter.dispatch('get_test_sql', 'dbt')(main_sql, fail_calc, warn_if, error_if, limit) }}
{%- endmacro %}

{% macro default__get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) -%}
select
  {{ fail_calc }} as failures,
  {{ fail_calc }} {{ warn_if }} as should_warn,
  {{ fail_calc }} {{ error_if }} as should_error
from (
  {{ main_sql }}
  {{ "limit " ~ limit if limit is not none }}
) dbt_internal_test
{%- endmacro %}

{# A comment at the end of the test's SQL must not swallow what follows it. #}
{% macro sqlite__get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) -%}
select
  coalesce({{ fail_calc }}, 0) as failures,
  coalesce({{ fail_calc }}, 0) {{ warn_if }} as should_warn,
  coalesce({{ fail_calc }}, 0) {{ error_if }} as should_error
from (
  {%- if limit is not none %}
  select * from (
  {{ main_sql }}
  ) limit {{ limit }}
  {%- else %}
  {{ main_sql }}
  {%- endif %}
) dbt_internal_test
{%- endmacro %}

{# What a generic test selects from: the relation, or those of its rows that the test's `where` keeps. #}
{% macro get_where_subquery(relation) -%}
  {%- do return(adapter.dispatch('get_where_subquery', 'dbt')(relation)) -%}
{%- endmacro %}

{% macro default__get_where_subquery(relation) -%}
  {%- set where = config.get('where', '') -%}
  {%- if not where -%}
    {%- do return(relation) -%}
  {%- endif -%}
  {%- set kept -%}
    (select * from {{ relation }} where {{ where }}) dbt_subquery
  {%- endset -%}
  {%- do return(kept) -%}
{%- endmacro %}
