{% macro greet(who='world') %}{{ return(adapter.dispatch('greet', macro_namespace='plain')(who)) }}{% endmacro %}
{% macro default__greet(who) %}plain greets {{ who }}{% endmacro %}
{% macro with_adapter() %}{{ return(adapter.dispatch('with_adapter', 'plain')()) }}{% endmacro %}
{% macro default__with_adapter() %}the default{% endmacro %}
{% macro sqlite__with_adapter() %}the adapter's{% endmacro %}
{% macro duckdb__with_adapter() %}the adapter's{% endmacro %}
{% macro from_root() %}{{ return(adapter.dispatch('from_root', 'plain')()) }}{% endmacro %}
{% macro default__from_root() %}plain's{% endmacro %}
