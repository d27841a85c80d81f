{{ config({'materialized': 'ephemeral', 'meta': {'as': 'dict'}}) }}
select 1 as one
