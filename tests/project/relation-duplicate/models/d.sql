{{ config(alias='gold__orders') }} select 2 as id
