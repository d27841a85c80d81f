{% snapshot kept %}
{{ config(strategy='check', unique_key='id', check_cols='all', target_schema='analytics') }}
{{ fails_if('kept', 'select id, amount from ' ~ ref('a')) }}
{% endsnapshot %}
