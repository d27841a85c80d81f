{{ config(tags=['people']) }}
select id, name from {{ source('shop', 'customers') }}
