{% macro shout(text, times=1) %}{{ text }}{% endmacro %}
