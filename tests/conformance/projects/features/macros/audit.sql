{#- writes a line -#}
{% macro audit(what, more={}) -%}
  insert into audit values ('{{ what }}')
{%- endmacro %}
{% macro default__greet(name, times) %}{{ name }}!{% endmacro %}
{% macro calls_all() %}{{ audit('x') }}{{ toolkit.greet('y') }}{{ dbt.current_timestamp() }}{{ no_such() if false }}{% endmacro %}
{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
  {%- if custom_alias_name -%}{{ custom_alias_name | trim }}
  {%- elif node.version -%}{{ node.name ~ '_v' ~ (node.version | replace('.', '_')) }}
  {%- else -%}{{ node.name }}{%- endif -%}
{%- endmacro %}
{% materialization custom_view, default, supported_languages=['sql', 'python'] %}
  {{ return({'relations': []}) }}
{% endmaterialization %}
{% macro reads_static(column, audit_it) %}{# dbt takes the object of a call for a package, and looks everywhere #}
  {{ column.greet() }}{{ column.name.audit() }}{{ builtins.calls_all() }}{{ adapter.audit() }}{{ nowhere.is_even() }}{{ audit_it() }}
  {%- set lines = [] %}{% do lines.append(no_package.generate_alias_name()) %}{{ adapter.dispatch('greet', macro_namespace='toolkit')('x', 1) }}
{% endmacro %}
{% macro local_md5(value) %}{% do return(builtins.local_md5(value)) %}{% endmacro %}
