with views as (
    select
        view_date as performance_date,
        product_id,
        count(*) as page_views,
        count(distinct session_id) as sessions
    from << ref('fact_page_views') >>
    where page_kind = 'product'
    group by view_date, product_id
),

sales as (
    select
        orders.order_date as performance_date,
        items.product_id,
        count(*) as orders,
        sum(items.quantity) as units,
        -- At the list price: a promo belongs to the order, not to one of its products.
        sum(items.quantity * products.price) as revenue
    from << ref('stg_greenery_order_items') >> as items
    inner join << ref('fact_orders') >> as orders on items.order_id = orders.order_id
    inner join << ref('dim_products') >> as products on items.product_id = products.product_id
    group by orders.order_date, items.product_id
),

-- A product viewed before midnight and ordered after it has sales on a day without a view.
days as (
    select performance_date, product_id from views
    union
    select performance_date, product_id from sales
)

select
    days.performance_date,
    days.product_id,
    products.product_name,
    coalesce(views.page_views, 0) as page_views,
    coalesce(views.sessions, 0) as sessions,
    coalesce(sales.orders, 0) as orders,
    coalesce(sales.units, 0) as units,
    << rounded('coalesce(sales.revenue, 0)') >> as revenue,
    << rounded('sum(coalesce(sales.revenue, 0)) over (partition by days.product_id order by days.performance_date)') >>
        as revenue_to_date
from days
inner join << ref('dim_products') >> as products on days.product_id = products.product_id
left join views on days.performance_date = views.performance_date and days.product_id = views.product_id
left join sales on days.performance_date = sales.performance_date and days.product_id = sales.product_id
