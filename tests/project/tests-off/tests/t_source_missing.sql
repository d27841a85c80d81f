select * from {{ source('s','x') }}
