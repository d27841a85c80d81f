{{ config(materialized='incremental', unique_key='customer_id', on_schema_change='append_new_columns', incremental_strategy='delete+insert') }}
select customer_id, name, country from {{ ref('stg_customers') }}
