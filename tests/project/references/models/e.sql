select * from {{ source('raw', 'closed') }} join {{ ref() }}
