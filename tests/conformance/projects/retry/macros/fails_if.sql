{# SQL, or SQL that no database takes. #}
{% macro fails_if(what, sql) %}{% if what in env_var('BROKEN', '').split() %}select * from no_such_relation_at_all{% else %}{{ sql }}{% endif %}{% endmacro %}

{% macro an_operation(number=1) %}
  {% do run_query(fails_if('operation', 'select ' ~ number)) %}
{% endmacro %}
