{% if execute %}{{ config.require("needed") }}{% endif %} select 1 as a
