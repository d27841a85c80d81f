-- case: ref
{{ ref('parent') }}
-- case: ref with a package
{{ ref('context_core', 'parent') }}
-- case: schema and alias
{{ ref('elsewhere') }}
-- case: ref of an ephemeral model
{{ ref('passing') }}
-- case: parts of ref
{{ ref('parent').database }} {{ ref('parent').schema }} {{ ref('parent').identifier }} {{ ref('parent').name }} {{ ref('parent').table }}
-- case: type of ref
{{ ref('parent').type }}
-- case: tests of ref
{{ ref('parent').is_view }} {{ ref('parent').is_table }} {{ ref('parent').is_cte }}
-- case: source
{{ source('raw', 'orders') }}
-- case: source with an identifier
{{ source('raw', 'renamed') }} {{ source('raw', 'renamed').identifier }} {{ source('raw', 'renamed').name }}
-- case: builtins
{{ builtins.ref('parent') }} {{ builtins.source('raw', 'orders') }}
-- case: builtins has
{{ 'ref' in builtins }} {{ 'not_there' in builtins }} {{ builtins.var('answer') }} {{ builtins['env_var']('CONTEXT_WORD') }} {{ builtins.project_name }}
-- case: ref in a list
{{ [ref('parent'), 1] | length }}
-- case: ref plus text
{{ ref('parent') ~ '' == ref('parent') | string }}
-- case: ref equals ref
{{ ref('parent') == ref('parent') }} {{ ref('parent') == ref('elsewhere') }}
-- case: ref is string
{{ ref('parent') is string }}
