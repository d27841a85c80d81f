{% if execute %}{{ adapter.dispatch("x", packages=["a"]) }}{% endif %} select 1 as a
