{% if execute %}{{ takes_one(b=1) }}{% endif %} select 1 as a
