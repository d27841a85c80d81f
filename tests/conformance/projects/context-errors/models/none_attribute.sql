{% if execute %}{{ none.x.y }}{% endif %} select 1 as a
