with pings as (
    select
        ping_date as activity_date,
        astrolog_id,
        count(*) as pings,
        count(distinct user_id) as users_pinged
    from << ref('int_astrolog_ping_event_extended') >>
    group by ping_date, astrolog_id
),

chats as (
    select
        << date_of('started_at') >> as activity_date,
        astrolog_id,
        count(*) as chats,
        sum(is_successful) as successful_chats,
        sum(revenue) as revenue
    from << ref('raw_chat_events') >>
    group by << date_of('started_at') >>, astrolog_id
),

-- Days with chats but no ping count too, and the other way round.
days as (
    select activity_date, astrolog_id from pings
    union
    select activity_date, astrolog_id from chats
)

select
    days.activity_date,
    days.astrolog_id,
    astrologs.astrolog_name,
    coalesce(pings.pings, 0) as pings,
    coalesce(pings.users_pinged, 0) as users_pinged,
    coalesce(chats.chats, 0) as chats,
    coalesce(chats.successful_chats, 0) as successful_chats,
    << rounded('coalesce(chats.revenue, 0)') >> as revenue
from days
inner join << ref('raw_astrologs') >> as astrologs on days.astrolog_id = astrologs.astrolog_id
left join pings on days.activity_date = pings.activity_date and days.astrolog_id = pings.astrolog_id
left join chats on days.activity_date = chats.activity_date and days.astrolog_id = chats.astrolog_id
order by days.activity_date, days.astrolog_id
