select c.id, c.name, v.clicks from {{ ref('stg_customers') }} c left join {{ ref('stg_visits') }} v on v.id = c.id
