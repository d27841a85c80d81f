{{ config(severity='error', tags=['single'], fail_calc='count(*)') }}
select * from {{ ref('fct_orders') }} where amount < 0 -- {{ var('region') }}
