{# Hooks before and after a node. The runner opens one transaction around a materialization; a hook that must run outside
   of any ends it first and begins a new one afterwards. #}

{% macro run_hooks(hooks, inside_transaction=True) %}
  {%- set chosen = hooks | selectattr('transaction', 'equalto', inside_transaction) | list -%}
  {%- for hook in chosen -%}
    {%- set sql = render(hook.get('sql')) | trim -%}
    {%- if sql -%}
      {%- if not inside_transaction -%}{%- do adapter.leave_transaction() -%}{%- endif -%}
      {%- call statement(auto_begin=inside_transaction) -%}
        {{ sql }}
      {%- endcall -%}
      {%- if not inside_transaction -%}{%- do adapter.enter_transaction() -%}{%- endif -%}
    {%- endif -%}
  {%- endfor -%}
{% endmacro %}

{% macro make_hook_config(sql, inside_transaction) %}
  {{- tojson({'sql': sql, 'transaction': inside_transaction}) -}}
{% endmacro %}

{% macro before_begin(sql) %}
  {{- make_hook_config(sql, inside_transaction=False) -}}
{% endmacro %}

{% macro in_transaction(sql) %}
  {{- make_hook_config(sql, inside_transaction=True) -}}
{% endmacro %}

{% macro after_commit(sql) %}
  {{- make_hook_config(sql, inside_transaction=False) -}}
{% endmacro %}
