{% test positive(model, column_name, more_than=0) %}
{{ config(severity='warn') }}
select {{ column_name }} from {{ model }} where not ({{ column_name }} > {{ more_than }})
{% endtest %}
