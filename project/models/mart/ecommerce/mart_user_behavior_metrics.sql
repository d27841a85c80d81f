<% set steps = ['product_views', 'adds_to_cart', 'checkouts', 'purchases'] %>

with sessions as (
    select * from << ref('int_sessions') >>
),

daily as (
    select
        session_date,
        referrer_source,
        count(*) as sessions,
        count(distinct user_id) as users,
        avg(1.0 * duration_seconds) as average_duration_seconds,
        sum(is_bounce) as bounces,
        <%- for step in steps %>
        count(*) filter (where << step >> > 0) as sessions_with_<< step >>,
        <%- endfor %>
        sum(revenue) as revenue
    from sessions
    group by session_date, referrer_source
)

select
    session_date,
    referrer_source,
    sessions,
    users,
    << rounded('average_duration_seconds') >> as average_duration_seconds,
    bounces,
    << share('bounces', 'sessions') >> as bounce_rate,
    -- The funnel: of the sessions of the step before, how many took this one.
    <%- for step in steps %>
    sessions_with_<< step >>,
    << share('sessions_with_' ~ step, 'sessions' if loop.first else 'sessions_with_' ~ steps[loop.index0 - 1]) >> as << step >>_step_rate,
    <%- endfor %>
    << share('sessions_with_purchases', 'sessions') >> as conversion_rate,
    << rounded('revenue') >> as revenue
from daily
order by session_date, referrer_source
