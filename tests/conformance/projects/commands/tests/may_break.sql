select {{ var('broken_test', 'id') }} from {{ ref('grown') }} where amount > 100
