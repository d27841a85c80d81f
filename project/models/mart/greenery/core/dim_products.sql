with products as (
    select * from << ref('stg_products') >>
),

sold as (
    select
        product_id,
        sum(quantity) as units_sold,
        count(*) as orders
    from << ref('stg_greenery_order_items') >>
    group by product_id
)

select
    products.product_id,
    products.product_name,
    products.price,
    case
        when products.price < 25 then 'small'
        when products.price < 55 then 'medium'
        else 'large'
    end as price_band,
    products.inventory,
    coalesce(sold.units_sold, 0) as units_sold,
    coalesce(sold.orders, 0) as orders,
    -- Fewer in stock than were sold in the whole period: time to order.
    case when products.inventory < coalesce(sold.units_sold, 0) then 1 else 0 end as is_running_low
from products
left join sold on products.product_id = sold.product_id
