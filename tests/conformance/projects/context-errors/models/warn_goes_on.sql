{% if execute %}{{ exceptions.warn("only a warning") }}{% endif %} select 1 as a
