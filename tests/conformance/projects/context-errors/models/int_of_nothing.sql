{% if execute %}{{ 'a' - 1 }}{% endif %} select 1 as a
