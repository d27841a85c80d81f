with events as (
    select *
    from << ref('stg_events_flat_partitioned_clustered') >>
    where product_id is not null
),

products as (
    select
        product_id,
        -- The shop renames products now and then; the names are compared as text and the last one wins.
        max(product_name) as product_name,
        max(product_category) as product_category,
        count(*) filter (where event_type = 'product_view') as views,
        count(distinct session_id) filter (where event_type = 'product_view') as sessions_viewed,
        count(distinct session_id) filter (where event_type = 'add_to_cart') as sessions_added_to_cart,
        count(distinct session_id) filter (where event_type = 'purchase') as sessions_purchased,
        count(distinct order_id) as orders,
        coalesce(sum(quantity) filter (where event_type = 'purchase'), 0) as units_purchased,
        coalesce(sum(line_amount) filter (where event_type = 'purchase'), 0) as revenue
    from events
    group by product_id
)

select
    product_id,
    product_name,
    product_category,
    views,
    sessions_viewed,
    sessions_added_to_cart,
    sessions_purchased,
    orders,
    units_purchased,
    << rounded('revenue') >> as revenue,
    << share('sessions_added_to_cart', 'sessions_viewed') >> as view_to_cart_rate,
    << share('sessions_purchased', 'sessions_viewed') >> as view_to_purchase_rate,
    rank() over (order by views desc) as view_rank,
    rank() over (order by units_purchased desc) as purchase_rank,
    rank() over (partition by product_category order by revenue desc) as revenue_rank_in_category
from products
order by product_id
