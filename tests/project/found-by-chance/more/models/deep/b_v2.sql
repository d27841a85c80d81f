{{ config(grants={'+select': 'ann'}) }}{{ config(tags=['x']) }}{{ config(schema='apart', grants={'+select': 'bob', 'insert': 'cat'}) }}select 1 as id
