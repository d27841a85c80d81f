{% snapshot kept %}
{{ config(unique_key='id', strategy='check', check_cols=['generation'], target_schema='main') }}
select id, generation from {{ ref('b') }} where id <= 200
{% endsnapshot %}
