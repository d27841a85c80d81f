{% if execute %}{{ exceptions.missing_relation("rel", model) }}{% endif %} select 1 as a
