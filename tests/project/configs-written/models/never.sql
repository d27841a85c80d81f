{% if false %}{{ config(alias='never_called') }}{% endif %}
select 1 as id
