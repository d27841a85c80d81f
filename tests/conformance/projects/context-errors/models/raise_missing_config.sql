{% if execute %}{{ exceptions.missing_config(model, "needed") }}{% endif %} select 1 as a
