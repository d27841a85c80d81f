{{ config(tags=['single'], severity='warn') }}
select o.id from {{ ref('orders') }} o join {{ ref('stg_orders') }} s on s.id = o.id where o.amount < 0
