{{ config(materialized='table', enabled=var('promised', false)) }}
select id, customer as client from {{ ref('stg') }}
