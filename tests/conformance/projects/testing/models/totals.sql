{{ config(materialized='table') }}
select customer, sum(amount) as total, count(*) as payments, {{ var('rate') }} as rate, {{ tripled('count(*)') }} as tripled,
  '{{ env_var("REGION", "eu") }}' as region
from {{ ref('stg') }} group by customer
