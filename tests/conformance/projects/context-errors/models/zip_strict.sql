{% if execute %}{{ zip_strict(3, [1]) }}{% endif %} select 1 as a
