{# A table that grows: the first run makes it, later ones bring in what the model's SQL gives then, by one of the
   strategies append, delete+insert, merge, or one that the project defines as get_incremental_<name>_sql. #}

{% materialization incremental, default %}
  {%- set old = load_cached_relation(this) -%}
  {%- set new = this.incorporate(type='table') -%}
  {%- set unique_key = config.get('unique_key') -%}
  {%- set strategy = config.get('incremental_strategy') or 'default' -%}
  {%- set on_schema_change = incremental_validate_on_schema_change(config.get('on_schema_change'), default='ignore') -%}
  {%- set rebuild = should_full_refresh() or old is none or not old.is_table -%}
  {%- set grants = config.get('grants') -%}
  {#- Looked up before the first run too, which needs no strategy: the second one would come as a surprise. -#}
  {%- set strategy_macro = adapter.get_incremental_strategy_macro(context, strategy) -%}

  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}

  {%- if rebuild -%}
    {%- do replace_with_table(old, new, sql) -%}
  {%- else -%}
    {%- set batch = make_temp_relation(new) -%}
    {%- do drop_relation_if_exists(load_cached_relation(batch)) -%}
    {%- call statement('create_temp_relation') -%}
      {{ get_create_table_as_sql(True, batch, sql) }}
    {%- endcall -%}
    {%- do adapter.expand_target_column_types(from_relation=batch, to_relation=new) -%}
    {%- set columns = process_schema_changes(on_schema_change, batch, old) -%}
    {%- if not columns -%}
      {%- set columns = adapter.get_columns_in_relation(old) -%}
    {%- endif -%}
    {%- set arguments = {
          'target_relation': new,
          'temp_relation': batch,
          'unique_key': unique_key,
          'dest_columns': columns,
          'incremental_predicates': config.get('predicates') or config.get('incremental_predicates'),
        } -%}
    {%- call statement('main') -%}
      {{ strategy_macro(arguments) }}
    {%- endcall -%}
    {%- do adapter.drop_relation(batch) -%}
  {%- endif -%}

  {%- do check_foreign_keys(new) -%}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {%- do apply_grants(new, grants, should_revoke=should_revoke(old, full_refresh_mode=rebuild)) -%}
  {%- do persist_docs(new, model) -%}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}

  {{ return({'relations': [new]}) }}
{% endmaterialization %}

{# ---- strategies ---- #}

{% macro get_incremental_append_sql(arg_dict) %}
  {{ return(adapter.dispatch('get_incremental_append_sql', 'dbt')(arg_dict)) }}
{% endmacro %}
{% macro default__get_incremental_append_sql(arg_dict) %}
  {{ return(get_insert_into_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['dest_columns'])) }}
{% endmacro %}

{% macro get_incremental_delete_insert_sql(arg_dict) %}
  {{ return(adapter.dispatch('get_incremental_delete_insert_sql', 'dbt')(arg_dict)) }}
{% endmacro %}
{% macro default__get_incremental_delete_insert_sql(arg_dict) %}
  {{ return(get_delete_insert_merge_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['unique_key'], arg_dict['dest_columns'], arg_dict['incremental_predicates'])) }}
{% endmacro %}

{% macro get_incremental_merge_sql(arg_dict) %}
  {{ return(adapter.dispatch('get_incremental_merge_sql', 'dbt')(arg_dict)) }}
{% endmacro %}
{% macro default__get_incremental_merge_sql(arg_dict) %}
  {{ return(get_merge_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['unique_key'], arg_dict['dest_columns'], arg_dict['incremental_predicates'])) }}
{% endmacro %}

{% macro get_incremental_insert_overwrite_sql(arg_dict) %}
  {{ return(adapter.dispatch('get_incremental_insert_overwrite_sql', 'dbt')(arg_dict)) }}
{% endmacro %}
{% macro default__get_incremental_insert_overwrite_sql(arg_dict) %}
  {{ return(get_insert_overwrite_merge_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['dest_columns'], arg_dict['incremental_predicates'])) }}
{% endmacro %}
{# A partition is what has the same value in the columns of partition_by: those that the new rows have are replaced as a whole. #}
{% macro sqlite__get_incremental_insert_overwrite_sql(arg_dict) %}
  {%- set target, source = arg_dict['target_relation'].render(), arg_dict['temp_relation'].render() -%}
  {%- set predicates = arg_dict['incremental_predicates'] or [] -%}
  {%- set sql %}
delete from {{ target }} as DBT_INTERNAL_DEST
where exists (
    select 1
    from {{ source }} as DBT_INTERNAL_SOURCE
    where
    {%- for old in partition_values('DBT_INTERNAL_DEST.') %}
      {%- set number = loop.index0 %}
        {{ 'and ' if number }}{{ old }} is {{ partition_values('DBT_INTERNAL_SOURCE.')[number] }}
    {%- endfor %}
)
    {%- for predicate in ([predicates] if predicates is string else predicates) %}
  and ({{ predicate }})
    {%- endfor %};
{{ get_insert_into_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['dest_columns']) }}
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}

{# partition_by as it is written for other databases: a column, a list of them, or {'field': .., 'granularity': ..}. #}
{% macro partition_values(prefix) %}
  {%- set wanted = config.get('partition_by') -%}
  {%- if not wanted -%}
    {%- do exceptions.raise_compiler_error("the incremental strategy 'insert_overwrite' needs the config 'partition_by': the column whose values"
          ~ " say which rows are replaced") -%}
  {%- endif -%}
  {%- set values = [] -%}
  {%- for part in ([wanted] if wanted is string or wanted is mapping else wanted) -%}
    {%- if part is string -%}
      {%- do values.append(prefix ~ part) -%}
    {%- elif part.get('granularity') and part.get('data_type', 'date') != 'int64' -%}
      {%- do values.append(dbt.date_trunc(part['granularity'], prefix ~ part['field'])) -%}
    {%- else -%}
      {%- do values.append(prefix ~ part['field']) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(values) }}
{% endmacro %}

{# With a key, rows of the same key are replaced; without one, rows are added. #}
{% macro get_incremental_default_sql(arg_dict) %}
  {{ return(adapter.dispatch('get_incremental_default_sql', 'dbt')(arg_dict)) }}
{% endmacro %}
{% macro default__get_incremental_default_sql(arg_dict) %}
  {{ return(get_incremental_delete_insert_sql(arg_dict) if arg_dict['unique_key'] else get_incremental_append_sql(arg_dict)) }}
{% endmacro %}

{% macro get_incremental_microbatch_sql(arg_dict) %}
  {{ return(adapter.dispatch('get_incremental_microbatch_sql', 'dbt')(arg_dict)) }}
{% endmacro %}
{# The rows of the batch's time are replaced. With a unique_key, rows that moved out of it are found by their key. #}
{% macro default__get_incremental_microbatch_sql(arg_dict) %}
  {%- set target = arg_dict['target_relation'] -%}
  {%- set batch = adapter.event_time_condition(config.require('event_time')) -%}
  {%- set predicates = arg_dict['incremental_predicates'] or [] -%}
  {%- set names = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
  {%- set sql %}
delete from {{ target.render() }}
where {{ batch }}
    {%- for predicate in ([predicates] if predicates is string else predicates) %}
  and ({{ predicate }})
    {%- endfor %};
    {%- if arg_dict['unique_key'] %}
      {%- set keys = [arg_dict['unique_key']] if arg_dict['unique_key'] is string else arg_dict['unique_key'] %}
delete from {{ target.render() }}
where ({{ keys | join(', ') }}) in (
    select {{ keys | join(', ') }}
    from {{ arg_dict['temp_relation'].render() }}
    where {{ batch }}
);
    {%- endif %}
insert into {{ target.render() }} ({{ names }})
select {{ names }}
from {{ arg_dict['temp_relation'].render() }}
where {{ batch }}
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}

{# As dbt on PostgreSQL: a merge by the key. #}
{% macro postgres__get_incremental_microbatch_sql(arg_dict) %}
  {%- if not arg_dict['unique_key'] -%}
    {%- do exceptions.raise_compiler_error("on PostgreSQL the strategy 'microbatch' merges and needs the config 'unique_key'") -%}
  {%- endif -%}
  {{ return(get_incremental_merge_sql(arg_dict)) }}
{% endmacro %}

{% macro get_insert_into_sql(target_relation, temp_relation, dest_columns) %}
  {%- set names = get_quoted_csv(dest_columns | map(attribute='name')) -%}
  insert into {{ target_relation.render() }} ({{ names }})
  select {{ names }}
  from {{ temp_relation.render() }}
{% endmacro %}

{% macro get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
  {{ adapter.dispatch('get_delete_insert_merge_sql', 'dbt')(target, source, unique_key, dest_columns, incremental_predicates) }}
{%- endmacro %}

{% macro default__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
  {%- if unique_key %}
    {%- set keys = [unique_key] if unique_key is string else unique_key %}
delete from {{ target.render() }}
where ({{ keys | join(', ') }}) in (
    select distinct {{ keys | join(', ') }}
    from {{ source.render() }}
)
    {%- for predicate in incremental_predicates or [] %}
  and {{ predicate }}
    {%- endfor %};
  {%- endif %}
{{ get_insert_into_sql(target, source, dest_columns) }}
{%- endmacro %}

{% macro get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {{ adapter.dispatch('get_merge_sql', 'dbt')(target, source, unique_key, dest_columns, incremental_predicates) }}
{%- endmacro %}

{# What says that a row of the source and one of the target are the same: the key and the project's own predicates. #}
{% macro merge_conditions(unique_key, incremental_predicates) %}
  {%- set conditions = [] -%}
  {%- for predicate in ([incremental_predicates] if incremental_predicates is string else incremental_predicates or []) -%}
    {%- do conditions.append('(' ~ predicate ~ ')') -%}
  {%- endfor -%}
  {%- if unique_key -%}
    {%- for key in ([unique_key] if unique_key is string else unique_key) -%}
      {%- do conditions.append(get_merge_unique_key_match('DBT_INTERNAL_SOURCE.' ~ key, 'DBT_INTERNAL_DEST.' ~ key)) -%}
    {%- endfor -%}
  {%- else -%}
    {%- do conditions.append('FALSE') -%}
  {%- endif -%}
  {{ return(conditions | join(' and ')) }}
{% endmacro %}

{% macro default__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {%- set names = get_quoted_csv(dest_columns | map(attribute='name')) -%}
  {%- set updated = get_merge_update_columns(config.get('merge_update_columns'), config.get('merge_exclude_columns'), dest_columns) %}
{{ config.get('sql_header', '') or '' }}
merge into {{ target.render() }} as DBT_INTERNAL_DEST
using {{ source.render() }} as DBT_INTERNAL_SOURCE
on {{ merge_conditions(unique_key, incremental_predicates) }}
  {%- if unique_key and updated %}
when matched then update set
    {%- for name in updated %}
    {{ name }} = DBT_INTERNAL_SOURCE.{{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
  {%- endif %}
when not matched then insert ({{ names }}) values ({{ names }})
{%- endmacro %}

{# SQLite has no merge: update what matches, then insert what does not. #}
{% macro sqlite__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {%- set names = get_quoted_csv(dest_columns | map(attribute='name')) -%}
  {%- set updated = get_merge_update_columns(config.get('merge_update_columns'), config.get('merge_exclude_columns'), dest_columns) -%}
  {%- set same = merge_conditions(unique_key, incremental_predicates) -%}
  {%- if unique_key and updated %}
update {{ target.render() }} as DBT_INTERNAL_DEST
set
    {%- for name in updated %}
    {{ name }} = DBT_INTERNAL_SOURCE.{{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ source.render() }} as DBT_INTERNAL_SOURCE
where {{ same }};
  {%- endif %}
insert into {{ target.render() }} ({{ names }})
select {{ names }}
from {{ source.render() }} as DBT_INTERNAL_SOURCE
where not exists (
    select 1
    from {{ target.render() }} as DBT_INTERNAL_DEST
    where {{ same }}
)
{%- endmacro %}

{% macro get_merge_unique_key_match(source_unique_key, target_unique_key) -%}
  {{ return(adapter.dispatch('get_merge_unique_key_match', 'dbt')(source_unique_key, target_unique_key)) }}
{%- endmacro %}
{% macro default__get_merge_unique_key_match(source_unique_key, target_unique_key) -%}
  {{ return('(' ~ source_unique_key ~ ' = ' ~ target_unique_key ~ ')') }}
{%- endmacro %}

{% macro get_insert_overwrite_merge_sql(target, source, dest_columns, predicates, include_sql_header=false) -%}
  {{ adapter.dispatch('get_insert_overwrite_merge_sql', 'dbt')(target, source, dest_columns, predicates, include_sql_header) }}
{%- endmacro %}
{% macro default__get_insert_overwrite_merge_sql(target, source, dest_columns, predicates, include_sql_header) -%}
  {%- set names = get_quoted_csv(dest_columns | map(attribute='name')) %}
{{ (config.get('sql_header', '') or '') if include_sql_header }}
merge into {{ target.render() }} as DBT_INTERNAL_DEST
using {{ source.render() }} as DBT_INTERNAL_SOURCE
on FALSE
when not matched by source
  {%- if predicates %} and {{ predicates | join(' and ') }}{% endif %}
    then delete
when not matched then insert ({{ names }}) values ({{ names }})
{%- endmacro %}

{# ---- columns ---- #}

{% macro get_quoted_csv(column_names) %}
  {%- set quoted = [] -%}
  {%- for name in column_names -%}
    {%- do quoted.append(adapter.quote(name)) -%}
  {%- endfor -%}
  {{ return(quoted | join(', ')) }}
{% endmacro %}

{# Those of the first list whose names the second does not have. #}
{% macro diff_columns(source_columns, target_columns) %}
  {%- set known = target_columns | map(attribute='name') | list -%}
  {%- set missing = [] -%}
  {%- for column in source_columns if column.name not in known -%}
    {%- do missing.append(column) -%}
  {%- endfor -%}
  {{ return(missing) }}
{% endmacro %}

{% macro diff_column_data_types(source_columns, target_columns) %}
  {{ return(adapter.dispatch('diff_column_data_types', 'dbt')(source_columns, target_columns)) }}
{% endmacro %}
{% macro default__diff_column_data_types(source_columns, target_columns) %}
  {%- set changed = [] -%}
  {%- for mine in source_columns -%}
    {%- for other in target_columns if other.name == mine.name and other.data_type != mine.data_type and not mine.can_expand_to(other_column=other) -%}
      {%- do changed.append({'column_name': other.name, 'new_type': mine.data_type}) -%}
    {%- endfor -%}
  {%- endfor -%}
  {{ return(changed) }}
{% endmacro %}
{# A column of SQLite holds values of any type; what a table was made of says little about them. #}
{% macro sqlite__diff_column_data_types(source_columns, target_columns) %}
  {{ return([]) }}
{% endmacro %}

{% macro get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) %}
  {{ return(adapter.dispatch('get_merge_update_columns', 'dbt')(merge_update_columns, merge_exclude_columns, dest_columns)) }}
{% endmacro %}
{% macro default__get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) %}
  {%- if merge_update_columns and merge_exclude_columns -%}
    {%- do exceptions.raise_compiler_error("Model cannot specify merge_update_columns and merge_exclude_columns. Please update model to use only one config") -%}
  {%- elif merge_update_columns -%}
    {{ return(merge_update_columns) }}
  {%- endif -%}
  {%- set left_out = (merge_exclude_columns or []) | map('lower') | list -%}
  {%- set names = [] -%}
  {%- for column in dest_columns if column.name | lower not in left_out -%}
    {%- do names.append(column.quoted) -%}
  {%- endfor -%}
  {{ return(names) }}
{% endmacro %}

{# ---- when the model's columns are no longer those of the table ---- #}

{% macro incremental_validate_on_schema_change(on_schema_change, default='ignore') %}
  {%- if on_schema_change in ('sync_all_columns', 'append_new_columns', 'fail', 'ignore') -%}
    {{ return(on_schema_change) }}
  {%- endif -%}
  {%- if on_schema_change -%}
    {%- do exceptions.warn("Invalid value for on_schema_change (" ~ on_schema_change ~ ") specified. Setting default value of " ~ default ~ ".") -%}
  {%- endif -%}
  {{ return(default) }}
{% endmacro %}

{% macro check_for_schema_changes(source_relation, target_relation) %}
  {{ return(adapter.dispatch('check_for_schema_changes', 'dbt')(source_relation, target_relation)) }}
{% endmacro %}
{% macro default__check_for_schema_changes(source_relation, target_relation) %}
  {%- set mine = adapter.get_columns_in_relation(source_relation) -%}
  {%- set theirs = adapter.get_columns_in_relation(target_relation) -%}
  {%- set added = diff_columns(mine, theirs) -%}
  {%- set gone = diff_columns(theirs, mine) -%}
  {%- set types = diff_column_data_types(mine, theirs) -%}
  {{ return({
      'schema_changed': added != [] or gone != [] or types != [],
      'source_not_in_target': added,
      'target_not_in_source': gone,
      'source_columns': mine,
      'target_columns': theirs,
      'new_target_types': types,
  }) }}
{% endmacro %}

{% macro sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) %}
  {{ return(adapter.dispatch('sync_column_schemas', 'dbt')(on_schema_change, target_relation, schema_changes_dict)) }}
{% endmacro %}
{% macro default__sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) %}
  {%- set added = schema_changes_dict['source_not_in_target'] -%}
  {%- set gone = schema_changes_dict['target_not_in_source'] -%}
  {%- if on_schema_change == 'append_new_columns' -%}
    {%- if added | length > 0 -%}
      {%- do alter_relation_add_remove_columns(target_relation, added, none) -%}
    {%- endif -%}
  {%- elif on_schema_change == 'sync_all_columns' -%}
    {%- if added | length > 0 or gone | length > 0 -%}
      {%- do alter_relation_add_remove_columns(target_relation, added, gone) -%}
    {%- endif -%}
    {%- for change in schema_changes_dict['new_target_types'] -%}
      {%- do alter_column_type(target_relation, change['column_name'], change['new_type']) -%}
    {%- endfor -%}
  {%- endif -%}
  {%- do log("the columns of " ~ target_relation ~ " changed: added " ~ (added | map(attribute='name') | list) ~ ", removed " ~ (gone | map(attribute='name') | list)) -%}
{% endmacro %}

{# on_schema_change is 'ignore': what the table does not get is said, and what it would have to get without the model having it
   is said better than by the database. #}
{% macro tell_ignored_columns(source_relation, target_relation) %}
  {%- set given = adapter.get_columns_in_relation(source_relation) | map(attribute='name') | list -%}
  {%- set kept = adapter.get_columns_in_relation(target_relation) | map(attribute='name') | list -%}
  {%- set given_lower, kept_lower = given | map('lower') | list, kept | map('lower') | list -%}
  {%- set ignored, missing = [], [] -%}
  {%- for name in given if name | lower not in kept_lower -%}{%- do ignored.append(name) -%}{%- endfor -%}
  {%- for name in kept if name | lower not in given_lower -%}{%- do missing.append(name) -%}{%- endfor -%}
  {%- if missing -%}
    {%- do exceptions.raise_compiler_error(target_relation ~ " has the column" ~ ('s' if missing | length > 1) ~ " " ~ missing | join(', ')
          ~ ", which the model no longer gives, and on_schema_change is 'ignore'."
          ~ " Run it once with --full-refresh, or set on_schema_change to 'append_new_columns' or 'sync_all_columns'.") -%}
  {%- endif -%}
  {%- if ignored -%}
    {%- do exceptions.warn("the new column" ~ ('s' if ignored | length > 1) ~ " " ~ ignored | join(', ') ~ " of the model "
          ~ ('are' if ignored | length > 1 else 'is') ~ " left out of " ~ target_relation ~ ": on_schema_change is 'ignore'."
          ~ " Run it once with --full-refresh, or set on_schema_change to 'append_new_columns' or 'sync_all_columns'.") -%}
  {%- endif -%}
{% endmacro %}

{# The columns that the insert names; nothing where they are those of the table. #}
{% macro process_schema_changes(on_schema_change, source_relation, target_relation) %}
  {{ return(adapter.dispatch('process_schema_changes', 'dbt')(on_schema_change, source_relation, target_relation)) }}
{% endmacro %}
{% macro default__process_schema_changes(on_schema_change, source_relation, target_relation) %}
  {%- if on_schema_change == 'ignore' -%}
    {%- do tell_ignored_columns(source_relation, target_relation) -%}
    {{ return({}) }}
  {%- endif -%}
  {%- set changes = check_for_schema_changes(source_relation, target_relation) -%}
  {%- if changes['schema_changed'] -%}
    {%- if on_schema_change == 'fail' -%}
      {%- set problem -%}
        the columns of the model and of {{ target_relation }} differ, and on_schema_change is 'fail'.
        New in the model: {{ changes['source_not_in_target'] | map(attribute='name') | list }}.
        Only in the table: {{ changes['target_not_in_source'] | map(attribute='name') | list }}.
        Run it once with --full-refresh, or change on_schema_change.
      {%- endset -%}
      {%- do exceptions.raise_compiler_error(problem) -%}
    {%- endif -%}
    {%- do sync_column_schemas(on_schema_change, target_relation, changes) -%}
  {%- endif -%}
  {{ return(changes['source_columns']) }}
{% endmacro %}
