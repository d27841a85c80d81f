{{ config(fail_calc='sum(n)', error_if='>= 4', warn_if='>= 1') }}
select count(*) as n from {{ ref('stg') }} group by customer
