{% snapshot customers_history %}
{{ config(target_schema='snapshots') }}
select id, name from {{ ref('stg_customers') }}
{% endsnapshot %}
