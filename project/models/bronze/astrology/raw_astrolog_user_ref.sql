select
    id as astrolog_user_ref_id,
    astrolog_id,
    user_id,
    relation as relation_type,
    created_at
from << ref('astrology_user_relations') >>
