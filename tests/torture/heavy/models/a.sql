with recursive n(i) as (select 1 union all select i + 1 from n where i < 4000)
select i as id, {{ var('generation') }} as generation, printf('%080d', i) as filling from n
