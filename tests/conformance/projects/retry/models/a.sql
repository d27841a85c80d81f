{{ config(materialized='table') }} {{ fails_if('a', 'select id, amount from ' ~ ref('raw')) }}
