-- depends_on: << ref('order_items') >>

with order_items as (
    << latest_rows(source('raw_data', 'order_items'), 'order_item_id', 'order_id') >>
)

select
    order_item_id,
    order_id,
    product_name,
    quantity,
    unit_price,
    << rounded('quantity * unit_price') >> as line_amount
from order_items
