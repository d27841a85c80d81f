{% test small(model, since=none) %}select 1 from {{ model }} where 1 = 2{% endtest %}
