{# A table from a CSV file. Its rows are loaded in bulk by the adapter. A table with the same columns is emptied and
   filled; anything else is made anew. #}

{% materialization seed, default %}
  {%- set old = load_cached_relation(this) -%}
  {%- set new = this.incorporate(type='table') -%}
  {%- set grants = config.get('grants') -%}
  {%- set rows = load_agate_table() -%}

  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}

  {%- if old is none -%}
    {%- set create_sql = create_csv_table(model, rows) -%}
  {%- elif old.type != 'table' and not should_full_refresh() -%}
    {%- do exceptions.raise_compiler_error("Cannot seed to '" ~ old ~ "': it is a " ~ old.type ~ ", not a table") -%}
  {%- else -%}
    {%- set create_sql = reset_csv_table(model, should_full_refresh(), old, rows) -%}
  {%- endif -%}

  {%- set load_sql = load_csv_rows(model, rows) -%}
  {%- set loaded = 0 if flags.EMPTY else adapter.load_seed(new) -%}
  {%- set is_new = old is none or should_full_refresh() -%}
  {%- set code = 'CREATE' if should_full_refresh() else 'INSERT' -%}
  {%- call noop_statement('main', code ~ ' ' ~ loaded, code, loaded) -%}
    {{ get_csv_sql(create_sql, load_sql) }}
  {%- endcall -%}

  {%- do create_indexes(new) if is_new -%}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {%- do apply_grants(new, grants, should_revoke=should_revoke(old, full_refresh_mode=should_full_refresh())) -%}
  {%- do persist_docs(new, model) -%}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}

  {{ return({'relations': [new]}) }}
{% endmaterialization %}

{% macro create_csv_table(model, agate_table) -%}
  {{ return(adapter.dispatch('create_csv_table', 'dbt')(model, agate_table)) }}
{%- endmacro %}

{% macro default__create_csv_table(model, agate_table) %}
  {%- set types = model['config'].get('column_types', {}) or {} -%}
  {%- set quoted = model['config'].get('quote_columns', none) -%}
  {%- set columns = [] -%}
  {%- for name in agate_table.column_names -%}
    {%- set type = types.get(name, adapter.convert_type(agate_table, loop.index0)) -%}
    {%- do columns.append(adapter.quote_seed_column(name, quoted) ~ ' ' ~ type) -%}
  {%- endfor -%}
  {%- set sql -%}
    create table {{ this.render() }} ({{ columns | join(', ') }})
  {%- endset -%}
  {%- call statement('create_csv_table') -%}
    {{ sql }}
  {%- endcall -%}
  {{ return(sql) }}
{% endmacro %}

{% macro reset_csv_table(model, full_refresh, old_relation, agate_table) -%}
  {{ return(adapter.dispatch('reset_csv_table', 'dbt')(model, full_refresh, old_relation, agate_table)) }}
{%- endmacro %}

{% macro default__reset_csv_table(model, full_refresh, old_relation, agate_table) %}
  {%- set there = adapter.get_columns_in_relation(old_relation) | map(attribute='name') | list -%}
  {%- if full_refresh or there != agate_table.column_names | list -%}
    {%- do adapter.drop_relation(old_relation) -%}
    {{ return(create_csv_table(model, agate_table)) }}
  {%- else -%}
    {%- do adapter.truncate_relation(old_relation) -%}
    {{ return('truncate table ' ~ old_relation.render()) }}
  {%- endif -%}
{% endmacro %}

{# The text that stands for the load in target/run; the rows themselves are not written out. #}
{% macro load_csv_rows(model, agate_table) -%}
  {{ return(adapter.dispatch('load_csv_rows', 'dbt')(model, agate_table)) }}
{%- endmacro %}

{% macro default__load_csv_rows(model, agate_table) %}
  {%- set names = get_seed_column_quoted_csv(model, agate_table.column_names) -%}
  {{ return('insert into ' ~ this.render() ~ ' (' ~ names ~ ') values (' ~ (get_binding_char() ~ ', ') * (agate_table.column_names | length - 1) ~ get_binding_char() ~ ')') }}
{% endmacro %}

{% macro get_csv_sql(create_or_truncate_sql, insert_sql) %}
  {{ return(adapter.dispatch('get_csv_sql', 'dbt')(create_or_truncate_sql, insert_sql)) }}
{% endmacro %}

{% macro default__get_csv_sql(create_or_truncate_sql, insert_sql) %}
{{ create_or_truncate_sql }};
-- the rows of the seed
{{ insert_sql }}
{% endmacro %}

{% macro get_binding_char() -%}
  {{ return(adapter.dispatch('get_binding_char', 'dbt')()) }}
{%- endmacro %}

{% macro default__get_binding_char() %}
  {{ return('%s') }}
{% endmacro %}

{% macro sqlite__get_binding_char() %}
  {{ return('?') }}
{% endmacro %}

{% macro get_batch_size() -%}
  {{ return(adapter.dispatch('get_batch_size', 'dbt')()) }}
{%- endmacro %}

{% macro default__get_batch_size() %}
  {{ return(10000) }}
{% endmacro %}

{% macro get_seed_column_quoted_csv(model, column_names) %}
  {%- set quoted = model['config'].get('quote_columns', none) -%}
  {%- set names = [] -%}
  {%- for name in column_names -%}
    {%- do names.append(adapter.quote_seed_column(name, quoted)) -%}
  {%- endfor -%}
  {{ return(names | join(', ')) }}
{% endmacro %}
