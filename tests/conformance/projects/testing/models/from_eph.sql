with e as (select * from {{ ref('eph') }}) select e.id, upper(e.customer) as customer from e
