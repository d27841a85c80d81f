-- depends_on: << ref('orders') >>

with orders as (
    << latest_rows(source('raw_data', 'orders'), 'order_id', 'ordered_at') >>
)

select
    order_id,
    customer_id,
    ordered_at,
    lower(status) as order_status,
    total_amount
from orders
