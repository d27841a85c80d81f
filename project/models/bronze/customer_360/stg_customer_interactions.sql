-- depends_on: << ref('customer_interactions') >>

with interactions as (
    << latest_rows(source('raw_data', 'customer_interactions'), 'interaction_id', 'occurred_at') >>
)

select
    interaction_id,
    customer_id,
    lower(channel) as channel,
    interaction_type,
    occurred_at,
    satisfaction_score,
    coalesce(note, '') as note
from interactions
