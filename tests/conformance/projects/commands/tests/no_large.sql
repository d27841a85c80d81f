select id from {{ ref('fct_orders') }} where amount > 100
