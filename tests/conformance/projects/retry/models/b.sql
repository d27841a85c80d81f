{{ config(materialized='table') }} {{ fails_if('b', 'select id, amount from ' ~ ref('a')) }}
