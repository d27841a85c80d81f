{# The one value that an expression has in the database. #}
{% macro value_of(sql) %}{{ return(run_query('select ' ~ sql ~ ' as x').columns[0].values()[0]) }}{% endmacro %}
