{{ config(meta={'x': env_var('SHOP_X', 'fallback')}) }} select 1 as id
