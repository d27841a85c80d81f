{{ config(materialized='view') }}
select id, generation, {{ var('generation') }} as own from {{ ref('b') }}
