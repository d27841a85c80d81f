{{ config(materialized='view', access='public') }}
select * from {{ ref('kit') }} union all select * from {{ ref('toolkit', 'kit_seed_view') }}
