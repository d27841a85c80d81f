{{ config(materialized='incremental', unique_key=['id', 'name']) }}
select * from {{ ref('orders') }}
{% if is_incremental() %}where id > 0{% endif %}
