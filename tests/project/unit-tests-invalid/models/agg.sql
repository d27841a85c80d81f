select name, sum(amount) as total, count(*) as n, max(day) as day from {{ ref('src') }} group by 1
