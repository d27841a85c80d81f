select * from {{ ref('a', v=3) }} join {{ ref('a', v=1) }}
