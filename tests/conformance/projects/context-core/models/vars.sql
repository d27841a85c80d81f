-- case: an integer
{{ var('answer') }} {{ var('answer') is number }} {{ var('answer') + 1 }}
-- case: a list
{{ var('words') }} {{ var('words')[1] }}
-- case: a dict
{{ var('nested') }} {{ var('nested').a.b }}
-- case: null
{{ var('nothing') }} {{ var('nothing') is none }}
-- case: null and a default
{{ var('nothing', 'default') }}
-- case: a default
{{ var('missing', 'default') }}
-- case: a default of none
{{ var('missing', none) }}
-- case: a default by name
{{ var('missing', default='d') }}
-- case: a list as default
{{ var('missing', [1, 2]) }}
-- case: has_var
{{ var.has_var('answer') }} {{ var.has_var('missing') }}
-- case: scoped to the project
{{ var('scoped') }}
-- case: scoped to a package
{{ helper.scoped() }}
-- case: of the package's own file
{{ helper.package_var() }}
-- case: given on the command line
{{ var('given') }} {{ var('given') is string }}
-- case: given as a dict
{{ var('given_dict') }}
-- case: given wins
{{ var('overridden', 'default') }}
-- case: env_var
{{ env_var('CONTEXT_WORD') }}
-- case: env_var default
{{ env_var('CONTEXT_MISSING', 'default') }}
-- case: env_var default that is no text
{{ env_var('CONTEXT_MISSING', 3) }} {{ env_var('CONTEXT_MISSING', 3) is string }}
-- case: env_var as text
{{ env_var('CONTEXT_NUMBER') is string }} {{ env_var('CONTEXT_NUMBER') | int + 1 }}
-- case: env_var as_bool
{{ env_var('CONTEXT_WORD') | length }}
-- case: DBT_ENV_CUSTOM_ENV
{{ env_var('DBT_ENV_CUSTOM_ENV_TEAM') }} {{ dbt_metadata_envs }}
