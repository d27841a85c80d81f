with x as (select * from {{ ref('eph') }}) select x.id, a.total from x join {{ ref('agg') }} a using (name)
