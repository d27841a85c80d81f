{# Descriptions in the database, and who may read what. #}

{% macro persist_docs(relation, model, for_relation=true, for_columns=true) -%}
  {{ return(adapter.dispatch('persist_docs', 'dbt')(relation, model, for_relation, for_columns)) }}
{%- endmacro %}

{% macro default__persist_docs(relation, model, for_relation, for_columns) -%}
  {%- if for_relation and config.persist_relation_docs() and model.description -%}
    {%- do run_query(alter_relation_comment(relation, model.description)) -%}
  {%- endif -%}
  {%- if for_columns and config.persist_column_docs() and model.columns -%}
    {%- set there = adapter.get_columns_in_relation(relation) | map(attribute='name') | list -%}
    {%- set columns = validate_doc_columns(relation, model.columns, there) -%}
    {%- if columns -%}
      {%- do run_query(alter_column_comment(relation, columns)) -%}
    {%- endif -%}
  {%- endif -%}
{%- endmacro %}

{# SQLite stores no comments with its tables; they are kept in a table beside them, with an empty column_name for the relation's own. #}
{% macro sqlite__persist_docs(relation, model, for_relation, for_columns) -%}
  {%- set own = for_relation and config.persist_relation_docs() -%}
  {%- set columns = for_columns and config.persist_column_docs() -%}
  {%- if own or columns -%}
    {%- set name = "'" ~ escape_single_quotes(relation.render() | replace('"', '')) ~ "'" -%}
    {%- set rows = [] -%}
    {%- if own and model.description -%}
      {%- do rows.append("(" ~ name ~ ", '', '" ~ escape_single_quotes(model.description) ~ "')") -%}
    {%- endif -%}
    {%- if columns and model.columns -%}
      {%- set there = adapter.get_columns_in_relation(relation) | map(attribute='name') | list -%}
      {%- for key, column in validate_doc_columns(relation, model.columns, there).items() if column.description -%}
        {%- do rows.append("(" ~ name ~ ", '" ~ escape_single_quotes(key) ~ "', '" ~ escape_single_quotes(column.description) ~ "')") -%}
      {%- endfor -%}
    {%- endif -%}
    {%- call statement('persist_docs') -%}
      create table if not exists _cdbt_comments (
          relation_name text not null, column_name text not null, comment text not null, primary key (relation_name, column_name)
      ) without rowid;
      delete from _cdbt_comments where relation_name = {{ name }}
      {%- if rows %};
      insert into _cdbt_comments (relation_name, column_name, comment) values {{ rows | join(', ') }}
      {%- endif -%}
    {%- endcall -%}
  {%- endif -%}
{%- endmacro %}

{# Those described columns that exist, under just that name if it is quoted; the others are named in a warning. #}
{% macro validate_doc_columns(relation, column_dict, existing_column_names) -%}
  {%- set lower_names = existing_column_names | map('lower') | list -%}
  {%- set kept = {} -%}
  {%- for name, column in column_dict.items() -%}
    {%- if ((name in existing_column_names) if column.get('quote') else (name | lower in lower_names)) -%}
      {%- do kept.update({name: column}) -%}
    {%- else -%}
      {%- do exceptions.warn("the column '" ~ name ~ "' is described, but " ~ relation ~ " has no such column") -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(kept) }}
{%- endmacro %}

{% macro alter_column_comment(relation, column_dict) -%}
  {{ return(adapter.dispatch('alter_column_comment', 'dbt')(relation, column_dict)) }}
{%- endmacro %}
{% macro default__alter_column_comment(relation, column_dict) -%}
  {%- do exceptions.raise_not_implemented("`alter_column_comment` is not implemented for " ~ target.type) -%}
{%- endmacro %}

{% macro alter_relation_comment(relation, relation_comment) -%}
  {{ return(adapter.dispatch('alter_relation_comment', 'dbt')(relation, relation_comment)) }}
{%- endmacro %}
{% macro default__alter_relation_comment(relation, relation_comment) -%}
  {%- do exceptions.raise_not_implemented("`alter_relation_comment` is not implemented for " ~ target.type) -%}
{%- endmacro %}

{# ---- grants ---- #}

{# Whether grants outlive the replacing of a relation. #}
{% macro copy_grants() %}
  {{ return(adapter.dispatch('copy_grants', 'dbt')()) }}
{% endmacro %}
{% macro default__copy_grants() %}
  {{ return(True) }}
{% endmacro %}

{% macro support_multiple_grantees_per_dcl_statement() %}
  {{ return(adapter.dispatch('support_multiple_grantees_per_dcl_statement', 'dbt')()) }}
{% endmacro %}
{% macro default__support_multiple_grantees_per_dcl_statement() -%}
  {{ return(True) }}
{%- endmacro %}

{% macro should_revoke(existing_relation, full_refresh_mode=True) %}
  {%- if not existing_relation -%}
    {{ return(False) }}
  {%- elif full_refresh_mode -%}
    {{ return(copy_grants()) }}
  {%- endif -%}
  {{ return(True) }}
{% endmacro %}

{% macro get_show_grant_sql(relation) %}
  {{ return(adapter.dispatch('get_show_grant_sql', 'dbt')(relation)) }}
{% endmacro %}
{% macro default__get_show_grant_sql(relation) %}
  show grants on {{ relation.render() }}
{% endmacro %}

{% macro get_grant_sql(relation, privilege, grantees) %}
  {{ return(adapter.dispatch('get_grant_sql', 'dbt')(relation, privilege, grantees)) }}
{% endmacro %}
{%- macro default__get_grant_sql(relation, privilege, grantees) -%}
  grant {{ privilege }} on {{ relation.render() }} to {{ grantees | join(', ') }}
{%- endmacro -%}

{% macro get_revoke_sql(relation, privilege, grantees) %}
  {{ return(adapter.dispatch('get_revoke_sql', 'dbt')(relation, privilege, grantees)) }}
{% endmacro %}
{%- macro default__get_revoke_sql(relation, privilege, grantees) -%}
  revoke {{ privilege }} on {{ relation.render() }} from {{ grantees | join(', ') }}
{%- endmacro -%}

{% macro get_dcl_statement_list(relation, grant_config, get_dcl_macro) %}
  {{ return(adapter.dispatch('get_dcl_statement_list', 'dbt')(relation, grant_config, get_dcl_macro)) }}
{% endmacro %}
{% macro default__get_dcl_statement_list(relation, grant_config, get_dcl_macro) -%}
  {%- set statements = [] -%}
  {%- for privilege, grantees in grant_config.items() -%}
    {%- if grantees and support_multiple_grantees_per_dcl_statement() -%}
      {%- do statements.append(get_dcl_macro(relation, privilege, grantees)) -%}
    {%- else -%}
      {%- for grantee in grantees -%}
        {%- do statements.append(get_dcl_macro(relation, privilege, [grantee])) -%}
      {%- endfor -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(statements) }}
{%- endmacro %}

{% macro call_dcl_statements(dcl_statement_list) %}
  {{ return(adapter.dispatch('call_dcl_statements', 'dbt')(dcl_statement_list)) }}
{% endmacro %}
{% macro default__call_dcl_statements(dcl_statement_list) %}
  {%- call statement('grants') -%}
    {{ dcl_statement_list | join(';\n') }}
  {%- endcall -%}
{% endmacro %}

{% macro apply_grants(relation, grant_config, should_revoke) %}
  {{ return(adapter.dispatch('apply_grants', 'dbt')(relation, grant_config, should_revoke)) }}
{% endmacro %}

{% macro default__apply_grants(relation, grant_config, should_revoke=True) %}
  {%- if grant_config -%}
    {%- set revokes = {} -%}
    {%- set grants = grant_config -%}
    {%- if should_revoke -%}
      {%- set now = adapter.standardize_grants_dict(run_query(get_show_grant_sql(relation))) -%}
      {%- set grants = diff_of_two_dicts(grant_config, now) -%}
      {%- set revokes = diff_of_two_dicts(now, grant_config) -%}
    {%- endif -%}
    {%- set statements = get_dcl_statement_list(relation, revokes, get_revoke_sql)
                         + get_dcl_statement_list(relation, grants, get_grant_sql) -%}
    {%- if statements -%}
      {%- do call_dcl_statements(statements) -%}
    {%- endif -%}
  {%- endif -%}
{% endmacro %}

{# A file has no users. #}
{% macro sqlite__apply_grants(relation, grant_config, should_revoke=True) %}
  {%- if grant_config -%}
    {%- do exceptions.raise_not_implemented("the config 'grants' of " ~ relation ~ " cannot be applied: SQLite has no users."
          ~ " Leave it out, or give it only where target.type is another database") -%}
  {%- endif -%}
{% endmacro %}
