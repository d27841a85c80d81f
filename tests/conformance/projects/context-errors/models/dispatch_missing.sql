{% if execute %}{{ adapter.dispatch("not_there")() }}{% endif %} select 1 as a
