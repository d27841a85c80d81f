{% macro ref() %}{% do return(builtins.ref(*varargs, **kwargs)) %}{% endmacro %}
{% macro mine(column) %}{{ mine(column) }}{{ column.only_in_kit() }}{{ column.a.only_in_kit() }}{% endmacro %}
{% macro by_parameter(mine) %}{{ mine() }}{{ adapter.mine() }}{{ nowhere.in_both() }}{% endmacro %}
{% macro in_both() %}{% endmacro %}
{% macro dispatches(n) %}{{ adapter.dispatch('in_both', var('n', n))() }}{{ adapter.dispatch(macro_name='chosen', macro_namespace='kit')() }}{% endmacro %}
