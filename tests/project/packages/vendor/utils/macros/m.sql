{% macro m() %}{{ utils.inner_one() }}{% endmacro %}{% macro inner_one() %}1{% endmacro %}
