-- depends_on: << ref('customers') >>
-- In this example a seed fills the source, so that a build from nothing has the order: seed, then model.

with customers as (
    << latest_rows(source('raw_data', 'customers'), 'customer_id', 'updated_at desc') >>
)

select
    customer_id,
    trim(first_name) as first_name,
    trim(last_name) as last_name,
    lower(trim(email)) as email,
    phone,
    coalesce(upper(country_code), 'unknown') as country_code,
    created_at,
    updated_at
from customers
