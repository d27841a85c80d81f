select id as customer_id, name, country from {{ source('erp', 'customers') }} -- {{ greet('hi') }} {{ toolkit.greet('x', 2) }}
