{{ config(fail_calc='count(*)') }}
select * from {{ ref('stg') }} where id < 0
