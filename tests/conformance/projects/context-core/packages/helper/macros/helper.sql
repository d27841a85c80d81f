{% macro greet(who='world') %}{{ return(adapter.dispatch('greet', 'helper')(who)) }}{% endmacro %}
{% macro default__greet(who) %}helper greets {{ who }}{% endmacro %}
{% macro only_here(n) %}{{ return(adapter.dispatch('only_here', 'helper')(n)) }}{% endmacro %}
{% macro default__only_here(n) %}{{ return(n * 2) }}{% endmacro %}
{% macro scoped() %}{{ return(var('scoped')) }}{% endmacro %}
{% macro package_var() %}{{ return(var('default_scoped', 'unknown')) }}{% endmacro %}
{% macro sibling() %}{{ return(same_name()) }}{% endmacro %}
{% macro same_name() %}of helper{% endmacro %}
