<# What a user paid is what was bought plus shipping minus discount, to the cent. #>
select
    order_id,
    order_cost,
    shipping_cost,
    discount,
    order_total
from << ref('fact_orders') >>
where abs(order_cost + shipping_cost - discount - order_total) > 0.005
    and order_cost + shipping_cost > discount
