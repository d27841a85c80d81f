{% if execute %}{{ exceptions.raise_database_error("of the database") }}{% endif %} select 1 as a
