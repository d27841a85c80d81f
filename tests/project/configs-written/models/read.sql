{{ config(alias='read_it', tags=['a'], meta={'flag': True}) }}
select 1 as id
