{% test row_count_over(model, n) %}
select count(*) as c from {{ model }} having count(*) <= {{ n }}
{% endtest %}
