{# Names of types, and casts between them.

   In SQLite a moment is text in ISO form: a cast to a type named "timestamp" would turn '2026-01-31' into the number 2026,
   so the type of moments is text there, and dbt.cast() goes through the functions that know them. #}

{% macro type_string() -%}
  {{ return(adapter.dispatch('type_string', 'dbt')()) }}
{%- endmacro %}
{% macro default__type_string() -%}
  {{ return(api.Column.translate_type('string')) }}
{%- endmacro %}

{% macro type_timestamp() -%}
  {{ return(adapter.dispatch('type_timestamp', 'dbt')()) }}
{%- endmacro %}
{% macro default__type_timestamp() -%}
  {{ return(api.Column.translate_type('timestamp')) }}
{%- endmacro %}
{% macro sqlite__type_timestamp() -%}
  {{ return('text') }}
{%- endmacro %}

{% macro type_float() -%}
  {{ return(adapter.dispatch('type_float', 'dbt')()) }}
{%- endmacro %}
{% macro default__type_float() -%}
  {{ return(api.Column.translate_type('float')) }}
{%- endmacro %}

{% macro type_numeric() -%}
  {{ return(adapter.dispatch('type_numeric', 'dbt')()) }}
{%- endmacro %}
{% macro default__type_numeric() -%}
  {{ return(api.Column.numeric_type('numeric', 28, 6)) }}
{%- endmacro %}

{# A whole number of SQLite's "numeric" stays one, and dividing two of them would cut the rest off. #}
{% macro sqlite__type_numeric() -%}
  {{ return('real') }}
{%- endmacro %}

{% macro type_bigint() -%}
  {{ return(adapter.dispatch('type_bigint', 'dbt')()) }}
{%- endmacro %}
{% macro default__type_bigint() -%}
  {{ return(api.Column.translate_type('bigint')) }}
{%- endmacro %}

{% macro type_int() -%}
  {{ return(adapter.dispatch('type_int', 'dbt')()) }}
{%- endmacro %}
{% macro default__type_int() -%}
  {{ return(api.Column.translate_type('integer')) }}
{%- endmacro %}

{% macro type_boolean() -%}
  {{ return(adapter.dispatch('type_boolean', 'dbt')()) }}
{%- endmacro %}
{% macro default__type_boolean() -%}
  {{ return(api.Column.translate_type('boolean')) }}
{%- endmacro %}

{% macro cast(field, type) %}
  {{ return(adapter.dispatch('cast', 'dbt')(field, type)) }}
{% endmacro %}
{% macro default__cast(field, type) %}
    cast({{ field }} as {{ type }})
{% endmacro %}
{% macro sqlite__cast(field, type) -%}
  {%- set word = type | lower | trim -%}
  {%- if word == 'date' -%}
    cast_date({{ field }})
  {%- elif word.startswith('timestamp') or word.startswith('datetime') -%}
    cast_timestamp({{ field }})
  {%- elif word in ('boolean', 'bool') -%}
    cast_boolean({{ field }})
  {%- else -%}
    cast({{ field }} as {{ type }})
  {%- endif -%}
{%- endmacro %}

{% macro safe_cast(field, type) %}
  {{ return(adapter.dispatch('safe_cast', 'dbt')(field, type)) }}
{% endmacro %}
{% macro default__safe_cast(field, type) %}
    cast({{ field }} as {{ type }})
{% endmacro %}
{# Null where the value cannot be read as that type. #}
{% macro sqlite__safe_cast(field, type) -%}
  {%- set word = (type | lower).split('(')[0] | trim -%}
  {%- if word in ('text', 'string', 'varchar', 'char', 'character varying') -%}
    cast({{ field }} as text)
  {%- else -%}
    try_cast({{ field }}, '{{ word }}')
  {%- endif -%}
{%- endmacro %}

{% macro cast_bool_to_text(field) %}
  {{ adapter.dispatch('cast_bool_to_text', 'dbt')(field) }}
{% endmacro %}
{% macro default__cast_bool_to_text(field) %}
    cast({{ field }} as {{ api.Column.translate_type('string') }})
{% endmacro %}
{% macro sqlite__cast_bool_to_text(field) -%}
    case when {{ field }} is null then null when {{ field }} then 'true' else 'false' end
{%- endmacro %}
