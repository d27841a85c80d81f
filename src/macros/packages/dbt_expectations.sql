{# See dbt_utils.sql in this folder for how these are found. #}

{# PCRE2 takes flags inside of the pattern, where "case counts" is what it does without one; its strings need no special
   form. #}
{% macro sqlite__dbt_expectations__regexp_instr(source_value, regexp, position, occurrence, is_raw, flags) %}
{%- set options = flags | replace('c', '') | replace('e', '') -%}
regexp_instr({{ source_value }}, '{{ '(?' ~ options ~ ')' if options }}{{ escape_single_quotes(regexp) if is_raw else regexp }}', {{ position }}, {{ occurrence }})
{% endmacro %}

{# Moments are text. #}
{% macro sqlite__dbt_expectations__type_timestamp() %}
{{ return('text') }}
{% endmacro %}

{% macro sqlite__dbt_expectations__type_datetime() %}
{{ return('text') }}
{% endmacro %}
