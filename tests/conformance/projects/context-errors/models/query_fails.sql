{% if execute %}{{ run_query("select from nowhere") }}{% endif %} select 1 as a
