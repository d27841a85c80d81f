with customers as (
    select * from << ref('stg_customers') >>
),

-- "Today" of the data: the same rows give the same result whenever they are read.
as_of as (
    select max(ordered_at) as latest_order_at
    from << ref('int_customer_orders') >>
),

orders as (
    select
        customer_id,
        count(*) as orders,
        sum(is_sale) as sales,
        sum(units) filter (where is_sale = 1) as units,
        sum(order_amount) filter (where is_sale = 1) as total_spend,
        sum(completed_payments) as completed_payments,
        sum(failed_payments) as failed_payments,
        sum(paid_amount) as paid_amount,
        sum(refunded_amount) as refunded_amount,
        min(ordered_at) as first_ordered_at,
        max(ordered_at) as last_ordered_at
    from << ref('int_customer_orders') >>
    group by customer_id
),

interactions as (
    select
        customer_id,
        count(*) as interactions,
        count(*) filter (where interaction_type = 'complaint') as complaints,
        avg(1.0 * satisfaction_score) as average_satisfaction,
        max(occurred_at) as last_interaction_at
    from << ref('stg_customer_interactions') >>
    group by customer_id
),

activity as (
    select
        customer_id,
        count(*) as page_views,
        count(distinct << date_of('visited_at') >>) as active_days,
        sum(seconds_on_page) as seconds_on_site,
        max(visited_at) as last_visited_at
    from << ref('stg_website_activity') >>
    where is_anonymous = 0
    group by customer_id
),

joined as (
    select
        customers.customer_id,
        customers.first_name || ' ' || customers.last_name as full_name,
        customers.email,
        customers.country_code,
        << month_of('customers.created_at') >> as signup_month,
        coalesce(orders.orders, 0) as orders,
        coalesce(orders.sales, 0) as sales,
        coalesce(orders.units, 0) as units,
        << rounded('coalesce(orders.total_spend, 0)') >> as total_spend,
        << share('orders.total_spend', 'orders.sales', digits=2) >> as average_order_value,
        coalesce(orders.completed_payments, 0) as completed_payments,
        coalesce(orders.failed_payments, 0) as failed_payments,
        << rounded('coalesce(orders.paid_amount, 0)') >> as paid_amount,
        << rounded('coalesce(orders.refunded_amount, 0)') >> as refunded_amount,
        orders.first_ordered_at,
        orders.last_ordered_at,
        << days_between('orders.last_ordered_at', 'as_of.latest_order_at') >> as days_since_last_order,
        coalesce(interactions.interactions, 0) as interactions,
        coalesce(interactions.complaints, 0) as complaints,
        << rounded('interactions.average_satisfaction') >> as average_satisfaction,
        interactions.last_interaction_at,
        coalesce(activity.page_views, 0) as page_views,
        coalesce(activity.active_days, 0) as active_days,
        coalesce(activity.seconds_on_site, 0) as seconds_on_site,
        activity.last_visited_at
    from customers
    cross join as_of
    left join orders on customers.customer_id = orders.customer_id
    left join interactions on customers.customer_id = interactions.customer_id
    left join activity on customers.customer_id = activity.customer_id
)

select
    *,
    case
        when sales = 0 then 'prospect'
        when days_since_last_order > 180 then 'lapsed'
        when sales >= 5 and total_spend >= 200 then 'loyal'
        when sales = 1 then 'one_time'
        else 'regular'
    end as segment
from joined
