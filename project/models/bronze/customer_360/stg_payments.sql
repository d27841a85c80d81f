-- depends_on: << ref('payments') >>

with payments as (
    << latest_rows(source('raw_data', 'payments'), 'payment_id', 'paid_at') >>
)

select
    payment_id,
    order_id,
    replace(lower(payment_method), ' ', '_') as payment_method,
    amount,
    lower(status) as payment_status,
    paid_at
from payments
