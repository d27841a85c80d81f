select
    address_id,
    address as street_address,
    zipcode,
    state,
    country
from << ref('greenery_addresses') >>
