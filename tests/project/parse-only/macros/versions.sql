{% macro get_version(package) %}
    {% set conf = builtins.ref.config %}
    {% do return(conf.dependencies[package].version) %}
{% endmacro %}
