{{ config(materialized='incremental') }}
select 1 as id {% if is_incremental() %} where 1 not in (select id from {{ this }}) {% endif %}
