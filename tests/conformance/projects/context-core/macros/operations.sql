{% macro line(name, value) %}{% do print('line ' ~ name ~ ': ' ~ value) %}{% endmacro %}
{% macro lines(name, count=1, items=[], nested={}) %}
  {% do line('text argument', name) %}
  {% do line('number argument', count + 1) %}
  {% do line('list argument', items) %}
  {% do line('dict argument', nested) %}
  {% do line('execute', execute) %}
  {% do line('flags', flags.WHICH) %}
  {% do line('var', var('given')) %}
  {% do line('target', target.name ~ ' ' ~ target.schema) %}
  {% do line('ref', ref('parent')) %}
  {% do line('source', source('raw', 'orders')) %}
  {% do line('run_query', run_query('select 1 as a union all select 2 order by 1').columns[0].values()) %}
  {% do line('graph', graph.nodes['model.context_core.parent'].name) %}
  {% do line('selected_resources', selected_resources) %}
  {% do line('which', invocation_args_dict.which) %}
  {% do line('package', helper.greet('x')) %}
  {{ return('not shown') }}
{% endmacro %}
{% macro stops() %}
  {% do line('before', 1) %}
  {{ exceptions.raise_compiler_error('stopped') }}
  {% do line('after', 1) %}
{% endmacro %}
