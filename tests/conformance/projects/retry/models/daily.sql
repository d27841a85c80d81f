{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='moment', batch_size='day', begin='2026-01-01', tags=['batches']) }}
select id, moment, amount from {{ ref('raw') }}
{% if model.batch and model.batch.id == '20260102' and 'batch' in env_var('BROKEN', '').split() %} where no_such_function(id) {% endif %}
