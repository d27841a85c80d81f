{{ config(tags='ana') }}
select 1
