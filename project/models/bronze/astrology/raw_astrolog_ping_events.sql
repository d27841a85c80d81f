select
    id as ping_id,
    astrolog_id,
    user_id,
    sent_at as pinged_at,
    channel,
    coalesce(template, 'free_text') as template
from << ref('astrology_pings') >>
