{# What the most used package cannot do on SQLite by its own default macros. Dispatch finds sqlite__<package>__<macro> of this
   library after the project's and the package's own macros for SQLite, and before the package's default. #}

{# There is no information schema. A name with a double underscore is a relation of the schema before it, and also one of
   `main` with that whole name: both are offered. #}
{% macro sqlite__dbt_utils__get_tables_by_pattern_sql(schema_pattern, table_pattern, exclude='', database=target.database) %}
select distinct table_schema as "table_schema", table_name as "table_name", table_type as "table_type"
from (
    select 'main' as table_schema, name as table_name, type as table_type
    from sqlite_master
    where type in ('table', 'view') and name not like 'sqlite\_%' escape '\'
    union all
    select substr(name, 1, instr(name, '__') - 1), substr(name, instr(name, '__') + 2), type
    from sqlite_master
    where type in ('table', 'view') and instr(name, '__') > 1
) all_relations
where table_schema like '{{ schema_pattern }}'
    and table_name like '{{ table_pattern }}'
    and table_name not like '{{ exclude }}'
{% endmacro %}
