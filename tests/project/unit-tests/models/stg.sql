select id, name, amount, cast(day as date) as day from {{ source('raw', 'orders') }}
