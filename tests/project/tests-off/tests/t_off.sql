select * from {{ ref('quiet') }}
