{% if execute %}{{ doc('short') }}{% endif %} select 1 as a
