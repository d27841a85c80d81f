select id from {{ ref('breaks') }}
