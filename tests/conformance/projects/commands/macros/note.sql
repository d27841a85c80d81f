{% macro note(what) %}{% if execute %}{% do log('noted ' ~ what) %}{% endif %}select '{{ what }}' as noted{% endmacro %}
{% macro operate(number=1) %}{% do run_query('select ' ~ number ~ ' as n') %}{% endmacro %}
{% macro stumble() %}{% do exceptions.raise_compiler_error('stumbled on purpose') %}{% endmacro %}
