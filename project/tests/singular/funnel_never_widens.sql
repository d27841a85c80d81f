<# Nobody buys without a checkout, or checks out with a cart that he never filled. #>
select
    session_date,
    referrer_source
from << ref('mart_user_behavior_metrics') >>
where sessions_with_product_views > sessions
    or sessions_with_adds_to_cart > sessions_with_product_views
    or sessions_with_checkouts > sessions_with_adds_to_cart
    or sessions_with_purchases > sessions_with_checkouts
