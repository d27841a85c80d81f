{% snapshot orders_block %}
{{ config(strategy='check', unique_key='id', check_cols=['amount', 'ordered_at'], invalidate_hard_deletes=true) }}
select * from {{ ref('stg_orders') }}
{% endsnapshot %}

{% snapshot orders_block_two %}
{{ config(strategy='timestamp', unique_key=['id', 'customer_id'], updated_at='ordered_at', target_schema='other', hard_deletes='new_record') }}
select * from {{ source('erp', 'orders') }}
{% endsnapshot %}
