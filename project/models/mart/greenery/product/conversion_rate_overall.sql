select
    count(*) as sessions,
    sum(has_purchase) as sessions_with_purchase,
    << share('sum(has_purchase)', 'count(*)') >> as conversion_rate
from << ref('fct_user_sessions') >>
