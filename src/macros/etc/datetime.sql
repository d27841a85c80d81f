{# Dates in the template language: for models that are built a day or a range of days at a time. #}

{% macro convert_datetime(date_str, date_fmt) %}
  {%- set problem -%}
    '{{ date_str }}' is no date in the form {{ date_fmt }}
  {%- endset -%}
  {%- do return(try_or_compiler_error(problem, modules.datetime.datetime.strptime, date_str | trim, date_fmt)) -%}
{% endmacro %}

{# Every day from the first to the last, both included; without a last one, the day after the first ends the range. #}
{% macro dates_in_range(start_date_str, end_date_str=none, in_fmt="%Y%m%d", out_fmt="%Y%m%d") %}
  {%- set last_str = start_date_str if end_date_str is none else end_date_str -%}
  {%- set first = convert_datetime(start_date_str, in_fmt) -%}
  {%- set last = convert_datetime(last_str, in_fmt) -%}
  {%- set days = (last - first).days -%}
  {%- if days < 0 -%}
    {%- do exceptions.raise_compiler_error("Partition start date is after the end date: " ~ start_date_str ~ ", " ~ last_str) -%}
  {%- endif -%}
  {%- set found = [] -%}
  {%- for step in range(days + 1) -%}
    {%- do found.append((first + modules.datetime.timedelta(days=step)).strftime(out_fmt)) -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}

{# "20260101" or "20260101,20260131" #}
{% macro partition_range(raw_partition_date, date_fmt='%Y%m%d') %}
  {%- set ends = (raw_partition_date | string).split(',') -%}
  {%- if ends | length > 2 -%}
    {%- do exceptions.raise_compiler_error("Invalid partition time. Expected format: {Start Date}[,{End Date}]. Got: " ~ raw_partition_date) -%}
  {%- endif -%}
  {%- do return(dates_in_range(ends[0], ends[1] if ends | length == 2 else none, in_fmt=date_fmt)) -%}
{% endmacro %}

{% macro py_current_timestring() %}
  {%- do return(modules.datetime.datetime.now().strftime("%Y%m%d%H%M%S%f")) -%}
{% endmacro %}
