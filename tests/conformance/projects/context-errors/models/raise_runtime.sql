{% if execute %}{{ exceptions.raise_dependency_error("dep") }}{% endif %} select 1 as a
