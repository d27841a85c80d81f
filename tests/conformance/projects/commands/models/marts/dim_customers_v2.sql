select id, name, 1 as level from {{ ref('eph_customers') }}
