{% macro dyn_macro(dyn_a) %}{% endmacro %}
