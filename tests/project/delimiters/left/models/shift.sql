select 1 << 2 as id
