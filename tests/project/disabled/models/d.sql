{{ config(enabled=var('d', false)) }} select 1 as id
