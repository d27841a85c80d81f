{% snapshot kept %}{{ config(target_schema='analytics') }}select id, amount from {{ ref('stg_orders') }}{% endsnapshot %}
