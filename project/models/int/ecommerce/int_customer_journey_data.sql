with sessions as (
    select
        *,
        row_number() over (partition by user_id order by session_started_at, session_id) as session_number
    from << ref('int_sessions') >>
),

first_purchases as (
    select
        user_id,
        min(event_at) as first_purchase_at
    from << ref('stg_events_flat_partitioned_clustered') >>
    where event_type = 'purchase'
    group by user_id
),

first_sessions as (
    select user_id, min(session_started_at) as first_session_at
    from sessions
    group by user_id
),

-- The sessions that led to the first purchase, that of the purchase included, in their order.
journeys as (
    select
        sessions.user_id,
        count(*) over (partition by sessions.user_id) as sessions_to_first_purchase,
        << json_array_over(
            json_object({
                'session_id': 'sessions.session_id',
                'started_at': dbt.cast('sessions.session_started_at', dbt.type_string()) | trim,
                'referrer_source': 'sessions.referrer_source',
                'device': 'sessions.device',
                'duration_seconds': 'sessions.duration_seconds',
                'product_views': 'sessions.product_views',
                'adds_to_cart': 'sessions.adds_to_cart',
            }),
            'sessions.user_id',
            'sessions.session_number'
        ) >> as sessions_json,
        << json_array_over(json_of_text('sessions.referrer_source'), 'sessions.user_id', 'sessions.session_number') >>
            as referrer_sources_json,
        sessions.session_number
    from sessions
    inner join first_purchases on sessions.user_id = first_purchases.user_id
    where sessions.session_started_at <= first_purchases.first_purchase_at
)

select
    first_sessions.user_id,
    first_sessions.first_session_at,
    << week_of('first_sessions.first_session_at') >> as cohort_week,
    first_purchases.first_purchase_at,
    case when first_purchases.user_id is null then 0 else 1 end as has_purchased,
    journeys.sessions_to_first_purchase,
    << seconds_between('first_sessions.first_session_at', 'first_purchases.first_purchase_at') >> as seconds_to_first_purchase,
    journeys.referrer_sources_json,
    journeys.sessions_json
from first_sessions
left join first_purchases on first_sessions.user_id = first_purchases.user_id
-- Every row of a journey holds the whole array.
left join journeys
    on first_sessions.user_id = journeys.user_id
    and journeys.session_number = 1
