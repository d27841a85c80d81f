{% test is_long(model, column_name) %}select * from {{ model }} where length({{ column_name }}) < 2{% endtest %}
