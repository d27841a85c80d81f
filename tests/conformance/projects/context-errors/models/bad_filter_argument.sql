{% if execute %}{{ 'a' | round }}{% endif %} select 1 as a
