<#- A chat is successful when both sides talked: it was completed and did not end at once. -#>
with chats as (
    select
        id as chat_id,
        astrolog_id,
        user_id,
        started_at,
        ended_at,
        status,
        coalesce(amount_paid, 0) as revenue,
        -- An end before the start is a wrong clock, and tells nothing about the length.
        case
            when ended_at >= started_at then << seconds_between('started_at', 'ended_at') >>
        end as duration_seconds
    from << ref('astrology_chats') >>
)

select
    chat_id,
    astrolog_id,
    user_id,
    started_at,
    ended_at,
    status,
    revenue,
    duration_seconds,
    case
        when status = 'completed' and coalesce(duration_seconds, 0) >= << var('min_chat_seconds') >> then 1
        else 0
    end as is_successful
from chats
