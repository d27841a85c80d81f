with users as (
    select * from << ref('dim_users') >>
),

orders as (
    select
        user_id,
        count(*) as orders,
        sum(order_total) as total_spend,
        sum(discount) as total_discount,
        count(promo_id) as orders_with_promo,
        sum(units) as units,
        min(ordered_at) as first_ordered_at,
        max(ordered_at) as last_ordered_at
    from << ref('fact_orders') >>
    group by user_id
)

select
    users.user_id,
    users.full_name,
    users.email,
    users.state,
    users.registered_at,
    coalesce(orders.orders, 0) as orders,
    coalesce(orders.units, 0) as units,
    << rounded('coalesce(orders.total_spend, 0)') >> as total_spend,
    << share('orders.total_spend', 'orders.orders', digits=2) >> as average_order_value,
    coalesce(orders.total_discount, 0) as total_discount,
    coalesce(orders.orders_with_promo, 0) as orders_with_promo,
    orders.first_ordered_at,
    orders.last_ordered_at,
    << days_between('orders.first_ordered_at', 'orders.last_ordered_at') >> as days_as_customer,
    case when orders.orders is null then 0 else 1 end as is_buyer,
    case when orders.orders >= 2 then 1 else 0 end as is_repeat_buyer
from users
left join orders on users.user_id = orders.user_id
