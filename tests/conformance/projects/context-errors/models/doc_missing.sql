{% if execute %}{{ doc("not_there") }}{% endif %} select 1 as a
