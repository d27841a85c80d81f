{# Citus spreads tables over many servers. Its functions are called when a table is made, while it is still aside:
     distributed_by: customer_id            the table is sharded by this column
     distributed_by: {column: customer_id, colocate_with: orders, shard_count: 32}
     reference_table: true                  a copy of the table on each server
     columnar: true                         stored by columns #}

{# Said before anything is built. #}
{% macro postgres_require_citus() %}
  {%- set by = config.get('distributed_by') -%}
  {%- set reference = config.get('reference_table') -%}
  {%- if by and reference -%}
    {%- do exceptions.raise_compiler_error("a table cannot have both 'distributed_by' and 'reference_table'") -%}
  {%- endif -%}
  {%- if by is mapping and not by.column -%}
    {%- do exceptions.raise_compiler_error("'distributed_by' names no column: write `distributed_by: name` or `distributed_by: {column: name}`") -%}
  {%- endif -%}
  {%- if by or reference -%}
    {%- set name = 'create_distributed_table' if by else 'create_reference_table' -%}
    {%- if run_query("select 1 from pg_catalog.pg_proc where proname = '" ~ name ~ "' limit 1").rows | length == 0 -%}
      {%- do postgres_lacks_citus('distributed_by' if by else 'reference_table', 'function ' ~ name) -%}
    {%- endif -%}
  {%- endif -%}
  {%- if config.get('columnar') and run_query("select 1 from pg_catalog.pg_am where amname = 'columnar'").rows | length == 0 -%}
    {%- do postgres_lacks_citus('columnar', 'access method columnar') -%}
  {%- endif -%}
{% endmacro %}

{% macro postgres_lacks_citus(config_name, what) %}
  {%- do exceptions.raise_compiler_error("the config '" ~ config_name ~ "' needs the extension Citus, which this database does not have (there is no " ~ what ~ "): install it and run `create extension citus`, or remove the config") -%}
{% endmacro %}

{% macro postgres_distribute(relation) %}
  {%- set by = config.get('distributed_by') -%}
  {%- set table = "'" ~ escape_single_quotes(relation.include(database=false).render()) ~ "'" -%}
  {%- if config.get('reference_table') -%}
    {%- do run_query('select create_reference_table(' ~ table ~ ')') -%}
  {%- elif by -%}
    {%- set arguments = [table, "'" ~ escape_single_quotes(by.column if by is mapping else by) ~ "'"] -%}
    {%- if by is mapping and by.colocate_with -%}
      {%- do arguments.append("colocate_with => '" ~ escape_single_quotes(by.colocate_with) ~ "'") -%}
    {%- endif -%}
    {%- if by is mapping and by.shard_count -%}
      {%- do arguments.append('shard_count => ' ~ by.shard_count | int) -%}
    {%- endif -%}
    {%- do run_query('select create_distributed_table(' ~ arguments | join(', ') ~ ')') -%}
  {%- endif -%}
{% endmacro %}
