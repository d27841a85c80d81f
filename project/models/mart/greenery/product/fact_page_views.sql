with events as (
    select
        *,
        lead(created_at) over (partition by session_id order by event_number) as next_event_at,
        lead(event_type) over (partition by session_id order by event_number) as next_event_type
    from << ref('fct_events') >>
    -- Shipments are no part of what a person does on the site.
    where event_type <> 'package_shipped'
)

select
    event_id as page_view_id,
    session_id,
    user_id,
    page_url,
    case when product_id is null then 'browse' else 'product' end as page_kind,
    product_id,
    product_name,
    created_at as viewed_at,
    event_date as view_date,
    << seconds_between('created_at', 'next_event_at') >> as seconds_on_page,
    case when next_event_type = 'add_to_cart' then 1 else 0 end as is_followed_by_add_to_cart,
    case when next_event_at is null then 1 else 0 end as is_exit
from events
where event_type = 'page_view'
