{% if execute %}{{ adapter.dispatch("a.b") }}{% endif %} select 1 as a
