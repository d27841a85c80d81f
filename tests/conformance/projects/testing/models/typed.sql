{{ config(materialized='table', enabled=var('promised', false)) }}
select id, customer, cast(amount as {{ dbt.type_float() }}) as amount from {{ ref('stg') }}
