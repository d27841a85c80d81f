{% if execute %}{{ env_var("CONTEXT_NOT_THERE") }}{% endif %} select 1 as a
