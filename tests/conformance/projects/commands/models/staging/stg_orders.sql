select id, customer, amount, happened from {{ source('raw', 'orders') }}
