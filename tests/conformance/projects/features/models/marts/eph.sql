{{ config(materialized='ephemeral') }}
select {{ builtins.ref('stg_orders').identifier | length }} as n, * from {{ ref('eph_below') }}
