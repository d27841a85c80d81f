select
    id as astrolog_id,
    trim(display_name) as astrolog_name,
    specialty,
    languages,
    price_per_minute,
    rating,
    joined_on,
    is_active
from << ref('astrology_astrologers') >>
