{# What an earlier state has, in this target: a real clone where the database can make one, else a view of it. #}

{% materialization clone, default %}
  {%- set nothing = {'relations': []} -%}
  {%- if defer_relation is none -%}
    {{ log('The state has no relation for ' ~ model.unique_id, info=True) }}
    {{ return(nothing) }}
  {%- endif -%}
  {%- set old = load_cached_relation(this) -%}
  {%- if old is not none and not flags.FULL_REFRESH -%}
    {{ log(this ~ ' is there already; --full-refresh makes it anew', info=True) }}
    {{ return(nothing) }}
  {%- endif -%}
  {%- if this | string == defer_relation | string -%}
    {{ log(this ~ ' is what the state has', info=True) }}
    {{ return(nothing) }}
  {%- endif -%}

  {%- set other = load_cached_relation(defer_relation) -%}
  {%- if can_clone_table() and other is not none and other.type == 'table' -%}
    {%- set new = this.incorporate(type='table') -%}
    {%- if old is not none and not old.is_table -%}
      {%- do drop_relation_if_exists(old) -%}
    {%- endif -%}
    {%- call statement('main') -%}
      {{ create_or_replace_clone(this, defer_relation) }}
    {%- endcall -%}
    {%- do persist_docs(new, model) -%}
  {%- else -%}
    {%- set new = this.incorporate(type='view') -%}
    {%- do replace_with_view(old, new, sql) -%}
    {%- do persist_docs(new, model) -%}
  {%- endif -%}
  {{ adapter.commit() }}
  {{ return({'relations': [new]}) }}
{% endmaterialization %}

{% macro create_or_replace_clone(this_relation, defer_relation) %}
  {{ return(adapter.dispatch('create_or_replace_clone', 'dbt')(this_relation, defer_relation)) }}
{% endmacro %}

{% macro default__create_or_replace_clone(this_relation, defer_relation) %}
create or replace table {{ this_relation }} clone {{ defer_relation }}
{% endmacro %}

{% macro can_clone_table() %}
  {{ return(adapter.dispatch('can_clone_table', 'dbt')()) }}
{% endmacro %}

{% macro default__can_clone_table() %}
  {{ return(False) }}
{% endmacro %}
