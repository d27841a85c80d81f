select
    cast(count(*) as integer) as sessions,
    cast(sum(has_purchase) as integer) as sessions_with_purchase,
    << share('sum(has_purchase)', 'count(*)') >> as conversion_rate
from << ref('fct_user_sessions') >>
