{% macro ref() %}
  {% set rel = builtins.ref(*varargs, **kwargs) %}
  {% do return(rel) %}
{% endmacro %}
{% macro source(a, b) %}{{ return(builtins.source(a, b)) }}{% endmacro %}
{% macro generate_schema_name(custom_schema_name, node) -%}
  {%- if custom_schema_name is none -%}{{ target.schema }}{%- else -%}{{ target.schema }}_{{ custom_schema_name | trim }}{%- endif -%}
{%- endmacro %}
{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
  {%- if custom_alias_name -%}{{ custom_alias_name | trim }}{%- elif node.version -%}{{ node.name }}_v{{ node.version }}{%- else -%}{{ node.name }}{%- endif -%}
{%- endmacro %}
