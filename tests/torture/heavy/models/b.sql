select id, generation, filling || filling as filling from {{ ref('a') }} where id <= 2000
