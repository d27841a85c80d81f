{% if execute %}{{ this.missing_part.x }}{% endif %} select 1 as a
