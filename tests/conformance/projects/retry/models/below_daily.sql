{{ config(tags=['batches']) }}
select count(*) as n from {{ ref('daily') }}
