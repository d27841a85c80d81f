{% macro tripled(x) %}3 * {{ x }}{% endmacro %}
