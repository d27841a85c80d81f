with users as (
    select user_type, count(*) as users
    from << ref('raw_users') >>
    group by user_type
),

pings as (
    select
        pings.user_type,
        count(*) as pings,
        count(distinct pings.user_id) as users_pinged,
        count(distinct chats.user_id) as users_with_chat,
        count(chats.chat_id) as pings_with_chat,
        coalesce(sum(chats.is_successful), 0) as pings_with_successful_chat,
        coalesce(sum(chats.revenue), 0) as revenue
    from << ref('int_astrolog_ping_event_extended') >> as pings
    left join << ref('int_astrolog_ping_chats') >> as chats on pings.ping_id = chats.ping_id
    group by pings.user_type
)

select
    users.user_type,
    users.users,
    coalesce(pings.users_pinged, 0) as users_pinged,
    coalesce(pings.users_with_chat, 0) as users_with_chat,
    coalesce(pings.pings, 0) as pings,
    coalesce(pings.pings_with_chat, 0) as pings_with_chat,
    coalesce(pings.pings_with_successful_chat, 0) as pings_with_successful_chat,
    << share('pings.pings_with_successful_chat', 'pings.pings') >> as ping_conversion_rate,
    << share('pings.users_with_chat', 'pings.users_pinged') >> as user_conversion_rate,
    << rounded('coalesce(pings.revenue, 0)') >> as revenue
from users
left join pings on users.user_type = pings.user_type
order by users.user_type
