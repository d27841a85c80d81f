<% set channels = {'push': 'push_pings', 'email': 'email_pings', 'sms': 'sms_pings'} %>

with daily as (
    select
        ping_date,
        count(*) as pings,
        count(distinct astrolog_id) as astrologs,
        count(distinct user_id) as users,
        sum(is_night_ping) as night_pings,
        << count_values('channel', channels) >>
    from << ref('int_astrolog_ping_event_extended') >>
    group by ping_date
)

select
    ping_date,
    << iso_weekday_of('ping_date') >> as iso_weekday,
    pings,
    astrologs,
    users,
    << channels.values() | join(', ') >>,
    << share('night_pings', 'pings') >> as night_ping_share,
    -- The week as a whole, because Sundays have twice the pings of Mondays.
    << rounded('avg(pings) over (order by ping_date rows between 6 preceding and current row)') >> as pings_7_day_average
from daily
order by ping_date
