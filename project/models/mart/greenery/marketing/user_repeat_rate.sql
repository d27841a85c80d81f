with facts as (
    select * from << ref('user_order_facts') >>
)

select
    count(*) as users,
    sum(is_buyer) as buyers,
    sum(is_repeat_buyer) as repeat_buyers,
    count(*) filter (where orders >= 3) as buyers_with_three_or_more,
    << share('sum(is_buyer)', 'count(*)') >> as buyer_rate,
    << share('sum(is_repeat_buyer)', 'sum(is_buyer)') >> as repeat_rate
from facts
