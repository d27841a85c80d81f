select * from {{ ref('a') }} -- its parent is wrong: no second error
