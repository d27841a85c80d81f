select 1 as id, 'a' as name, 2.5 as amount, '2024-01-01' as day
