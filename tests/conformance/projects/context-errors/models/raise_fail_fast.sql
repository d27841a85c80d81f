{% if execute %}{{ exceptions.raise_fail_fast_error("fast") }}{% endif %} select 1 as a
