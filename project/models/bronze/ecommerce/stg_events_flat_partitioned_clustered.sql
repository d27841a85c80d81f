<< config(
    materialized='table',
    partition_by={'field': 'event_date', 'data_type': 'date', 'granularity': 'day'},
    cluster_by=['user_id', 'event_type'],
    tags=['events']
) >>

with raw_events as (
    select
        event_id,
        received_at,
        payload
    from << ref('ecommerce_events') >>
    -- A connection that broke in the middle of an event leaves half a document.
    where << is_json('payload') >>
),

-- The tracker repeats an event when it hears no answer: the first delivery counts.
deliveries as (
    select
        *,
        row_number() over (partition by event_id order by received_at) as delivery
    from raw_events
),

flattened as (
    select
        event_id,
        received_at,
        << json_text('payload', ['ts']) >> as sent_at_text,
        << json_text('payload', ['event']) >> as event_type,
        coalesce(
            << json_text('payload', ['user', 'id']) >>,
            << json_text('payload', ['user', 'anonymous_id']) >>
        ) as user_id,
        case when << json_text('payload', ['user', 'id']) >> is null then 1 else 0 end as is_anonymous,
        << json_text('payload', ['session', 'id']) >> as session_id,
        << json_text('payload', ['session', 'referrer']) >> as referrer_url,
        << json_text('payload', ['page']) >> as page_path,
        << json_text('payload', ['product', 'id']) >> as product_id,
        << json_text('payload', ['product', 'name']) >> as product_name,
        << json_text('payload', ['product', 'category']) >> as product_category,
        cast(<< json_text('payload', ['product', 'price']) >> as << real_type() >>) as unit_price,
        cast(<< json_text('payload', ['quantity']) >> as integer) as quantity,
        << json_text('payload', ['order_id']) >> as order_id,
        << json_text('payload', ['device']) >> as device,
        << json_text('payload', ['country']) >> as country
    from deliveries
    where delivery = 1
)

select
    event_id,
    << utc_from_text('sent_at_text') >> as event_at,
    << date_of(utc_from_text('sent_at_text')) >> as event_date,
    << local_from_text('sent_at_text') >> as event_at_local,
    received_at,
    event_type,
    user_id,
    is_anonymous,
    session_id,
    referrer_url,
    page_path,
    product_id,
    product_name,
    product_category,
    unit_price,
    quantity,
    << rounded('unit_price * quantity') >> as line_amount,
    order_id,
    device,
    country
from flattened
