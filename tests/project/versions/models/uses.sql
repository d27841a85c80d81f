select * from {{ ref('orders') }} join {{ ref('orders', v=1) }} join {{ ref('orders', version=3) }}
