{{ config(materialized='incremental') }}
select s.id, s.amount * {{ var('threshold') }} as x, '{{ env_var("REGION", "eu") }}' as region, {{ money('s.amount') }} as money
from {{ ref('stg') }} s join {{ ref('codes') }} c on c.id = s.id
{% if is_incremental() %} where s.id > (select max(id) from {{ this }}) {% endif %}
