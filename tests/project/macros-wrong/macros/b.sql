{% macro cents(x, y) %}{{ x }}{% endmacro %}
