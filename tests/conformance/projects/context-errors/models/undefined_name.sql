{% if execute %}{{ not_a_name }}{% endif %} select 1 as a
