select
    user_id,
    first_name,
    last_name,
    lower(trim(email)) as email,
    phone_number,
    address_id,
    created_at,
    updated_at
from << ref('greenery_users') >>
