{% if execute %}{{ [1][4].x }}{% endif %} select 1 as a
