<# Events of which only a part arrived. They are left out of everything; a rising number means a sick tracker. #>
<< config(severity='warn') >>

select
    event_id,
    received_at,
    payload
from << ref('ecommerce_events') >>
where not (<< is_json('payload') >>)
