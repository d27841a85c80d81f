{% macro greet(name, times=1) %}
  {{ return(adapter.dispatch('greet', 'toolkit')(name, times)) }}
{% endmacro %}
{% macro default__greet(name, times) %}{{ name * times }}{% endmacro %}
{% test is_even(model, column_name, allowed=none) %}
select * from {{ model }} where {{ column_name }} % 2 = 1
{% endtest %}
