{{ config(materialized='table') }}
-- A table that is made of its own old rows is built aside and swapped.
select id, generation from {{ ref('d') }} where id <= 1500
{% if adapter.get_relation(this.database, this.schema, this.identifier) %}
  and (select count(*) from {{ this }}) >= 0
{% endif %}
