select id, name from {{ ref('eph_customers') }}
