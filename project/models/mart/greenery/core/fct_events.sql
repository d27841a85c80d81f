<<
    config(
        materialized='incremental',
        unique_key='event_id',
    )
>>

with events as (
    select * from << ref('stg_events') >>
    <% if is_incremental() %>
    -- The sessions that had an event since the last run, each as a whole: event_number counts within one.
    where session_id in (
        select session_id
        from << ref('stg_events') >>
        where created_at >= (select max(created_at) from << this >>)
    )
    <% endif %>
),

products as (
    select * from << ref('stg_products') >>
)

select
    events.event_id,
    events.session_id,
    events.user_id,
    events.event_type,
    events.page_url,
    events.order_id,
    events.product_id,
    products.product_name,
    events.created_at,
    << date_of('events.created_at') >> as event_date,
    row_number() over (
        partition by events.session_id
        order by events.created_at, events.event_id
    ) as event_number
from events
left join products on events.product_id = products.product_id
