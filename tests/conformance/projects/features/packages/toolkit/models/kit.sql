{{ config(meta={'deep': {'a': [1, 2]}}) }}
select {{ var('everywhere') | length }} as n, '{{ var("toolkit_only") }}' as inside
from {{ source('kit_raw', 'things') }}
