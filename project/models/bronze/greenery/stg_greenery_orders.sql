select
    order_id,
    user_id,
    address_id,
    promo_id,
    status as order_status,
    order_cost,
    shipping_cost,
    order_total,
    tracking_id,
    shipping_service,
    created_at,
    estimated_delivery_at,
    delivered_at
from << ref('greenery_orders') >>
