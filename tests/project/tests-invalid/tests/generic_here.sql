{% test mine(model) %} select 1 {% endtest %}
