select 1 as id from {{ ref('old') }}
join {{ ref('customers', v=1) }} using (id) join {{ ref('customers') }} using (id)
