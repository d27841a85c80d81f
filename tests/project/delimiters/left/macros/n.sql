{% macro n(x) %}<{{ x }}>{% endmacro %}
