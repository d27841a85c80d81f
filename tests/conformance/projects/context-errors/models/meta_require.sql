{% if execute %}{{ config.meta_require("needed") }}{% endif %} select 1 as a
