with pings as (
    select * from << ref('raw_astrolog_ping_events') >>
),

astrologs as (
    select * from << ref('raw_astrologs') >>
),

users as (
    select * from << ref('raw_users') >>
),

-- What the astrologer was to the user from one moment until the next change.
relations as (
    select
        astrolog_id,
        user_id,
        relation_type,
        created_at as valid_from,
        lead(created_at) over (
            partition by astrolog_id, user_id
            order by created_at, astrolog_user_ref_id
        ) as valid_to
    from << ref('raw_astrolog_user_ref') >>
),

extended as (
    select
        pings.ping_id,
        pings.pinged_at,
        << date_of('pings.pinged_at') >> as ping_date,
        << plus_minutes('pings.pinged_at', 'users.utc_offset_minutes') >> as pinged_at_local,
        pings.channel,
        pings.template,
        pings.astrolog_id,
        astrologs.astrolog_name,
        astrologs.specialty,
        astrologs.is_active as is_astrolog_active,
        pings.user_id,
        users.user_type,
        coalesce(relations.relation_type, 'none') as relation_type
    from pings
    inner join astrologs on pings.astrolog_id = astrologs.astrolog_id
    inner join users on pings.user_id = users.user_id
    left join relations
        on pings.astrolog_id = relations.astrolog_id
        and pings.user_id = relations.user_id
        and pings.pinged_at >= relations.valid_from
        and (pings.pinged_at < relations.valid_to or relations.valid_to is null)
)

select
    *,
    -- Nobody wants to hear from an astrologer at night, wherever the night is.
    case
        when << hour_of('pinged_at_local') >> >= 22 or << hour_of('pinged_at_local') >> < 7 then 1
        else 0
    end as is_night_ping
from extended
