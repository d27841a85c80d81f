{% if execute %}{{ this is mapping }}{% endif %} select 1 as a
