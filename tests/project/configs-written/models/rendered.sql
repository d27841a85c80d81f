{{ config(materialized=var('kind') if target.name != 'x' else 'table', tags=['a', 'b' ~ 1], meta={'n': -1, 't': (1, 'x')}, pre_hook='select 1') }}
select {{ 1 }} as id
