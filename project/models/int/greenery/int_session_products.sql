<< config(materialized='ephemeral') >>

<#- What happened to each product in each session that touched it. A purchase is the session's order holding the product. -#>
with touched as (
    select
        session_id,
        product_id,
        count(*) filter (where event_type = 'page_view') as page_views,
        count(*) filter (where event_type = 'add_to_cart') as adds_to_cart
    from << ref('stg_events') >>
    where product_id is not null
    group by session_id, product_id
),

bought as (
    select
        sessions.session_id,
        items.product_id,
        items.quantity
    from << ref('int_session_events_agg') >> as sessions
    inner join << ref('stg_greenery_order_items') >> as items on sessions.order_id = items.order_id
)

select
    touched.session_id,
    touched.product_id,
    touched.page_views,
    touched.adds_to_cart,
    coalesce(bought.quantity, 0) as units_bought
from touched
left join bought
    on touched.session_id = bought.session_id
    and touched.product_id = bought.product_id
