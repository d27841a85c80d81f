{% macro only_in_kit() %}{{ in_both() }}{{ ref('x') }}{{ mine(1) }}{% endmacro %}
{% macro in_both() %}{{ shop.in_both() }}{% endmacro %}
{% macro default__chosen() %}{% endmacro %}
{% macro default__in_both() %}{% endmacro %}
