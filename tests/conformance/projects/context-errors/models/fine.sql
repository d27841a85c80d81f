{% if execute %}{% endif %} select 1 as a
