{{ config(indexes=[{'columns': ['id']}], post_hook="create table if not exists audit (generation)") }}
select c.id, a.generation, a.filling from {{ ref('c') }} as c join {{ ref('a') }} as a on a.id = c.id
