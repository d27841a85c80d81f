select * from {{ ref('fct_orders') }} -- {{ metric('revenue') if false }}
