{% if execute %}{{ set_strict(3) }}{% endif %} select 1 as a
