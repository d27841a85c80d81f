with events as (
    select * from << ref('stg_events_flat_partitioned_clustered') >>
),

sessions as (
    select * from << ref('int_sessions') >>
),

ordered as (
    select
        *,
        row_number() over session_so_far as event_number,
        lag(event_type) over session_so_far as previous_event_type,
        lag(event_at) over session_so_far as previous_event_at,
        lead(event_type) over session_so_far as next_event_type
    from events
    -- Order lines of one purchase share their second; the id decides.
    window session_so_far as (partition by session_id order by event_at, event_id)
)

select
    ordered.event_id,
    ordered.event_at,
    ordered.event_date,
    ordered.event_type,
    ordered.user_id,
    ordered.session_id,
    ordered.product_id,
    ordered.order_id,
    ordered.line_amount,
    ordered.event_number,
    sessions.events as session_events,
    ordered.previous_event_type,
    ordered.next_event_type,
    << seconds_between('ordered.previous_event_at', 'ordered.event_at') >> as seconds_since_previous_event,
    << seconds_between('sessions.session_started_at', 'ordered.event_at') >> as seconds_since_session_start,
    sum(
        case ordered.event_type
            when 'add_to_cart' then ordered.quantity
            when 'remove_from_cart' then -ordered.quantity
            else 0
        end
    ) over (
        partition by ordered.session_id
        order by ordered.event_number
        rows between unbounded preceding and current row
    ) as units_in_cart,
    sessions.referrer_source,
    sessions.device,
    sessions.duration_seconds as session_duration_seconds,
    case when sessions.purchases > 0 then 1 else 0 end as is_in_purchasing_session,
    case when ordered.next_event_type is null then 1 else 0 end as is_last_event
from ordered
inner join sessions on ordered.session_id = sessions.session_id
