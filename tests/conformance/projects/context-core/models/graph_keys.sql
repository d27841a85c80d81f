-- depends_on: {{ ref('parent') }}
-- case: graph keys
{% for k in ['nodes', 'sources', 'exposures', 'metrics', 'groups', 'semantic_models', 'saved_queries'] %}{{ k }}={{ k in graph }} {% endfor %}
-- case: nodes
{% for n in graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') | sort(attribute='unique_id') %}{{ n.unique_id }} {% endfor %}
-- case: one node
{{ graph.nodes['model.context_core.parent'].name }} {{ graph.nodes['model.context_core.parent'].tags }} {{ graph.nodes['model.context_core.parent'].config.meta }}
-- case: description
{{ graph.nodes['model.context_core.parent'].description }}
-- case: columns
{{ graph.nodes['model.context_core.parent'].columns.a.data_type }} {{ graph.nodes['model.context_core.parent'].columns['a'].name }} {{ graph.nodes['model.context_core.parent'].columns['a'].description }}
-- case: column keys
{% for k in ['name', 'description', 'meta', 'data_type', 'quote', 'tags', 'constraints', 'config'] %}{{ k if k not in graph.nodes['model.context_core.parent'].columns.a }}{% endfor %}
-- case: sources
{% for s in graph.sources.values() | sort(attribute='unique_id') %}{{ s.unique_id }} {{ s.source_name }} {{ s.name }} {{ s.identifier }} {{ s.schema }} {{ s.description }} {{ s.source_description }};{% endfor %}
-- case: depends_on
{{ graph.nodes['model.context_core.graph_keys'].depends_on.nodes }}
-- case: macros
{{ 'macros' in graph }}
-- case: relation_name
{{ graph.nodes['model.context_core.elsewhere'].relation_name }}
-- case: selected_resources
{{ selected_resources | select('in', ['model.context_core.parent', 'model.context_core.graph_keys']) | sort }}
-- case: flags
{{ flags.WHICH }} {{ flags.FULL_REFRESH }} {{ flags.STORE_FAILURES }} {{ flags.EMPTY }} {{ flags.FAIL_FAST }} {{ flags.USE_COLORS in [true, false] }}
-- case: flags missing
[{{ flags.NOT_THERE }}]
-- case: invocation_args_dict
{{ invocation_args_dict.which }} {{ 'invocation_command' in invocation_args_dict }} {{ 'vars' in invocation_args_dict }} {{ 'target' in invocation_args_dict }}
-- case: invocation_args_dict vars
{{ invocation_args_dict.vars }}
-- case: dbt_metadata_envs
{{ dbt_metadata_envs }}
