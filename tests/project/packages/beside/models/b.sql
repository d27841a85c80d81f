select * from {{ ref('u') }} join {{ ref('f') }}
