{# What cannot be built yet says so, and why, before anything is changed. #}

{% materialization materialized_view, default %}
  {%- do exceptions.raise_not_implemented("materialized views are not supported by " ~ target.type ~ "; use a table or an incremental model") -%}
{% endmaterialization %}

{% materialization function, default %}
  {%- do exceptions.raise_not_implemented("user-defined functions are not supported") -%}
{% endmaterialization %}
