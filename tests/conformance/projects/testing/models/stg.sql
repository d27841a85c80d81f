select id, customer, amount, loaded from {{ ref('payments') }}
