{% macro generate_schema_name(custom_schema_name, node) %}
  {{ node.resource_type }}_{{ custom_schema_name or target.schema }}
{% endmacro %}
{% macro generate_alias_name(custom_alias_name=none, node=none) %}{{ custom_alias_name or node.name }}_{{ node.fqn[1] }}{% endmacro %}
{% macro generate_database_name(custom_database_name=none, node=none) %}{{ target.database }}{% endmacro %}
