{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='ordered_at', batch_size='day', begin=var('batch_begin'), lookback=2, concurrent_batches=false, full_refresh=false) }}
select * from {{ ref('fct_orders') }}
