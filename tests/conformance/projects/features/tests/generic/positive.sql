{% test positive(model, column_name, least=0, list=none, dict=none) %}
{{ config(severity='warn', tags=['generic_config']) }}
select {{ column_name }} from {{ model }} where {{ column_name }} < {{ least }}
{% endtest %}
