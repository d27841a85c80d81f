select
    promo_id,
    discount,
    status as promo_status
from << ref('greenery_promos') >>
