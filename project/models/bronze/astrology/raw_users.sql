select
    id as user_id,
    trim(display_name) as user_name,
    user_type,
    birth_date,
    time_zone,
    utc_offset_minutes,
    coalesce(signup_source, 'unknown') as signup_source,
    created_at
from << ref('astrology_users') >>
