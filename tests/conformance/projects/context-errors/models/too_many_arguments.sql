{% if execute %}{{ takes_one(1, 2) }}{% endif %} select 1 as a
