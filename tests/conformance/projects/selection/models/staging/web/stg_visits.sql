{{ config(materialized='ephemeral') }}
select id, count(*) as clicks from {{ ref('stg_clicks') }} group by id
