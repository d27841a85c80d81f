{{ config(materialized='cube') }} select 1 as id
