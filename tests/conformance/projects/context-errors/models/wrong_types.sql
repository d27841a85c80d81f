{% if execute %}{{ 1 + 'a' }}{% endif %} select 1 as a
