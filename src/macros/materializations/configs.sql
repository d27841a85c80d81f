{# What configuration and command line say about how to build. #}

{% macro set_sql_header(config) -%}
  {%- do config.set('sql_header', caller()) -%}
{%- endmacro %}

{# full_refresh of the node's config, or else the command's --full-refresh. #}
{% macro should_full_refresh() %}
  {%- set wanted = config.get('full_refresh') -%}
  {%- if wanted is none -%}
    {%- set wanted = flags.FULL_REFRESH -%}
  {%- endif -%}
  {%- do return(wanted) -%}
{% endmacro %}

{% macro should_store_failures() %}
  {%- set wanted = config.get('store_failures') -%}
  {%- if wanted is none -%}
    {%- set wanted = flags.STORE_FAILURES -%}
  {%- endif -%}
  {%- do return(wanted) -%}
{% endmacro %}

{# True where an incremental model only adds to what is there. #}
{% macro is_incremental() %}
  {%- if not execute -%}
    {%- do return(false) -%}
  {%- endif -%}
  {%- set old = load_relation(this) -%}
  {%- do return(old is not none and old.type == 'table'
                and model.config.materialized == 'incremental' and not should_full_refresh()) -%}
{% endmacro %}
