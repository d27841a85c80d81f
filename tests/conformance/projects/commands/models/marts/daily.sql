{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='happened', batch_size='day', begin='2026-01-01') }}
select id, amount, happened from {{ ref('stg_orders') }}
