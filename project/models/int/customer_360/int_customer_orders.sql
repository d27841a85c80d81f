with orders as (
    select * from << ref('stg_orders') >>
),

items as (
    select
        order_id,
        count(*) as order_lines,
        sum(quantity) as units,
        sum(line_amount) as items_amount
    from << ref('stg_order_items') >>
    group by order_id
),

payments as (
    select
        order_id,
        count(*) filter (where payment_status = 'completed') as completed_payments,
        count(*) filter (where payment_status = 'failed') as failed_payments,
        coalesce(sum(amount) filter (where payment_status = 'completed'), 0) as paid_amount,
        coalesce(sum(amount) filter (where payment_status = 'refunded'), 0) as refunded_amount
    from << ref('stg_payments') >>
    group by order_id
)

select
    orders.order_id,
    orders.customer_id,
    orders.ordered_at,
    orders.order_status,
    row_number() over (
        partition by orders.customer_id
        order by orders.ordered_at, orders.order_id
    ) as customer_order_number,
    coalesce(items.order_lines, 0) as order_lines,
    coalesce(items.units, 0) as units,
    -- Some orders came without a total; their lines know it.
    << rounded('coalesce(orders.total_amount, items.items_amount, 0)') >> as order_amount,
    coalesce(payments.completed_payments, 0) as completed_payments,
    coalesce(payments.failed_payments, 0) as failed_payments,
    << rounded('coalesce(payments.paid_amount, 0)') >> as paid_amount,
    << rounded('coalesce(payments.refunded_amount, 0)') >> as refunded_amount,
    case when orders.order_status in ('completed', 'shipped') then 1 else 0 end as is_sale
from orders
left join items on orders.order_id = items.order_id
left join payments on orders.order_id = payments.order_id
