{{ config(unique_key=none) }}select 1 as id
