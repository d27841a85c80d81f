select o.id, k.id as kit_id, r.code from {{ ref('orders') }} o, {{ ref('kit', 'kit_open') }} k, {{ ref('regions') }} r
