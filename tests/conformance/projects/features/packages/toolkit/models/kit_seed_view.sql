{{ config(materialized='view') }}
select 1 as n, 'x' as inside
