{% if execute %}{{ fail_with("from a macro") }}{% endif %} select 1 as a
