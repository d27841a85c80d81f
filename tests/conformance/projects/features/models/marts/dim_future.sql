select customer_id, name, country, 1 as extra from {{ ref('dim_customers', v=2) }}
