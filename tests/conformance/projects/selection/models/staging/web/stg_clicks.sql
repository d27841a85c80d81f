select id, customer_id from {{ source('web', 'clicks') }}
