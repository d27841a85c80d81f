<% set counts = {
    'page_view': 'page_views',
    'product_view': 'product_views',
    'add_to_cart': 'adds_to_cart',
    'remove_from_cart': 'removals_from_cart',
    'checkout': 'checkouts',
} %>

with events as (
    select
        *,
        row_number() over (partition by session_id order by event_at, event_id) as event_number
    from << ref('stg_events_flat_partitioned_clustered') >>
),

-- Only the first event of a session knows where the visitor came from.
entries as (
    select
        session_id,
        << referrer_source('referrer_url') >> as referrer_source,
        page_path as entry_page
    from events
    where event_number = 1
)

select
    events.session_id,
    -- A session has one user and one device; max() only says so to the database.
    max(events.user_id) as user_id,
    max(events.is_anonymous) as is_anonymous,
    max(events.device) as device,
    max(events.country) as country,
    entries.referrer_source,
    entries.entry_page,
    min(event_at) as session_started_at,
    max(event_at) as session_ended_at,
    << date_of('min(event_at)') >> as session_date,
    << seconds_between('min(event_at)', 'max(event_at)') >> as duration_seconds,
    count(*) as events,
    << count_values('event_type', counts) >>,
    count(distinct order_id) as purchases,
    coalesce(sum(quantity) filter (where event_type = 'purchase'), 0) as units_purchased,
    << rounded("coalesce(sum(line_amount) filter (where event_type = 'purchase'), 0)") >> as revenue,
    case when count(*) = 1 then 1 else 0 end as is_bounce
from events
inner join entries on events.session_id = entries.session_id
group by events.session_id, entries.referrer_source, entries.entry_page
