<# A completed order has been paid in full: completed payments and the order's amount agree to the cent. #>
select
    order_id,
    order_amount,
    paid_amount
from << ref('int_customer_orders') >>
where order_status = 'completed'
    and abs(order_amount - paid_amount) > 0.005
