{{ config(schema='x', alias='y') }} select 1 as id
