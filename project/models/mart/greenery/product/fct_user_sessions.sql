<#- How long do people stay, and who are they? One row a session, with the profile that its user had. -#>
with sessions as (
    select
        *,
        << seconds_between('session_started_at', 'session_ended_at') >> as session_seconds,
        row_number() over (partition by user_id order by session_started_at, session_id) as user_session_number
    from << ref('int_session_events_agg') >>
),

users as (
    select * from << ref('dim_users') >>
)

select
    sessions.session_id,
    sessions.user_id,
    users.full_name,
    users.email,
    users.state,
    users.registered_at,
    << days_between('users.registered_at', 'sessions.session_started_at') >> as days_since_registration,
    sessions.user_session_number,
    sessions.session_started_at,
    sessions.session_ended_at,
    << date_of('sessions.session_started_at') >> as session_date,
    sessions.session_seconds,
    << rounded('sessions.session_seconds / 60.0') >> as session_minutes,
    sessions.page_views,
    sessions.products_viewed,
    sessions.adds_to_cart,
    sessions.checkouts,
    sessions.packages_shipped,
    sessions.order_id,
    case when sessions.checkouts > 0 then 1 else 0 end as has_purchase
from sessions
left join users on sessions.user_id = users.user_id
