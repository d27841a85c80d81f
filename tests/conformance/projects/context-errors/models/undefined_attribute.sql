{% if execute %}{{ target.a.b }}{% endif %} select 1 as a
