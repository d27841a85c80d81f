{% macro a() %}1{% endmacro %}

{% ######## %}

{% macro b() %}2{% endmacro %}
