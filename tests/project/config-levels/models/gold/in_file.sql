{{ config(materialized='ephemeral', tags=['file', 'all'], meta={'level': 'file'}, pre_hook=['select 1', {'sql': 'select 2', 'transaction': false}], grants={'+select': ['b']}) }}
{{ config(tags='more', post_hook='select 3') }} select 1 as id
