{# The cross-database macros on PostgreSQL. Results and their types are those of dbt-postgres. #}

{% macro postgres__current_timestamp() -%}
  now()
{%- endmacro %}

{% macro postgres__snapshot_string_as_time(timestamp) -%}
  {{ return("'" ~ timestamp ~ "'::timestamp without time zone") }}
{%- endmacro %}

{% macro postgres__snapshot_get_time() -%}
  {{ current_timestamp() }}::timestamp without time zone
{%- endmacro %}

{% macro postgres__current_timestamp_backcompat() -%}
  current_timestamp::{{ type_timestamp() }}
{%- endmacro %}

{% macro postgres__current_timestamp_in_utc_backcompat() -%}
  (current_timestamp at time zone 'utc')::{{ type_timestamp() }}
{%- endmacro %}

{% macro postgres__any_value(expression) -%}
    min({{ expression }})
{%- endmacro %}

{% macro postgres__equals(expr1, expr2) -%}
  {%- if adapter.behavior.enable_truthy_nulls_equals_macro.no_warn -%}
    ({{ expr1 }} is not distinct from {{ expr2 }})
  {%- else -%}
    ({{ expr1 }} = {{ expr2 }})
  {%- endif -%}
{%- endmacro %}

{% macro postgres__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
  {%- set order = ' ' ~ order_by_clause if order_by_clause else '' -%}
  {%- if limit_num -%}
    array_to_string((array_agg({{ measure }}{{ order }}))[1:{{ limit_num }}], {{ delimiter_text }})
  {%- else -%}
    string_agg({{ measure }}, {{ delimiter_text }}{{ order }})
  {%- endif -%}
{%- endmacro %}

{% macro postgres__split_part(string_text, delimiter_text, part_number) %}
  {%- if part_number >= 0 -%}
    {{ dbt.default__split_part(string_text, delimiter_text, part_number) }}
  {%- else -%}
    {{ dbt._split_part_negative(string_text, delimiter_text, part_number) }}
  {%- endif -%}
{% endmacro %}

{% macro postgres__dateadd(datepart, interval, from_date_or_timestamp) %}
    {{ from_date_or_timestamp }} + ((interval '1 {{ datepart }}') * ({{ interval }}))
{% endmacro %}

{# An interval knows no quarter. #}
{% macro postgres__last_day(date, datepart) -%}
  {%- if datepart == 'quarter' -%}
    cast({{ dbt.dateadd('day', '-1', dbt.dateadd('month', '3', dbt.date_trunc(datepart, date))) }} as date)
  {%- else -%}
    {{ dbt.default_last_day(date, datepart) }}
  {%- endif -%}
{%- endmacro %}

{# Each part counts the next larger one in its own units and adds the difference within it. #}
{% macro postgres__datediff(first_date, second_date, datepart) -%}
  {%- set step = {
        'quarter': ['year', 4],
        'month': ['year', 12],
        'hour': ['day', 24],
        'minute': ['hour', 60],
        'second': ['minute', 60],
        'millisecond': ['minute', 60000],
        'microsecond': ['minute', 60000000],
      }.get(datepart) -%}
  {%- if datepart == 'year' -%}
    {{ postgres_part_difference(first_date, second_date, 'year', 'date') }}
  {%- elif datepart == 'day' -%}
    (({{ second_date }})::date - ({{ first_date }})::date)
  {%- elif datepart == 'week' -%}
    ({{ postgres__datediff(first_date, second_date, 'day') }} / 7 + case
        when date_part('dow', ({{ first_date }})::timestamp) <= date_part('dow', ({{ second_date }})::timestamp)
            then case when {{ first_date }} <= {{ second_date }} then 0 else -1 end
        else case when {{ first_date }} <= {{ second_date }} then 1 else 0 end
    end)
  {%- elif datepart in ('quarter', 'month') -%}
    ({{ postgres__datediff(first_date, second_date, step[0]) }} * {{ step[1] }} + {{ postgres_part_difference(first_date, second_date, datepart, 'date') }})
  {%- elif step -%}
    ({{ postgres__datediff(first_date, second_date, step[0]) }} * {{ step[1] }} + {{ postgres_part_difference(first_date, second_date, datepart, 'timestamp') }})
  {%- else -%}
    {%- do exceptions.raise_compiler_error("Unsupported datepart for macro datediff in postgres: '" ~ datepart ~ "'") -%}
  {%- endif -%}
{%- endmacro %}

{# Seconds and smaller have fractions, which count as begun only. #}
{% macro postgres_part_difference(first_date, second_date, datepart, type) -%}
  {%- set whole = 'floor' if datepart in ('second', 'millisecond', 'microsecond') else '' -%}
  ({{ whole }}(date_part('{{ datepart }}', ({{ second_date }})::{{ type }})) - {{ whole }}(date_part('{{ datepart }}', ({{ first_date }})::{{ type }})))
{%- endmacro %}
