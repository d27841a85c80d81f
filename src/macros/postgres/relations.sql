{# Making, replacing, dropping and renaming relations on PostgreSQL. DDL is transactional: all of a model happens in its one
   transaction.

   What depends on a relation (views, materialized views, foreign keys) would be dropped together with it. So a relation that
   somebody depends on is changed in place: its rows are replaced, columns that are new are added behind the others. Only where
   the columns do not allow that is it dropped: silently if all that depends on it is built again by this run, on demand with
   the config `cascade: true`; otherwise the model fails and says who is in the way. #}

{% macro postgres__create_table_as(temporary, relation, sql) -%}
  {%- set header = config.get('sql_header') -%}
  {%- if header -%}
{{ header }}
{% endif -%}
  {%- set kind = 'temporary ' if temporary else ('unlogged ' if config.get('unlogged') else '') -%}
  {%- set contract = config.get('contract').enforced and not temporary -%}
  {%- if contract -%}
create {{ kind }}table {{ relation.render() }}
{{ get_assert_columns_equivalent(sql) }}
{{ get_table_columns_and_constraints() }}{{ postgres_table_options(temporary) }};
insert into {{ relation.render() }} ({{ get_column_names() }}) (
{{ get_select_subquery(sql) }}
);
  {%- else -%}
create {{ kind }}table {{ relation.render() }}{{ postgres_table_options(temporary) }} as (
{{ sql }}
)
  {%- endif -%}
{%- endmacro %}

{% macro postgres__create_view_as(relation, sql) -%}
  {%- if config.get('sql_header') -%}
{{ config.get('sql_header') }}
{% endif -%}
create view {{ relation.render() }}
  {%- if config.get('contract').enforced %}
{{ get_assert_columns_equivalent(sql) }}
  {%- endif %} as (
{{ sql }}
)
{%- endmacro %}

{# ---- replacing ---- #}

{% macro postgres__replace_with_table(old, new, sql) %}
  {%- do postgres_require_citus() -%}
  {%- set aside = make_intermediate_relation(new) -%}
  {%- do drop_relation_if_exists(load_cached_relation(aside)) -%}
  {%- set dependants = postgres_dependants(old) if old is not none else [] -%}
  {%- call statement('main') -%}
    {{ get_create_table_as_sql(False, aside, sql) }}
  {%- endcall -%}
  {%- if old is none -%}
    {%- do create_indexes(aside) -%}
    {%- do postgres_distribute(aside) -%}
    {%- do adapter.rename_relation(aside, new) -%}
  {%- elif dependants and old.is_table and postgres_columns_allow(old, aside, exact=false) -%}
    {%- do postgres_replace_rows(old, aside) -%}
    {%- do adapter.drop_relation(aside) -%}
    {%- do postgres_sync_indexes(old) -%}
  {%- else -%}
    {%- do postgres_may_drop(old, dependants) -%}
    {%- do create_indexes(aside) -%}
    {%- do postgres_distribute(aside) -%}
    {%- do adapter.drop_relation(old) -%}
    {%- do adapter.rename_relation(aside, new) -%}
  {%- endif -%}
{% endmacro %}

{% macro postgres__replace_with_view(old, new, sql) %}
  {%- if old is none -%}
    {%- call statement('main') -%}
      {{ get_create_view_as_sql(new, sql) }}
    {%- endcall -%}
  {%- else -%}
    {%- set dependants = postgres_dependants(old) -%}
    {%- if dependants and old.is_view -%}
      {#- A view may be replaced while others read it, if its columns stay and new ones come behind them. -#}
      {%- set aside = make_intermediate_relation(new) -%}
      {%- do drop_relation_if_exists(load_cached_relation(aside)) -%}
      {%- call statement('view_aside') -%}
        {{ get_create_view_as_sql(aside, sql) }}
      {%- endcall -%}
      {%- set allowed = postgres_columns_allow(old, aside, exact=true) -%}
      {%- do adapter.drop_relation(aside) -%}
    {%- else -%}
      {%- set allowed = false -%}
    {%- endif -%}
    {%- if allowed -%}
      {%- call statement('main') -%}
        {{ get_create_view_as_sql(new, sql) | replace('create view', 'create or replace view', 1) }}
      {%- endcall -%}
    {%- else -%}
      {%- do postgres_may_drop(old, dependants) -%}
      {#- The new one is made before the old one goes: SQL that reads the relation itself keeps its meaning until then. -#}
      {%- do adapter.drop_relation(old) -%}
      {%- call statement('main') -%}
        {{ get_create_view_as_sql(new, sql) }}
      {%- endcall -%}
    {%- endif -%}
  {%- endif -%}
{% endmacro %}

{# What would be dropped with a relation, directly and through others: a list of {schema, name, type, description}. Parts of the
   relation itself (indexes, its own sequences) are none. #}
{% macro postgres_dependants(relation) %}
  {%- set found = run_query(postgres_dependants_sql(relation)) -%}
  {%- set dependants = [] -%}
  {%- for row in found.rows -%}
    {%- do dependants.append({'schema': row[0], 'name': row[1], 'type': row[2], 'description': row[3]}) -%}
  {%- endfor -%}
  {{ return(dependants) }}
{% endmacro %}

{# Views and materialized views depend through their rewrite rule, foreign keys of other tables through their constraint. #}
{% macro postgres_dependants_sql(relation) -%}
with recursive reached(oid, kind) as (
    select c.oid, 'r'::text
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = '{{ escape_single_quotes(relation.schema) }}' and c.relname = '{{ escape_single_quotes(relation.identifier) }}'
    union
    select next.oid, next.kind
    from reached r
    cross join lateral (
        select w.ev_class as oid, 'r'::text as kind
        from pg_catalog.pg_depend d
        join pg_catalog.pg_rewrite w on w.oid = d.objid
        where d.classid = 'pg_catalog.pg_rewrite'::regclass and d.refclassid = 'pg_catalog.pg_class'::regclass
          and d.refobjid = r.oid and w.ev_class <> r.oid
        union all
        select k.oid, 'k'::text
        from pg_catalog.pg_constraint k
        where k.contype = 'f' and k.confrelid = r.oid and k.conrelid <> r.oid
        union all
        select i.inhrelid, 'r'::text
        from pg_catalog.pg_inherits i
        where i.inhparent = r.oid
    ) next
    where r.kind = 'r'
)
select n.nspname, c.relname,
       case c.relkind when 'v' then 'view' when 'm' then 'materialized_view' else 'table' end,
       case c.relkind when 'v' then 'view ' when 'm' then 'materialized view ' else 'table ' end
           || quote_ident(n.nspname) || '.' || quote_ident(c.relname)
from reached r
join pg_catalog.pg_class c on c.oid = r.oid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where r.kind = 'r'
  and not (n.nspname = '{{ escape_single_quotes(relation.schema) }}' and c.relname = '{{ escape_single_quotes(relation.identifier) }}')
union all
select n.nspname, c.relname, 'foreign_key',
       'foreign key ' || quote_ident(k.conname) || ' of ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname)
from reached r
join pg_catalog.pg_constraint k on k.oid = r.oid
join pg_catalog.pg_class c on c.oid = k.conrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where r.kind = 'k'
order by 1, 2, 3
{%- endmacro %}

{# Whether `old` can take what `made` has: the same columns with the same types, in any order, and new ones behind them. For
   views (exact) the order counts too. #}
{% macro postgres_columns_allow(old, made, exact) %}
  {%- set theirs = adapter.get_columns_in_relation(old) -%}
  {%- set mine = adapter.get_columns_in_relation(made) -%}
  {%- if mine | length < theirs | length -%}
    {{ return(false) }}
  {%- endif -%}
  {%- if exact -%}
    {%- for column in theirs -%}
      {%- if mine[loop.index0].name != column.name or mine[loop.index0].data_type != column.data_type -%}
        {{ return(false) }}
      {%- endif -%}
    {%- endfor -%}
    {{ return(true) }}
  {%- endif -%}
  {%- set types = {} -%}
  {%- for column in mine -%}
    {%- do types.update({column.name: column.data_type}) -%}
  {%- endfor -%}
  {%- for column in theirs -%}
    {%- if types.get(column.name) != column.data_type -%}
      {{ return(false) }}
    {%- endif -%}
  {%- endfor -%}
  {{ return(true) }}
{% endmacro %}

{% macro postgres_replace_rows(old, made) %}
  {%- set known = adapter.get_columns_in_relation(old) | map(attribute='name') | list -%}
  {%- set columns = adapter.get_columns_in_relation(made) -%}
  {%- set added = [] -%}
  {%- for column in columns if column.name not in known -%}
    {%- do added.append(column) -%}
  {%- endfor -%}
  {%- set names = get_quoted_csv(columns | map(attribute='name')) -%}
  {%- do alter_relation_add_remove_columns(old, added, none) if added -%}
  {%- call statement('replace_rows') -%}
    delete from {{ old.render() }};
    insert into {{ old.render() }} ({{ names }}) select {{ names }} from {{ made.render() }}
  {%- endcall -%}
{% endmacro %}

{# Stops the model if dropping `old` would take along what this run does not build again. #}
{% macro postgres_may_drop(old, dependants) %}
  {%- if dependants and not config.get('cascade') -%}
    {%- set strangers = [] -%}
    {%- for dependant in dependants if not adapter.builds_later(dependant.schema, dependant.name) -%}
      {%- do strangers.append(dependant.description) -%}
    {%- endfor -%}
    {%- if strangers -%}
      {%- do exceptions.raise_compiler_error(
            "replacing " ~ old ~ " would drop what depends on it and is not built again by this run: " ~ strangers | join(', ')
            ~ (". A materialized view is made anew by dropping it." if old.type == 'materialized_view'
               else ". Its columns or its kind changed, so that it cannot be changed in place.") ~ " Drop or change what depends on it, select"
            ~ " those models too, or set `cascade: true` on this model to have it dropped") -%}
    {%- endif -%}
  {%- endif -%}
{% endmacro %}

{# A seed's table is emptied and filled; new columns are added where somebody depends on the others. A table that a foreign key
   refers to cannot be truncated. #}
{% macro postgres__reset_csv_table(model, full_refresh, old_relation, agate_table) %}
  {%- set there = adapter.get_columns_in_relation(old_relation) | map(attribute='name') | list -%}
  {%- set wanted = agate_table.column_names | list -%}
  {%- if model['config'].get('quote_columns') is false -%}
    {%- set wanted = wanted | map('lower') | map('replace', '"', '') | list -%}
  {%- endif -%}
  {%- set dependants = postgres_dependants(old_relation) -%}
  {%- if there == wanted and not full_refresh and not dependants -%}
    {%- do adapter.truncate_relation(old_relation) -%}
    {{ return('truncate table ' ~ old_relation.render()) }}
  {%- endif -%}
  {%- set gone = there | reject('in', wanted) | list -%}
  {%- if dependants and old_relation.is_table and not gone -%}
    {%- set types = model['config'].get('column_types') or {} -%}
    {%- set added = [] -%}
    {%- for name in wanted if name not in there -%}
      {%- do added.append(api.Column.create(name, types.get(name, adapter.convert_type(agate_table, wanted.index(name))))) -%}
    {%- endfor -%}
    {%- do alter_relation_add_remove_columns(old_relation, added, none) if added -%}
    {%- call statement('delete_rows') -%}
      delete from {{ old_relation.render() }}
    {%- endcall -%}
    {{ return('delete from ' ~ old_relation.render()) }}
  {%- endif -%}
  {%- do postgres_may_drop(old_relation, dependants) -%}
  {%- do adapter.drop_relation(old_relation) -%}
  {{ return(create_csv_table(model, agate_table)) }}
{% endmacro %}

{# ---- names ---- #}

{# A name is cut to what the server keeps; what was cut off counts on as a hash, so that two long names stay two. #}
{% macro postgres_name_with_suffix(relation, suffix) %}
  {%- set room = 63 - suffix | length -%}
  {%- set name = relation.identifier -%}
  {%- if name | length > room -%}
    {%- set name = name[:room - 9] ~ '_' ~ local_md5(name)[:8] -%}
  {%- endif -%}
  {{ return(relation.incorporate(path={'identifier': name ~ suffix})) }}
{% endmacro %}

{% macro postgres__make_intermediate_relation(base_relation, suffix) %}
  {{ return(postgres_name_with_suffix(base_relation, suffix)) }}
{% endmacro %}

{# Temporary tables lie in a schema of the session. #}
{% macro postgres__make_temp_relation(base_relation, suffix) %}
  {{ return(postgres_name_with_suffix(base_relation, suffix).incorporate(path={'schema': none, 'database': none}, type='table')) }}
{% endmacro %}

{% macro postgres__make_backup_relation(base_relation, backup_relation_type, suffix) %}
  {{ return(postgres_name_with_suffix(base_relation, suffix).incorporate(type=backup_relation_type)) }}
{% endmacro %}

{% macro postgres__drop_relation(relation) -%}
  {%- if relation.type == 'external' -%}
    {%- do exceptions.raise_compiler_error(relation ~ " is a foreign table, which cdbt does not drop") -%}
  {%- endif -%}
  {{ default__drop_relation(relation) }}
{%- endmacro %}

{# ---- incremental models and snapshots, for servers before version 15 too ---- #}

{% macro postgres_has_merge() %}
  {{ return(run_query('show server_version_num').rows[0][0] | int >= 150000) }}
{% endmacro %}

{% macro postgres__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {%- if postgres_has_merge() -%}
    {{ default__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) }}
  {%- else -%}
    {{ sqlite__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) }}
  {%- endif -%}
{%- endmacro %}

{% macro postgres__get_incremental_insert_overwrite_sql(arg_dict) %}
  {%- do exceptions.raise_not_implemented("the incremental strategy 'insert_overwrite' is for databases with partitions; use delete+insert") -%}
{% endmacro %}

{% macro postgres__snapshot_merge_sql(target, source, insert_cols) -%}
  {{ sqlite__snapshot_merge_sql(target, source, insert_cols) }}
{%- endmacro %}

{# ---- a table of one Citus kind or another ---- #}

{% macro postgres_table_options(temporary) -%}
  {%- if config.get('columnar') and not temporary %} using columnar{% endif -%}
{%- endmacro %}
