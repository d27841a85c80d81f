select o.id, o.amount, c.name from {{ ref('stg_orders') }} as o join {{ ref('eph_customers') }} as c on c.id = o.customer
