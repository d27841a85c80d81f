{# Schemas, comments, grants, indexes on PostgreSQL. #}

{% macro postgres__create_schema(relation) -%}
  {%- do adapter.verify_database(relation.database) -%}
  {%- call statement('create_schema') -%}
    create schema if not exists {{ relation.without_identifier().include(database=False) }}
  {%- endcall -%}
{%- endmacro %}

{% macro postgres__drop_schema(relation) -%}
  {%- do adapter.verify_database(relation.database) -%}
  {%- call statement('drop_schema') -%}
    drop schema if exists {{ relation.without_identifier().include(database=False) }} cascade
  {%- endcall -%}
{%- endmacro %}

{% macro postgres__information_schema_name(database) -%}
  information_schema
{%- endmacro %}

{# Which relation reads which, over the whole database. #}
{% macro postgres__get_relations() %}
  {%- set query -%}
select distinct dn.nspname as dependent_schema, dc.relname as dependent_name,
                rn.nspname as referenced_schema, rc.relname as referenced_name
from pg_catalog.pg_depend d
join pg_catalog.pg_rewrite w on w.oid = d.objid
join pg_catalog.pg_class dc on dc.oid = w.ev_class
join pg_catalog.pg_namespace dn on dn.oid = dc.relnamespace
join pg_catalog.pg_class rc on rc.oid = d.refobjid
join pg_catalog.pg_namespace rn on rn.oid = rc.relnamespace
where d.classid = 'pg_catalog.pg_rewrite'::regclass
  and d.refclassid = 'pg_catalog.pg_class'::regclass
  and rc.oid <> dc.oid
  and rn.nspname not in ('information_schema', 'pg_catalog')
order by 1, 2, 3, 4
  {%- endset -%}
  {{ return(run_query(query)) }}
{% endmacro %}

{% macro postgres_get_relations() %}
  {{ return(postgres__get_relations()) }}
{% endmacro %}

{# ---- the catalogue, as a table with a row for each column ---- #}

{% macro postgres__get_catalog_relations(information_schema, relations) -%}
  {%- set wanted = [] -%}
  {%- for relation in relations -%}
    {%- set condition = "lower(n.nspname) = lower('" ~ escape_single_quotes(relation.schema) ~ "')" -%}
    {%- if relation.identifier -%}
      {%- set condition = condition ~ " and lower(c.relname) = lower('" ~ escape_single_quotes(relation.identifier) ~ "')" -%}
    {%- endif -%}
    {%- do wanted.append('(' ~ condition ~ ')') -%}
  {%- endfor -%}
  {%- set query -%}
select
    '{{ escape_single_quotes(information_schema.database) }}' as table_database,
    n.nspname as table_schema,
    c.relname as table_name,
    case c.relkind when 'v' then 'VIEW' when 'm' then 'MATERIALIZED VIEW' else 'BASE TABLE' end as table_type,
    obj_description(c.oid, 'pg_class') as table_comment,
    a.attname as column_name,
    a.attnum as column_index,
    pg_catalog.format_type(a.atttypid, a.atttypmod) as column_type,
    col_description(c.oid, a.attnum) as column_comment,
    pg_catalog.pg_get_userbyid(c.relowner) as table_owner
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't'
  and ({{ wanted | join(' or ') if wanted else 'false' }})
order by n.nspname, c.relname, a.attnum
  {%- endset -%}
  {{ return(run_query(query)) }}
{%- endmacro %}

{% macro postgres__get_catalog(information_schema, schemas) -%}
  {%- set relations = [] -%}
  {%- for schema in schemas -%}
    {%- do relations.append({'schema': schema}) -%}
  {%- endfor -%}
  {{ return(postgres__get_catalog_relations(information_schema, relations)) }}
{%- endmacro %}

{# ---- comments ---- #}

{# A dollar-quoted text ends at its own tag only. #}
{% macro postgres_escape_comment(comment) -%}
  {%- if comment is not string -%}
    {%- do exceptions.raise_compiler_error('a comment must be a text, not: ' ~ comment) -%}
  {%- endif -%}
  {%- set tag = '$cdbt_comment$' -%}
  {%- if tag in comment -%}
    {%- do exceptions.raise_compiler_error('a description cannot hold ' ~ tag) -%}
  {%- endif -%}
  {{ tag }}{{ comment }}{{ tag }}
{%- endmacro %}

{% macro postgres__alter_relation_comment(relation, comment) -%}
  comment on {{ 'materialized view' if relation.type == 'materialized_view' else relation.type }} {{ relation.render() }} is {{ postgres_escape_comment(comment) }}
{%- endmacro %}

{% macro postgres__alter_column_comment(relation, column_dict) -%}
  {%- for name, column in column_dict.items() %}
  comment on column {{ relation.render() }}.{{ adapter.quote(name) if column['quote'] else name }} is {{ postgres_escape_comment(column['description']) }};
  {%- endfor -%}
{%- endmacro %}

{# ---- grants ---- #}

{# The system's own lists: information_schema leaves out materialized views. #}
{% macro postgres__get_show_grant_sql(relation) -%}
select case when acl.grantee = 0 then 'public' else pg_catalog.pg_get_userbyid(acl.grantee)::text end as grantee,
       acl.privilege_type
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
cross join lateral pg_catalog.aclexplode(c.relacl) acl
where n.nspname = '{{ escape_single_quotes(relation.schema) }}'
  and c.relname = '{{ escape_single_quotes(relation.identifier) }}'
  and acl.grantee <> c.relowner
{%- endmacro %}

{# A relation that is changed in place keeps its grants. #}
{% macro postgres__copy_grants() %}
  {{ return(True) }}
{% endmacro %}

{# ---- indexes ---- #}

{% macro postgres__get_create_index_sql(relation, index_dict) -%}
  {%- set index = adapter.parse_index(index_dict) -%}
  create {{ 'unique ' if index.unique }}index if not exists {{ adapter.quote(index.render(relation)) }} on {{ relation.render() }}{{ ' using ' ~ index.type if index.type }} ({{ index.columns | join(', ') }})
{%- endmacro %}

{% macro postgres__get_drop_index_sql(relation, index_name) -%}
  drop index if exists {{ relation.without_identifier().include(database=False) }}.{{ adapter.quote(index_name) }}
{%- endmacro %}

{% macro postgres__get_show_indexes_sql(relation) -%}
select i.relname as name,
       m.amname as method,
       x.indisunique as "unique",
       array_to_string(array(
           select pg_catalog.pg_get_indexdef(x.indexrelid, k.n, true)
           from generate_series(1, x.indnkeyatts) as k(n)
       ), ',') as column_names
from pg_catalog.pg_index x
join pg_catalog.pg_class i on i.oid = x.indexrelid
join pg_catalog.pg_am m on m.oid = i.relam
join pg_catalog.pg_class t on t.oid = x.indrelid
join pg_catalog.pg_namespace n on n.oid = t.relnamespace
where t.relname = '{{ escape_single_quotes(relation.identifier) }}'
  and n.nspname = '{{ escape_single_quotes(relation.schema) }}'
order by 1
{%- endmacro %}

{# {create: [index], drop: [name]}: what makes the indexes of a relation those of the config. Only indexes whose name is a hash
   are ours to drop. #}
{% macro postgres_index_changes(relation) %}
  {%- set wanted = {} -%}
  {%- for given in config.get('indexes', default=[]) or [] -%}
    {%- set index = adapter.parse_index(given) -%}
    {%- do wanted.update({index.columns | map('lower') | map('replace', '"', '') | join(',') ~ '|' ~ index.unique ~ '|' ~ (index.type or 'btree') | lower: given}) -%}
  {%- endfor -%}
  {%- set there = [] -%}
  {%- set dropped = [] -%}
  {%- for row in run_query(get_show_indexes_sql(relation)).rows -%}
    {%- set key = row['column_names'] | lower | replace('"', '') ~ '|' ~ row['unique'] ~ '|' ~ row['method'] -%}
    {%- if key in wanted -%}
      {%- do there.append(key) -%}
    {%- elif modules.re.match('^[0-9a-f]{32}$', row['name']) -%}
      {%- do dropped.append(row['name']) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- set created = [] -%}
  {%- for key, given in wanted.items() if key not in there -%}
    {%- do created.append(given) -%}
  {%- endfor -%}
  {{ return({'create': created, 'drop': dropped}) }}
{% endmacro %}

{% macro postgres_sync_indexes(relation) %}
  {%- set changes = postgres_index_changes(relation) -%}
  {%- for name in changes.drop -%}
    {%- do run_query(get_drop_index_sql(relation, name)) -%}
  {%- endfor -%}
  {%- for index in changes.create -%}
    {%- do run_query(get_create_index_sql(relation, index)) -%}
  {%- endfor -%}
{% endmacro %}
