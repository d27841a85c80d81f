{% if execute %}{{ not_a_macro() }}{% endif %} select 1 as a
