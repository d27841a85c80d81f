{% macro audit(word) %}select '{{ word }}'{% endmacro %}
{% macro unused_helper(a, b=2) %}{{ a }}{{ b }}{% endmacro %}
