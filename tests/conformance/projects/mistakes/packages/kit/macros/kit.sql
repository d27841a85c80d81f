{% macro cents(column) %}{{ return(adapter.dispatch('cents', 'kit')(column)) }}{% endmacro %}
{% macro default__cents(column) %}({{ column }} * 100){% endmacro %}
