select id, amount from {{ ref('stg') }}
