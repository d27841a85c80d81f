<% set counts = {
    'page_view': 'page_views',
    'add_to_cart': 'adds_to_cart',
    'checkout': 'checkouts',
    'package_shipped': 'packages_shipped',
} %>

select
    session_id,
    user_id,
    min(created_at) as session_started_at,
    -- The warehouse reports a shipment under the session of its order, days after the person has left.
    max(created_at) filter (where event_type <> 'package_shipped') as session_ended_at,
    << count_values('event_type', counts) >>,
    count(distinct product_id) filter (where event_type = 'page_view') as products_viewed,
    max(order_id) as order_id
from << ref('stg_events') >>
group by session_id, user_id
