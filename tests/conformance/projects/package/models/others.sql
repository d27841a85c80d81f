select 2 as id, 'b' as name, 3 as extra
