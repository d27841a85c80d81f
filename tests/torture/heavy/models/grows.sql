{{ config(materialized='incremental', unique_key='id', incremental_strategy='delete+insert') }}
select id, generation, filling from {{ ref('a') }} where id <= 1000
