select * from {{ source('dyn', 'dyn_t') }}
