select * from {{ ref('both') }}, {{ source('raw', 'events') }}
