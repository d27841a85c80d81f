-- depends_on: << ref('website_activity') >>

with activity as (
    << latest_rows(source('raw_data', 'website_activity'), 'activity_id', 'visited_at') >>
)

select
    activity_id,
    customer_id,
    case when customer_id is null then 1 else 0 end as is_anonymous,
    page,
    visited_at,
    coalesce(seconds_on_page, 0) as seconds_on_page,
    device
from activity
