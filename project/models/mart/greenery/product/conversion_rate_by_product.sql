with session_products as (
    select * from << ref('int_session_products') >>
),

products as (
    select * from << ref('dim_products') >>
),

counted as (
    select
        product_id,
        count(*) filter (where page_views > 0) as sessions_viewed,
        count(*) filter (where adds_to_cart > 0) as sessions_added_to_cart,
        count(*) filter (where units_bought > 0) as sessions_bought
    from session_products
    group by product_id
)

select
    products.product_id,
    products.product_name,
    products.price_band,
    coalesce(counted.sessions_viewed, 0) as sessions_viewed,
    coalesce(counted.sessions_added_to_cart, 0) as sessions_added_to_cart,
    coalesce(counted.sessions_bought, 0) as sessions_bought,
    << share('counted.sessions_bought', 'counted.sessions_viewed') >> as conversion_rate
from products
left join counted on products.product_id = counted.product_id
