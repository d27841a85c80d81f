{% test at_least(model, column_name, least, note=none) %}{{ config(severity='warn', fail_calc='sum(n)') }} select 1 as n from {{ model }} where {{ column_name }} < {{ least }}{% endtest %}
