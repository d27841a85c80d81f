select * from {{ ref('off') }} join {{ source('raw', 'usrs') }} join {{ source('row', 'users') }} join {{ source('web', 'x') }}
