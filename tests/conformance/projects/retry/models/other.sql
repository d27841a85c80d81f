{{ config(materialized='table') }} {{ fails_if('other', 'select id from ' ~ ref('raw')) }}
