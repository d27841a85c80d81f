{% macro day_name(date, short=True, language="default") %}{{ adapter.dispatch("day_name", "dbt_date")(date, short, language) }}{% endmacro %}
{% macro default__day_name(date, short, language) %}to_char({{ date }}, 'Dy'){% endmacro %}
