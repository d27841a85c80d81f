{% if execute %}{{ fromjson("{").x.y }}{% endif %} select 1 as a
