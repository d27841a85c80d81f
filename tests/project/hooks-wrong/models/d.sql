{{ config(pre_hook="{{ ref('nowhere') }}") }} select 1 as id
