{{ config(schema='kit') }}
select 1 as id
