{# A table that is made anew each time.

   The whole runs in the node's transaction: readers see the old relation until the commit. What replace_with_table does
   inside of it depends on the database. #}

{% materialization table, default %}
  {%- set old = load_cached_relation(this) -%}
  {%- set new = this.incorporate(type='table') -%}
  {%- set grants = config.get('grants') -%}

  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}

  {%- do replace_with_table(old, new, sql) -%}
  {%- do check_foreign_keys(new) -%}

  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {%- do apply_grants(new, grants, should_revoke=should_revoke(old, full_refresh_mode=True)) -%}
  {%- do persist_docs(new, model) -%}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}

  {{ return({'relations': [new]}) }}
{% endmaterialization %}

{% macro replace_with_table(old, new, sql) %}
  {%- do adapter.dispatch('replace_with_table', 'dbt')(old, new, sql) -%}
{% endmacro %}

{# Build aside, then swap by name: what depends on the old relation keeps working until it is dropped. #}
{% macro default__replace_with_table(old, new, sql) %}
  {%- set aside = make_intermediate_relation(new) -%}
  {%- do drop_relation_if_exists(load_cached_relation(aside)) -%}
  {%- call statement('main') -%}
    {{ get_create_table_as_sql(False, aside, sql) }}
  {%- endcall -%}
  {%- do create_indexes(aside) -%}
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

{# Drop and create in one transaction. Only a model that reads its own old rows is built aside first. #}
{% macro sqlite__replace_with_table(old, new, sql) %}
  {%- if old is not none and new.render() in sql -%}
    {%- set aside = make_intermediate_relation(new) -%}
    {%- do drop_relation_if_exists(load_cached_relation(aside)) -%}
    {%- call statement('main') -%}
      {{ get_create_table_as_sql(False, aside, sql) }}
    {%- endcall -%}
    {%- do drop_relation_if_exists(old) -%}
    {%- do adapter.rename_relation(aside, new) -%}
  {%- else -%}
    {%- do drop_relation_if_exists(old) -%}
    {%- call statement('main') -%}
      {{ get_create_table_as_sql(False, new, sql) }}
    {%- endcall -%}
  {%- endif -%}
  {%- do create_indexes(new) -%}
{% endmacro %}
