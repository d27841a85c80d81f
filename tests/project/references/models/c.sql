select * from {{ ref('twice') }} join {{ ref('left', 'twice') }} join {{ ref('rigth', 'twice') }} join {{ ref('left', 'stg_users') }}
