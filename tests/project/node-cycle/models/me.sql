select * from {{ ref('me') }}
