select * from {{ source('soff','x') }}
