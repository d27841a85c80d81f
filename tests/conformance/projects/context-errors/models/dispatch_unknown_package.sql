{% if execute %}{{ adapter.dispatch("x", "no_package") }}{% endif %} select 1 as a
