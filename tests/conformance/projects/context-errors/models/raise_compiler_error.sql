{% if execute %}{{ exceptions.raise_compiler_error("the message") }}{% endif %} select 1 as a
