{% macro fail_with(message) %}{{ exceptions.raise_compiler_error(message) }}{% endmacro %}
{% macro takes_one(a) %}{{ a }}{% endmacro %}
