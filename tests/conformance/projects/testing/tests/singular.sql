{{ config(severity='warn', warn_if='> 1', error_if='> 3', tags=['one'], meta={'owner': 'us'}) }}
select * from {{ ref('stg') }} where customer = 'ada'
