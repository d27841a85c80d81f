select id, name, 1 as rank from {{ ref('stg_customers') }}
