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
