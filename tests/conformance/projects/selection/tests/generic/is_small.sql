{% test is_small(model, limit) %}select * from {{ model }} where 1 > {{ limit }}{% endtest %}
