{% if execute %}{{ exceptions.column_type_missing(["a"]) }}{% endif %} select 1 as a
