<#- The same sessions summed up: one row for each user who ever came. -#>
with sessions as (
    select * from << ref('fct_user_sessions') >>
),

medians as (
    << median_by('sessions', 'session_minutes', ['user_id'], name='median_session_minutes') >>
)

select
    sessions.user_id,
    sessions.state,
    count(*) as sessions,
    sum(sessions.has_purchase) as sessions_with_purchase,
    << share('sum(sessions.has_purchase)', 'count(*)') >> as conversion_rate,
    sum(sessions.page_views) as page_views,
    << rounded('avg(1.0 * sessions.page_views)') >> as average_page_views,
    << rounded('avg(sessions.session_seconds) / 60.0') >> as average_session_minutes,
    medians.median_session_minutes,
    min(sessions.session_started_at) as first_session_at,
    max(sessions.session_started_at) as last_session_at
from sessions
inner join medians on sessions.user_id = medians.user_id
group by sessions.user_id, sessions.state, medians.median_session_minutes
