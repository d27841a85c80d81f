{# A view. #}

{% materialization view, default %}
  {%- set old = load_cached_relation(this) -%}
  {%- set new = this.incorporate(type='view') -%}
  {%- set grants = config.get('grants') -%}

  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}

  {%- do replace_with_view(old, new, sql) -%}

  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {%- do apply_grants(new, grants, should_revoke=should_revoke(old, full_refresh_mode=True)) -%}
  {%- do persist_docs(new, model) -%}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}

  {{ return({'relations': [new]}) }}
{% endmaterialization %}

{% macro replace_with_view(old, new, sql) %}
  {%- do adapter.dispatch('replace_with_view', 'dbt')(old, new, sql) -%}
{% endmacro %}

{% macro default__replace_with_view(old, new, sql) %}
  {%- set aside = make_intermediate_relation(new) -%}
  {%- do drop_relation_if_exists(load_cached_relation(aside)) -%}
  {%- call statement('main') -%}
    {{ get_create_view_as_sql(aside, sql) }}
  {%- endcall -%}
  {%- if old is not none -%}
    {%- set backup = make_backup_relation(new, old.type) -%}
    {%- do drop_relation_if_exists(load_cached_relation(backup)) -%}
    {%- do adapter.rename_relation(old, backup) -%}
    {%- do adapter.rename_relation(aside, new) -%}
    {%- do adapter.drop_relation(backup) -%}
  {%- else -%}
    {%- do adapter.rename_relation(aside, new) -%}
  {%- endif -%}
{% endmacro %}

{# A view that reads itself is an error whatever is done, so there is nothing to keep aside. #}
{% macro sqlite__replace_with_view(old, new, sql) %}
  {%- do drop_relation_if_exists(old) -%}
  {%- call statement('main') -%}
    {{ get_create_view_as_sql(new, sql) }}
  {%- endcall -%}
  {%- if sql_unchecked -%}
    {#- SQLite makes a view of a select that could not run, and whoever reads it would find out. -#}
    {%- call statement('read') -%}
      explain {{ sql }}
    {%- endcall -%}
  {%- endif -%}
{% endmacro %}
