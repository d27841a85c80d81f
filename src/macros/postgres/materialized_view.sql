{# Materialized views. A new one is made; one that is there is refreshed, unless its query or its indexes changed: then the config
   on_configuration_change says what happens (apply, continue, fail). --full-refresh makes it anew. #}

{% materialization materialized_view, adapter='postgres' %}
  {%- set old = load_cached_relation(this) -%}
  {%- set new = this.incorporate(type='materialized_view') -%}
  {%- set grants = config.get('grants') -%}

  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}

  {%- set rebuild = old is none or old.type != 'materialized_view' or should_full_refresh() -%}
  {%- if rebuild -%}
    {%- if old is not none -%}
      {%- do postgres_may_drop(old, postgres_dependants(old)) -%}
      {%- do log('Applying REPLACE to: ' ~ new) -%}
      {%- do adapter.drop_relation(old) -%}
    {%- endif -%}
    {%- call statement('main') -%}
      {{ get_create_materialized_view_as_sql(new, sql) }}
    {%- endcall -%}
  {%- else -%}
    {%- set changes = get_materialized_view_configuration_changes(old, config) -%}
    {%- set wish = config.get('on_configuration_change') or 'apply' -%}
    {%- if changes is not none and wish == 'fail' -%}
      {%- do exceptions.raise_compiler_error("the configuration of " ~ new ~ " changed (" ~ changes.summary ~ "), and on_configuration_change is 'fail'") -%}
    {%- elif changes is not none and wish not in ('apply', 'continue') -%}
      {%- do exceptions.raise_compiler_error("on_configuration_change must be apply, continue or fail, not '" ~ wish ~ "'") -%}
    {%- elif changes is none or wish == 'continue' -%}
      {%- if changes is not none -%}
        {%- do exceptions.warn("Configuration changes were identified and `on_configuration_change` was set to `continue` for `" ~ new ~ "`") -%}
      {%- endif -%}
      {%- call statement('main') -%}
        {{ refresh_materialized_view(new) }}
      {%- endcall -%}
    {%- else -%}
      {%- do log('Applying ALTER to: ' ~ new) -%}
      {%- call statement('main') -%}
        {{ get_alter_materialized_view_as_sql(new, changes, sql, old, none, none) }}
      {%- endcall -%}
    {%- endif -%}
  {%- endif -%}

  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {%- do apply_grants(new, grants, should_revoke=should_revoke(old, full_refresh_mode=true)) -%}
  {%- do persist_docs(new, model) -%}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}

  {{ return({'relations': [new]}) }}
{% endmaterialization %}

{% macro postgres__get_create_materialized_view_as_sql(relation, sql) -%}
create materialized view {{ relation.render() }} as (
{{ sql }}
)
  {%- for index in config.get('indexes', default=[]) or [] %};
{{ get_create_index_sql(relation, index) }}
  {%- endfor -%}
{%- endmacro %}

{% macro postgres__refresh_materialized_view(relation) -%}
refresh materialized view {{ relation.render() }}
{%- endmacro %}

{# None, or {summary, indexes: {create, drop}}. As in dbt, a changed query alone is no change: --full-refresh takes it over. #}
{% macro postgres__get_materialized_view_configuration_changes(existing_relation, new_config) %}
  {%- set indexes = postgres_index_changes(existing_relation) -%}
  {%- if not indexes.create and not indexes.drop -%}
    {{ return(none) }}
  {%- endif -%}
  {{ return({'summary': 'indexes', 'indexes': indexes, 'requires_full_refresh': false}) }}
{% endmacro %}

{% macro postgres__get_alter_materialized_view_as_sql(relation, configuration_changes, sql, existing_relation, backup_relation, intermediate_relation) -%}
  {%- set statements = [] -%}
  {%- for name in configuration_changes.indexes.drop -%}
    {%- do statements.append(get_drop_index_sql(relation, name)) -%}
  {%- endfor -%}
  {%- for index in configuration_changes.indexes.create -%}
    {%- do statements.append(get_create_index_sql(relation, index)) -%}
  {%- endfor -%}
{{ statements | join(';\n') }}
{%- endmacro %}

{% macro postgres__describe_materialized_view(relation) %}
  {{ return({'indexes': run_query(get_show_indexes_sql(relation))}) }}
{% endmacro %}
