select
    order_id,
    product_id,
    quantity
from << ref('greenery_order_items') >>
