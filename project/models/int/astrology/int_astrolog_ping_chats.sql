<#-
    Which chat came from which ping: the same astrologer and user, started within the attribution window. A chat counts
    for the last ping before it, a ping for the first chat after it, so that neither is counted twice.
-#>
with pings as (
    select ping_id, astrolog_id, user_id, pinged_at
    from << ref('raw_astrolog_ping_events') >>
),

chats as (
    select * from << ref('raw_chat_events') >>
),

candidates as (
    select
        pings.ping_id,
        pings.pinged_at,
        chats.chat_id,
        chats.astrolog_id,
        chats.user_id,
        chats.started_at,
        chats.duration_seconds,
        chats.revenue,
        chats.is_successful,
        row_number() over (
            partition by chats.chat_id
            order by pings.pinged_at desc, pings.ping_id desc
        ) as ping_rank
    from chats
    inner join pings
        on chats.astrolog_id = pings.astrolog_id
        and chats.user_id = pings.user_id
        and chats.started_at >= pings.pinged_at
        and chats.started_at < << plus_minutes('pings.pinged_at', 60 * var('ping_attribution_hours')) >>
),

attributed as (
    select
        *,
        row_number() over (partition by ping_id order by started_at, chat_id) as chat_rank
    from candidates
    where ping_rank = 1
)

select
    ping_id,
    chat_id,
    astrolog_id,
    user_id,
    pinged_at,
    started_at,
    << seconds_between('pinged_at', 'started_at') >> as seconds_to_chat,
    duration_seconds,
    revenue,
    is_successful
from attributed
where chat_rank = 1
