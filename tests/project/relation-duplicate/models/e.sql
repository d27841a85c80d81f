{{ config(materialized='ephemeral', alias='orders') }} select 2 as id
