{% snapshot orders_past %}
{{ config(strategy='check', unique_key='id', check_cols=['amount']) }}
select * from {{ ref('stg_orders') }}
{% endsnapshot %}
