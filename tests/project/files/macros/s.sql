{% snapshot s %}select 1{% endsnapshot %}
{% docs d %}x{% enddocs %}
{% macro fine() %}1{% endmacro %}
