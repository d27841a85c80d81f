<# Revenue by product and day, summed up, is the cost of all orders: no sale is lost between the two. #>
with by_product as (
    select sum(revenue) as revenue from << ref('fact_daily_performance_by_product') >>
),

by_order as (
    select sum(order_cost) as revenue from << ref('fact_orders') >>
)

select
    by_product.revenue as product_revenue,
    by_order.revenue as order_revenue
from by_product
cross join by_order
where abs(by_product.revenue - by_order.revenue) > 0.01
