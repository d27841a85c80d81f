{{ config(tags=['orders', 'staging'], alias='orders_staged', meta={'file': true}) }}
{{ config(pre_hook=["select 'in file'"]) }}
-- depends_on: {{ ref('countries') }}
select id, customer_id, amount, cast(ordered_at as date) as ordered_at
from {{ source('erp', 'orders') }}
{% if is_incremental() %}where false{% endif %}
