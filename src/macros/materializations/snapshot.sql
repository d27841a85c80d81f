{# Snapshots: a table of all the states that rows had, each with the time from which and until which it was the present one.

   The first run copies the query. Later ones write the changes into a staging table, each row marked as
     insert   a state that is new
     update   the present state of a row that has a newer one now: it ends
     delete   the present state of a row that is gone: it ends (if hard_deletes says so)
   and apply them to the snapshot. #}

{% materialization snapshot, default %}
  {%- set there, target_relation = get_or_create_relation(database=model.database, schema=model.schema, identifier=model.alias, type='table') -%}
  {%- if not target_relation.is_table -%}
    {%- do exceptions.relation_wrong_type(target_relation, 'table') -%}
  {%- endif -%}
  {%- set grants = config.get('grants') -%}

  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}

  {%- set strategy_macro = strategy_dispatch(config.require('strategy')) -%}
  {%- set strategy = strategy_macro(model, 'snapshotted_data', 'source_data', model['config'], there) -%}

  {%- do refuse_duplicate_keys(strategy.unique_key, sql) -%}
  {%- if not there -%}
    {%- set staging = none -%}
    {%- set query = build_snapshot_table(strategy, model['compiled_code']) -%}
    {%- set main_sql = create_table_as(False, target_relation, query) -%}
  {%- else -%}
    {%- do adapter.assert_valid_snapshot_target_given_strategy(target_relation, get_snapshot_table_column_names(), strategy) -%}
    {%- set query = snapshot_staging_table(strategy, sql, target_relation) -%}
    {%- set staging = build_snapshot_staging_table(strategy, sql, target_relation) -%}
    {%- do adapter.expand_target_column_types(from_relation=staging, to_relation=target_relation) -%}
    {%- set helpers = snapshot_helper_columns(strategy) -%}
    {%- set added = [] -%}
    {%- for column in adapter.get_missing_columns(staging, target_relation) if column.name | lower not in helpers -%}
      {%- do added.append(column) -%}
    {%- endfor -%}
    {%- do create_columns(target_relation, added) -%}
    {%- set inserted = [] -%}
    {%- for column in adapter.get_columns_in_relation(staging) if column.name | lower not in helpers -%}
      {%- do inserted.append(adapter.quote(column.name)) -%}
    {%- endfor -%}
    {%- set main_sql = snapshot_merge_sql(target=target_relation, source=staging, insert_cols=inserted) -%}
  {%- endif -%}

  {%- do check_time_data_types(query) -%}
  {%- call statement('main') -%}
    {{ main_sql }}
  {%- endcall -%}

  {%- if flags.VERIFY -%}
    {%- do verify_snapshot(target_relation, strategy) -%}
  {%- endif -%}
  {%- do apply_grants(target_relation, grants, should_revoke=should_revoke(there, full_refresh_mode=False)) -%}
  {%- do persist_docs(target_relation, model) -%}
  {%- if not there -%}
    {%- do create_indexes(target_relation) -%}
  {%- endif -%}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {%- if staging is not none -%}
    {%- do post_snapshot(staging) -%}
  {%- endif -%}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}

  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# ---- what must hold ---- #}

{# Two rows of one key would both become the present state; dbt writes them, and the history is wrong from then on. #}
{% macro refuse_duplicate_keys(unique_key, sql) %}
  {%- set keys = [unique_key] if unique_key is string else unique_key -%}
  {%- set query %}
select {{ keys | join(', ') }}, count(*) as dbt_rows
from (
{{ sql }}
) as snapshot_source
where {% for key in keys %}{{ key }} is not null{{ ' and ' if not loop.last }}{% endfor %}
group by {{ range(1, keys | length + 1) | join(', ') }}
having count(*) > 1
order by {{ range(1, keys | length + 1) | join(', ') }}
limit 6
  {%- endset -%}
  {%- set found = run_query(query) -%}
  {%- if found.rows | length -%}
    {%- set shown = [] -%}
    {%- for row in found.rows -%}
      {%- set values = [] -%}
      {%- for value in row.values() -%}{%- do values.append(value | string) -%}{%- endfor -%}
      {%- do shown.append(values[:-1] | join(', ') ~ " (" ~ values[-1] ~ " rows)") if loop.index < 6 -%}
    {%- endfor -%}
    {%- do exceptions.raise_compiler_error("the source of the snapshot has several rows for one " ~ keys | join(', ') ~ ": " ~ shown | join('; ')
          ~ ('; and more' if found.rows | length > 5)
          ~ ". Make unique_key identify a row, or let the query give one row a key; nothing was recorded.") -%}
  {%- endif -%}
{% endmacro %}

{# `snapshot --verify`: one present state a key, each state ends where the next one begins, none overlaps another. A key that was gone
   for a time has a gap where hard deletes end its state. #}
{% macro verify_snapshot(target_relation, strategy) %}
  {%- set names = get_snapshot_table_column_names() -%}
  {%- set keys = ([strategy.unique_key] if strategy.unique_key is string else strategy.unique_key) | join(', ') -%}
  {%- set current = snapshot_is_current(names.dbt_valid_to) -%}
  {%- set query %}
with states as (
    select
        {{ keys }},
        {{ names.dbt_valid_from }} as dbt_from,
        case when {{ current }} then null else {{ names.dbt_valid_to }} end as dbt_to,
        lead({{ names.dbt_valid_from }}) over (partition by {{ keys }} order by {{ names.dbt_valid_from }}, {{ names.dbt_scd_id }}) as dbt_next
    from {{ target_relation.render() }}
)

select {{ keys }}, dbt_problem, dbt_at
from (
    select {{ keys }}, 'two states at once' as dbt_problem, dbt_next as dbt_at from states where dbt_next is not null and (dbt_to is null or dbt_to > dbt_next)
    union all
    select {{ keys }}, 'a state that ends before it begins', dbt_from from states where dbt_to < dbt_from
  {%- if strategy.hard_deletes != 'invalidate' %}
    union all
    select {{ keys }}, 'a gap behind', dbt_to from states where dbt_to < dbt_next
    union all
    select {{ keys }}, 'no present state since', dbt_to from states where dbt_next is null and dbt_to is not null
  {%- endif %}
) as problems
limit 6
  {%- endset -%}
  {%- set found = run_query(query) -%}
  {%- if found.rows | length -%}
    {%- set shown = [] -%}
    {%- for row in found.rows -%}
      {%- set values = [] -%}
      {%- for value in row.values() -%}{%- do values.append(value | string) -%}{%- endfor -%}
      {%- do shown.append(values[:-2] | join(', ') ~ ": " ~ values[-2] ~ " " ~ values[-1]) if loop.index < 6 -%}
    {%- endfor -%}
    {%- do exceptions.raise_compiler_error("the history in " ~ target_relation ~ " is not whole (by " ~ keys ~ "): " ~ shown | join('; ')
          ~ ('; and more' if found.rows | length > 5) ~ ". What was recorded now is rolled back.") -%}
  {%- endif -%}
{% endmacro %}

{# ---- names ---- #}

{% macro get_snapshot_table_column_names() %}
  {%- set names = {
        'dbt_valid_to': 'dbt_valid_to',
        'dbt_valid_from': 'dbt_valid_from',
        'dbt_scd_id': 'dbt_scd_id',
        'dbt_updated_at': 'dbt_updated_at',
        'dbt_is_deleted': 'dbt_is_deleted',
      } -%}
  {%- for key, name in (config.get('snapshot_meta_column_names') or {}).items() if name -%}
    {%- do names.update({key: name}) -%}
  {%- endfor -%}
  {{ return(names) }}
{% endmacro %}

{# The staging table's own columns, which the snapshot does not get. #}
{% macro snapshot_helper_columns(strategy) %}
  {%- set names = ['dbt_change_type', 'dbt_unique_key'] -%}
  {%- if strategy.unique_key is not string -%}
    {%- for key in strategy.unique_key -%}
      {%- do names.append('dbt_unique_key_' ~ loop.index) -%}
    {%- endfor -%}
  {%- endif -%}
  {{ return(names) }}
{% endmacro %}

{% macro unique_key_fields(unique_key) -%}
  {%- if unique_key is string -%}
    {{ unique_key }} as dbt_unique_key
  {%- else -%}
    {%- for key in unique_key -%}
      {{ key }} as dbt_unique_key_{{ loop.index }}{{ ', ' if not loop.last }}
    {%- endfor -%}
  {%- endif -%}
{%- endmacro %}

{% macro unique_key_join_on(unique_key, identifier, from_identifier) -%}
  {%- if unique_key is string -%}
    {{ identifier }}.dbt_unique_key = {{ from_identifier }}.dbt_unique_key
  {%- else -%}
    {%- for key in unique_key -%}
      {{ identifier }}.dbt_unique_key_{{ loop.index }} = {{ from_identifier }}.dbt_unique_key_{{ loop.index }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
  {%- endif -%}
{%- endmacro %}

{% macro unique_key_is_null(unique_key, identifier) -%}
  {{ identifier }}.{{ 'dbt_unique_key' if unique_key is string else 'dbt_unique_key_1' }} is null
{%- endmacro %}

{% macro unique_key_is_not_null(unique_key, identifier) -%}
  {{ identifier }}.{{ 'dbt_unique_key' if unique_key is string else 'dbt_unique_key_1' }} is not null
{%- endmacro %}

{# ---- strategies: how a change is seen, and since when it holds ---- #}

{% macro strategy_dispatch(name) -%}
  {%- set parts = name.split('.', 1) -%}
  {%- set where = context -%}
  {%- if parts | length == 2 -%}
    {%- if parts[0] not in context -%}
      {%- do exceptions.raise_compiler_error("Could not find package '" ~ parts[0] ~ "', called with '" ~ name ~ "'") -%}
    {%- endif -%}
    {%- set where = context[parts[0]] -%}
  {%- endif -%}
  {%- set macro_name = 'snapshot_' ~ parts[-1] ~ '_strategy' -%}
  {%- if macro_name not in where -%}
    {%- do exceptions.raise_compiler_error("there is no snapshot strategy '" ~ name ~ "': use timestamp or check, or define the macro " ~ macro_name) -%}
  {%- endif -%}
  {{ return(where[macro_name]) }}
{%- endmacro %}

{% macro snapshot_hash_arguments(args) -%}
  {{ adapter.dispatch('snapshot_hash_arguments', 'dbt')(args) }}
{%- endmacro %}
{% macro default__snapshot_hash_arguments(args) -%}
  {%- set parts = [] -%}
  {%- for arg in args -%}
    {%- do parts.append("coalesce(cast(" ~ arg ~ " as varchar ), '')") -%}
  {%- endfor -%}
  md5({{ parts | join(" || '|' || ") }})
{%- endmacro %}

{% macro snapshot_timestamp_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
  {%- set updated_at = config.require('updated_at') -%}
  {%- if not updated_at -%}
    {%- do exceptions.raise_compiler_error("the snapshot strategy 'timestamp' needs the config 'updated_at'") -%}
  {%- endif -%}
  {%- set names = get_snapshot_table_column_names() -%}
  {{ return(snapshot_strategy(updated_at, '(' ~ snapshotted_rel ~ '.' ~ names.dbt_valid_from ~ ' < ' ~ current_rel ~ '.' ~ updated_at ~ ')')) }}
{% endmacro %}

{% macro snapshot_check_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
  {%- set updated_at = config.get('updated_at') or snapshot_get_time() -%}
  {%- set column_added, columns = snapshot_check_all_get_existing_columns(node, target_exists, config.get('check_cols')) -%}
  {%- if column_added -%}
    {{ return(snapshot_strategy(updated_at, '(' ~ get_true_sql() ~ ')')) }}
  {%- endif -%}
  {%- set differences = [] -%}
  {%- for column in columns -%}
    {%- set old = snapshotted_rel ~ '.' ~ column -%}
    {%- set new = current_rel ~ '.' ~ column -%}
    {%- do differences.append(old ~ ' <> ' ~ new ~ ' or (' ~ old ~ ' is null and ' ~ new ~ ' is not null) or (' ~ old ~ ' is not null and ' ~ new ~ ' is null)') -%}
  {%- endfor -%}
  {{ return(snapshot_strategy(updated_at, '(' ~ differences | join(' or ') ~ ')')) }}
{% endmacro %}

{# What every strategy gives. #}
{% macro snapshot_strategy(updated_at, row_changed) %}
  {%- set unique_key = config.require('unique_key') -%}
  {%- if not unique_key -%}
    {%- do exceptions.raise_compiler_error("a snapshot needs the config 'unique_key'") -%}
  {%- endif -%}
  {%- set hard_deletes = adapter.get_hard_deletes_behavior(config) -%}
  {{ return({
      'unique_key': unique_key,
      'updated_at': updated_at,
      'row_changed': row_changed,
      'scd_id': snapshot_hash_arguments(api.Relation.scd_args(unique_key, updated_at)),
      'invalidate_hard_deletes': hard_deletes == 'invalidate',
      'hard_deletes': hard_deletes,
  }) }}
{% endmacro %}

{# (whether the query has columns that the snapshot lacks, the columns to compare) #}
{% macro snapshot_check_all_get_existing_columns(node, target_exists, check_cols_config) -%}
  {%- if check_cols_config != 'all' and (check_cols_config is string or check_cols_config is not iterable or check_cols_config | length == 0) -%}
    {%- do exceptions.raise_compiler_error("Invalid value for 'check_cols': " ~ check_cols_config ~ ". Use 'all' or a list of columns") -%}
  {%- endif -%}
  {%- if not target_exists -%}
    {{ return((false, [])) }}
  {%- endif -%}
  {%- if check_cols_config == 'all' -%}
    {%- set wanted = get_columns_in_query(node['compiled_code']) -%}
  {%- else -%}
    {%- set chosen -%}
      select {{ check_cols_config | join(', ') }} from (
      {{ node['compiled_code'] }}
      ) subq
    {%- endset -%}
    {%- set wanted = get_columns_in_query(chosen) -%}
  {%- endif -%}
  {%- set known = adapter.get_columns_in_relation(adapter.get_relation(database=node.database, schema=node.schema, identifier=node.alias))
                  | map(attribute='name') | map('lower') | list -%}
  {%- set both = [] -%}
  {%- for name in wanted if name | lower in known -%}
    {%- do both.append(adapter.quote(name)) -%}
  {%- endfor -%}
  {{ return((both | length < wanted | length, both)) }}
{%- endmacro %}

{# ---- SQL ---- #}

{% macro get_true_sql() %}
  {{ return(adapter.dispatch('get_true_sql', 'dbt')()) }}
{% endmacro %}
{% macro default__get_true_sql() %}
  {{ return('TRUE') }}
{% endmacro %}

{# The end of a state that is the present one: null of the right type, or what dbt_valid_to_current says. #}
{% macro get_dbt_valid_to_current(strategy, columns) %}
  {%- set nothing = 'nullif(' ~ strategy.updated_at ~ ', ' ~ strategy.updated_at ~ ')' -%}
  {%- if config.get('dbt_valid_to_current') -%}
    coalesce({{ nothing }}, {{ config.get('dbt_valid_to_current') }}) as {{ columns.dbt_valid_to }}
  {%- else -%}
    {{ nothing }} as {{ columns.dbt_valid_to }}
  {%- endif -%}
{% endmacro %}

{# Whether a state is the present one. #}
{% macro snapshot_is_current(valid_to) %}
  {%- set current = config.get('dbt_valid_to_current') -%}
  {{ return('(' ~ equals(valid_to, current) | trim ~ ' or ' ~ valid_to ~ ' is null)' if current else valid_to ~ ' is null') }}
{% endmacro %}

{% macro build_snapshot_table(strategy, sql) -%}
  {{ adapter.dispatch('build_snapshot_table', 'dbt')(strategy, sql) }}
{%- endmacro %}
{% macro default__build_snapshot_table(strategy, sql) %}
  {%- set columns = get_snapshot_table_column_names() %}
select
    *,
    {{ strategy.scd_id }} as {{ columns.dbt_scd_id }},
    {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
    {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
    {{ get_dbt_valid_to_current(strategy, columns) }}
    {%- if strategy.hard_deletes == 'new_record' %},
    'False' as {{ columns.dbt_is_deleted }}
    {%- endif %}
from (
{{ sql }}
) sbq
{%- endmacro %}

{% macro snapshot_staging_table(strategy, source_sql, target_relation) -%}
  {{ adapter.dispatch('snapshot_staging_table', 'dbt')(strategy, source_sql, target_relation) }}
{%- endmacro %}
{% macro default__snapshot_staging_table(strategy, source_sql, target_relation) -%}
  {%- set columns = get_snapshot_table_column_names() -%}
  {%- set keys = unique_key_fields(strategy.unique_key) -%}
  {%- set same_key = unique_key_join_on(strategy.unique_key, 'snapshotted_data', 'source_data') -%}
  {%- set now = snapshot_get_time() -%}
  {%- set marks_deletes = strategy.hard_deletes == 'new_record' -%}
  {%- set is_marked = 'snapshotted_data.' ~ columns.dbt_is_deleted ~ " = 'True'" -%}
  {%- set changed = strategy.row_changed ~ (' or ' ~ is_marked if marks_deletes else '') %}
with snapshot_query as (
{{ source_sql }}
),

snapshotted_data as (
    select *, {{ keys }}
    from {{ target_relation.render() }}
    where {{ snapshot_is_current(columns.dbt_valid_to) }}
),

new_states as (
    select
        *,
        {{ keys }},
        {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
        {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
        {{ get_dbt_valid_to_current(strategy, columns) }},
        {{ strategy.scd_id }} as {{ columns.dbt_scd_id }}
    from snapshot_query
),

ended_states as (
    select
        *,
        {{ keys }},
        {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
        {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
        {{ strategy.updated_at }} as {{ columns.dbt_valid_to }}
    from snapshot_query
)

select
    'insert' as dbt_change_type,
    source_data.*{{ ",\n    'False' as " ~ columns.dbt_is_deleted if marks_deletes }}
from new_states as source_data
left join snapshotted_data on {{ same_key }}
where {{ unique_key_is_null(strategy.unique_key, 'snapshotted_data') }} or {{ changed }}

union all

select
    'update' as dbt_change_type,
    source_data.*,
    snapshotted_data.{{ columns.dbt_scd_id }}{{ ",\n    snapshotted_data." ~ columns.dbt_is_deleted if marks_deletes }}
from ended_states as source_data
join snapshotted_data on {{ same_key }}
where {{ changed }}

  {%- if strategy.hard_deletes in ('invalidate', 'new_record') %}
    {%- set gone = unique_key_is_null(strategy.unique_key, 'source_data') ~ (' and not (' ~ is_marked ~ ')' if marks_deletes else '') %}

union all

select
    'delete' as dbt_change_type,
    source_data.*,
    {{ now }} as {{ columns.dbt_updated_at }},
    {{ now }} as {{ columns.dbt_valid_from }},
    {{ now }} as {{ columns.dbt_valid_to }},
    snapshotted_data.{{ columns.dbt_scd_id }}{{ ",\n    snapshotted_data." ~ columns.dbt_is_deleted if marks_deletes }}
from snapshotted_data
left join (
    select *, {{ keys }}
    from snapshot_query
) as source_data on {{ same_key }}
where {{ gone }}
  {%- endif %}

  {%- if marks_deletes %}
    {%- set known = get_columns_in_relation(target_relation) | map(attribute='name') | map('lower') | list %}

union all

select
    'insert' as dbt_change_type,
    {%- for name in get_columns_in_query(source_sql) %}
    {{ 'snapshotted_data' if name | lower in known else 'source_data' }}.{{ adapter.quote(name) }},
    {%- endfor %}
    {%- if strategy.unique_key is string %}
    snapshotted_data.dbt_unique_key,
    {%- else %}
    {%- for key in strategy.unique_key %}
    snapshotted_data.dbt_unique_key_{{ loop.index }},
    {%- endfor %}
    {%- endif %}
    {{ now }} as {{ columns.dbt_updated_at }},
    {{ now }} as {{ columns.dbt_valid_from }},
    snapshotted_data.{{ columns.dbt_valid_to }},
    {{ snapshot_hash_arguments(['snapshotted_data.' ~ columns.dbt_scd_id, now]) }} as {{ columns.dbt_scd_id }},
    'True' as {{ columns.dbt_is_deleted }}
from snapshotted_data
left join (
    select *, {{ keys }}
    from snapshot_query
) as source_data on {{ same_key }}
where {{ gone }}
  {%- endif %}
{%- endmacro %}

{% macro build_snapshot_staging_table(strategy, sql, target_relation) %}
  {%- set staging = make_temp_relation(target_relation) -%}
  {%- do drop_relation_if_exists(load_cached_relation(staging)) -%}
  {%- call statement('build_snapshot_staging_relation') -%}
    {{ create_table_as(True, staging, snapshot_staging_table(strategy, sql, target_relation)) }}
  {%- endcall -%}
  {{ return(staging) }}
{% endmacro %}

{% macro create_columns(relation, columns) %}
  {{ adapter.dispatch('create_columns', 'dbt')(relation, columns) }}
{% endmacro %}
{% macro default__create_columns(relation, columns) %}
  {%- do alter_relation_add_remove_columns(relation, columns, none) -%}
{% endmacro %}

{% macro post_snapshot(staging_relation) %}
  {{ adapter.dispatch('post_snapshot', 'dbt')(staging_relation) }}
{% endmacro %}
{% macro default__post_snapshot(staging_relation) %}
{% endmacro %}
{# It is no temporary table there. #}
{% macro sqlite__post_snapshot(staging_relation) %}
  {%- do adapter.drop_relation(staging_relation) -%}
{% endmacro %}

{% macro snapshot_merge_sql(target, source, insert_cols) -%}
  {{ adapter.dispatch('snapshot_merge_sql', 'dbt')(target, source, insert_cols) }}
{%- endmacro %}

{% macro default__snapshot_merge_sql(target, source, insert_cols) -%}
  {%- set columns = get_snapshot_table_column_names() %}
merge into {{ target.render() }} as DBT_INTERNAL_DEST
using {{ source.render() }} as DBT_INTERNAL_SOURCE
on DBT_INTERNAL_SOURCE.{{ columns.dbt_scd_id }} = DBT_INTERNAL_DEST.{{ columns.dbt_scd_id }}
when matched
    and {{ snapshot_is_current('DBT_INTERNAL_DEST.' ~ columns.dbt_valid_to) }}
    and DBT_INTERNAL_SOURCE.dbt_change_type in ('update', 'delete')
    then update set {{ columns.dbt_valid_to }} = DBT_INTERNAL_SOURCE.{{ columns.dbt_valid_to }}
when not matched
    and DBT_INTERNAL_SOURCE.dbt_change_type = 'insert'
    then insert ({{ insert_cols | join(', ') }}) values ({{ insert_cols | join(', ') }})
{%- endmacro %}

{% macro sqlite__snapshot_merge_sql(target, source, insert_cols) -%}
  {%- set columns = get_snapshot_table_column_names() %}
update {{ target.render() }} as DBT_INTERNAL_DEST
set {{ columns.dbt_valid_to }} = DBT_INTERNAL_SOURCE.{{ columns.dbt_valid_to }}
from {{ source.render() }} as DBT_INTERNAL_SOURCE
where DBT_INTERNAL_SOURCE.{{ columns.dbt_scd_id }} = DBT_INTERNAL_DEST.{{ columns.dbt_scd_id }}
    and DBT_INTERNAL_SOURCE.dbt_change_type in ('update', 'delete')
    and {{ snapshot_is_current('DBT_INTERNAL_DEST.' ~ columns.dbt_valid_to) }};
insert into {{ target.render() }} ({{ insert_cols | join(', ') }})
select {{ insert_cols | join(', ') }}
from {{ source.render() }}
where dbt_change_type = 'insert'
{%- endmacro %}

{# ---- times ---- #}

{% macro snapshot_string_as_time(timestamp) -%}
  {{ adapter.dispatch('snapshot_string_as_time', 'dbt')(timestamp) }}
{%- endmacro %}
{% macro default__snapshot_string_as_time(timestamp) %}
  {%- do exceptions.raise_not_implemented('snapshot_string_as_time macro not implemented for adapter ' ~ adapter.type()) -%}
{% endmacro %}
{% macro sqlite__snapshot_string_as_time(timestamp) -%}
  {{ return("'" ~ timestamp ~ "'") }}
{%- endmacro %}

{% macro get_updated_at_column_data_type(snapshot_sql) %}
  {%- set names = get_snapshot_table_column_names() -%}
  {%- for column in adapter.get_column_schema_from_query(get_empty_subquery_sql(snapshot_sql)) if column.name == names.dbt_updated_at -%}
    {{ return(column.dtype) }}
  {%- endfor -%}
  {{ return(none) }}
{% endmacro %}

{# A zone in one of the two times and none in the other gives wrong orders. SQLite has no types of times to compare. #}
{% macro check_time_data_types(sql) %}
  {%- if target.type != 'sqlite' -%}
    {%- set stored = get_updated_at_column_data_type(sql) -%}
    {%- set now = get_snapshot_get_time_data_type() -%}
    {%- if stored is not none and now is not none and stored | lower != now | lower -%}
      {%- do exceptions.warn_snapshot_timestamp_data_types(now, stored) -%}
    {%- endif -%}
  {%- endif -%}
{% endmacro %}
