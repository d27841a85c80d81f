{% if execute %}{{ var("not_there") }}{% endif %} select 1 as a
