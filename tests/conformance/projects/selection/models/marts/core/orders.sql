select o.id, o.amount, c.name, r.rate
from {{ ref('stg_orders') }} o
join {{ ref('customers') }} c on c.id = o.customer_id
join {{ ref('rates') }} r on true
