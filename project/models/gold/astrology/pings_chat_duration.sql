with ping_chats as (
    select
        pings.relation_type,
        chats.duration_seconds,
        chats.revenue,
        chats.seconds_to_chat
    from << ref('int_astrolog_ping_chats') >> as chats
    inner join << ref('int_astrolog_ping_event_extended') >> as pings on chats.ping_id = pings.ping_id
    where chats.is_successful = 1
),

medians as (
    << median_by('ping_chats', 'duration_seconds', ['relation_type'], name='median_duration_seconds') >>
)

select
    ping_chats.relation_type,
    count(*) as successful_chats,
    << rounded('avg(ping_chats.duration_seconds)') >> as average_duration_seconds,
    medians.median_duration_seconds,
    << rounded('avg(ping_chats.revenue)') >> as average_revenue,
    << rounded('sum(ping_chats.revenue)') >> as revenue,
    << rounded('avg(ping_chats.seconds_to_chat) / 60.0') >> as average_minutes_to_chat
from ping_chats
inner join medians on ping_chats.relation_type = medians.relation_type
group by ping_chats.relation_type, medians.median_duration_seconds
order by ping_chats.relation_type
