{{ config(materialized='incremental', unique_key='id', on_schema_change='append_new_columns') }}
select o.id, {{ kit.cents('o.amount') }} as amount, c.name, '{{ var("start") }}' as start
from {{ ref('stg_orders') }} o join {{ ref('customers', v=2) }} c on c.id = o.customer_id
{% if is_incremental() %}where o.id > (select max(id) from {{ this }}){% endif %}
