select c.id, c.name, 1 as extra from {{ ref('customers', v=2) }} c
