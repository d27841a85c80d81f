with orders as (
    select * from << ref('stg_greenery_orders') >>
),

items as (
    select
        order_id,
        count(*) as products,
        sum(quantity) as units
    from << ref('stg_greenery_order_items') >>
    group by order_id
),

promos as (
    select * from << ref('stg_promos') >>
),

addresses as (
    select * from << ref('stg_addresses') >>
)

select
    orders.order_id,
    orders.user_id,
    orders.created_at as ordered_at,
    << date_of('orders.created_at') >> as order_date,
    orders.order_status,
    coalesce(items.products, 0) as products,
    coalesce(items.units, 0) as units,
    orders.order_cost,
    orders.shipping_cost,
    orders.promo_id,
    coalesce(promos.discount, 0) as discount,
    orders.order_total,
    orders.shipping_service,
    addresses.state,
    addresses.country,
    orders.estimated_delivery_at,
    orders.delivered_at,
    << rounded(seconds_between('orders.created_at', 'orders.delivered_at') ~ ' / 86400.0') >> as days_to_delivery,
    -- Null as long as nobody can know.
    case
        when orders.delivered_at is null then null
        when orders.delivered_at > orders.estimated_delivery_at then 1
        else 0
    end as is_late
from orders
left join items on orders.order_id = items.order_id
left join promos on orders.promo_id = promos.promo_id
left join addresses on orders.address_id = addresses.address_id
