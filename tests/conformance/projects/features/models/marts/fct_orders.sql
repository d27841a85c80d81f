{{ config(access='public', partition_by={'field': 'ordered_at'}, indexes=[{'columns': ['id'], 'unique': true}]) }}
with o as (select * from {{ ref('stg_orders') }}), e as (select * from {{ ref('eph') }}),
c as (select * from {{ ref('dim_customers') }}),
c1 as (select * from {{ ref('features', 'dim_customers', version=1) }}),
p as (select * from {{ ref('toolkit', 'kit_public') }})
select o.id, o.customer_id, o.amount, o.ordered_at, {{ function('double_it') }}(o.amount) as doubled from o
