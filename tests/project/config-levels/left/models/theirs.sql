{{ config(materialized='ephemeral', tags='file') }} select 1 as id
