{# See dbt_utils.sql in this folder for how these are found. Weeks begin on Sunday unless they are ISO weeks, as the package's
   macros for PostgreSQL have it. #}

{% macro sqlite__dbt_date__day_name(date, short, language='default') -%}
  {%- if execute and language not in ('default', 'en') %}{% do exceptions.raise_compiler_error("dbt_date.day_name knows English names only on SQLite, not the language '" ~ language ~ "'") %}{% endif -%}
  {%- set names = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] -%}
  case date_part('dow', {{ date }})
  {%- for name in names %} when {{ loop.index0 }} then '{{ name[:3] if short else name }}'{% endfor %} end
{%- endmacro %}

{% macro sqlite__dbt_date__month_name(date, short, language='default') -%}
  {%- if execute and language not in ('default', 'en') %}{% do exceptions.raise_compiler_error("dbt_date.month_name knows English names only on SQLite, not the language '" ~ language ~ "'") %}{% endif -%}
  {%- set names = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'] -%}
  case date_part('month', {{ date }})
  {%- for name in names %} when {{ loop.index }} then '{{ name[:3] if short else name }}'{% endfor %} end
{%- endmacro %}

{% macro sqlite__dbt_date__day_of_week(date, isoweek) -%}
  {{ "cast(date_part('isodow', " ~ date ~ ") as integer)" if isoweek else "cast(date_part('dow', " ~ date ~ ") + 1 as integer)" }}
{%- endmacro %}

{% macro sqlite__dbt_date__day_of_year(date) -%}
  cast(date_part('doy', {{ date }}) as integer)
{%- endmacro %}

{% macro sqlite__dbt_date__week_start(date) -%}
  date({{ date }}, '-' || cast(date_part('dow', {{ date }}) as integer) || ' days')
{%- endmacro %}

{% macro sqlite__dbt_date__week_end(date) -%}
  date({{ date }}, (6 - cast(date_part('dow', {{ date }}) as integer)) || ' days')
{%- endmacro %}

{# Week 1 begins on the first of January. #}
{% macro sqlite__dbt_date__week_of_year(date) -%}
  (cast(date_part('doy', {{ date }}) as integer) - 1) / 7 + 1
{%- endmacro %}

{% macro sqlite__dbt_date__iso_week_of_year(date) -%}
  cast(date_part('week', {{ date }}) as integer)
{%- endmacro %}

{% macro sqlite__dbt_date__iso_week_start(date) -%}
  date(date_trunc('week', {{ date }}))
{%- endmacro %}

{% macro sqlite__dbt_date__iso_week_end(date) -%}
  date(date_trunc('week', {{ date }}), '6 days')
{%- endmacro %}

{% macro sqlite__dbt_date__from_unixtimestamp(epochs, format='seconds') -%}
  {%- set units = {'seconds': 1, 'milliseconds': 1000, 'microseconds': 1000000} -%}
  {%- if format not in units -%}
    {%- do exceptions.raise_compiler_error("value " ~ format ~ " for `format` for from_unixtimestamp is not supported.") -%}
  {%- endif -%}
  datetime({{ epochs }} / {{ units[format] }}, 'unixepoch')
{%- endmacro %}
