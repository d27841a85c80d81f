select * from {{ ref('stg_usres') }}
join {{ ref('nothing_like_it') }} using (id)
