{# Contracts on PostgreSQL: the types are those that the server gives, compared by family as dbt's driver does: text, varchar
   and char are one, integers of one size are one whatever they are called. #}

{% macro postgres__get_assert_columns_equivalent(sql) -%}
  {%- set promised = adapter.get_column_schema_from_query(get_empty_schema_sql(model['columns'])) -%}
  {%- set given = adapter.get_column_schema_from_query(get_empty_subquery_sql(sql, config.get('sql_header'))) -%}
  {%- set types = {} -%}
  {%- for column in given -%}
    {%- do types.update({column.name: postgres_type_family(column.dtype)}) -%}
  {%- endfor -%}
  {%- set good = namespace(all=promised | length == given | length) -%}
  {%- set bare = [] -%}
  {%- for column in model['columns'].values() if column.get('data_type') | lower | trim in ('numeric', 'decimal') -%}
    {%- do bare.append(column.name) -%}
  {%- endfor -%}
  {%- if bare -%}
    {%- do exceptions.warn("the contract of '" ~ model.name ~ "' has numbers without precision and scale: " ~ bare) -%}
  {%- endif -%}
  {%- for column in promised -%}
    {%- if types.get(column.name) != postgres_type_family(column.dtype) -%}
      {%- set good.all = false -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if not good.all -%}
    {%- do exceptions.raise_contract_error(format_columns(promised), format_columns(given)) -%}
  {%- endif -%}
{%- endmacro %}

{% macro postgres_type_family(type) %}
  {%- set families = {
        'text': 'text', 'character varying': 'text', 'character': 'text', 'name': 'text',
        'smallint': 'integer', 'integer': 'integer',
        'real': 'float', 'double precision': 'float',
      } -%}
  {{ return(families.get(type, type)) }}
{% endmacro %}
