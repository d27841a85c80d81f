select {{ var('broken_column', 'id') }} as id from {{ ref('stg_orders') }}
