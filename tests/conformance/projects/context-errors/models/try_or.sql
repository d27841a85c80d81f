{% if execute %}{{ try_or_compiler_error("wrapped", not_callable) }}{% endif %} select 1 as a
