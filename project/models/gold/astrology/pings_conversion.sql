with pings as (
    select
        pings.astrolog_id,
        count(*) as pings,
        count(chats.chat_id) as pings_with_chat,
        coalesce(sum(chats.is_successful), 0) as pings_with_successful_chat,
        coalesce(sum(chats.revenue), 0) as revenue
    from << ref('int_astrolog_ping_event_extended') >> as pings
    left join << ref('int_astrolog_ping_chats') >> as chats on pings.ping_id = chats.ping_id
    group by pings.astrolog_id
)

select
    astrologs.astrolog_id,
    astrologs.astrolog_name,
    astrologs.specialty,
    astrologs.is_active,
    coalesce(pings.pings, 0) as pings,
    coalesce(pings.pings_with_chat, 0) as pings_with_chat,
    coalesce(pings.pings_with_successful_chat, 0) as pings_with_successful_chat,
    -- Null, not 0, for those who never pinged: they did not fail to convert.
    << share('pings.pings_with_chat', 'pings.pings') >> as chat_rate,
    << share('pings.pings_with_successful_chat', 'pings.pings') >> as conversion_rate,
    << rounded('coalesce(pings.revenue, 0)') >> as revenue,
    << share('pings.revenue', 'pings.pings') >> as revenue_per_ping
from << ref('raw_astrologs') >> as astrologs
left join pings on astrologs.astrolog_id = pings.astrolog_id
order by astrologs.astrolog_id
