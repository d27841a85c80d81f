{{ config(alias='this_alias', meta={'k': 'v'}, tags='own') }}
-- case: this
{{ this }}
-- case: parts
{{ this.database }} {{ this.schema }} {{ this.identifier }} {{ this.name }} {{ this.table }}
-- case: type of this
{{ this.type }}
-- case: include
{{ this.include(database=false, schema=false) }}
-- case: quote off
{{ this.include(database=false, schema=false).quote(identifier=false) }}
-- case: macro sees this
{{ uses_this() }}
-- case: macro sees model
{{ uses_model() }}
-- case: target
{{ target.name }} {{ target.target_name }} {{ target.profile_name }} {{ target.schema }} {{ target.database }} {{ target.threads }}
-- case: target get
{{ target.get('name') }} {{ target.get('missing', 'default') }} {{ target['schema'] }}
-- case: target missing
[{{ target.missing }}]
-- case: schema and database
{{ schema }} {{ database }}
-- case: project_name
{{ project_name }}
-- case: model
{{ model.name }} {{ model.alias }} {{ model.resource_type }} {{ model.unique_id }} {{ model.package_name }} {{ model.schema }} {{ model.path }} {{ model.original_file_path }}
-- case: model fqn
{{ model.fqn }}
-- case: model tags
{{ model.tags }} {{ model.meta }} {{ model.config.tags }} {{ model.config.meta }}
-- case: model config
{{ model.config.materialized }} {{ model.config.alias }} {{ model.config.enabled }} {{ model.config.schema }}
-- case: model get
{{ model.get('missing') }} {{ model.get('missing', 3) }}
-- case: model in
{{ 'name' in model }} {{ 'missing' in model }}
-- case: model depends_on
{{ model.depends_on.nodes }} {{ model.refs }} {{ model.sources }}
-- case: model columns
{{ model.columns }} {{ model.description }}[]
-- case: model keys that users read
{% for k in ['alias', 'checksum', 'columns', 'config', 'created_at', 'database', 'depends_on', 'description', 'docs', 'fqn', 'language', 'meta', 'name', 'original_file_path', 'package_name', 'path', 'raw_code', 'refs', 'relation_name', 'resource_type', 'schema', 'sources', 'tags', 'unique_id', 'unrendered_config', 'functions', 'metrics', 'contract', 'constraints', 'access'] %}{{ k if k not in model }}{% endfor %}
-- case: config.get
{{ config.get('materialized') }} {{ config.get('missing') }} {{ config.get('missing', 'default') }} {{ config.get('missing', default='d') }}
-- case: config.require
{{ config.require('materialized') }}
-- case: config.get meta
{{ config.get('meta') }} {{ config.get('meta').k }}
-- case: config.get tags
{{ config.get('tags') }}
-- case: config.meta_get
{{ config.meta_get('k') }} {{ config.meta_get('missing', 'd') }}
-- case: config.meta_require
{{ config.meta_require('k') }}
-- case: config persist
{{ config.persist_relation_docs() }} {{ config.persist_column_docs() }}
-- case: config get validator
{{ config.get('alias', validator=validation.any[basestring]) }}
-- case: config prints nothing
[{{ config(meta={'z': 1}) }}]
-- case: execute
{{ execute }}
-- case: dbt_version
{{ dbt_version.split('.')[0] | int > 0 }} {{ dbt_version is string }}
-- case: invocation_id
{{ invocation_id | length }}
-- case: run_started_at
{{ run_started_at.tzinfo }} {{ run_started_at is none }} {{ run_started_at.strftime('%Y') == modules.datetime.datetime.utcnow().strftime('%Y') }}
-- case: thread_id
{{ thread_id is string }}
-- case: pre and post hooks
{{ pre_hooks }} {{ post_hooks }}
