select count(*) as n from {{ ref('b') }}
