with journeys as (
    select
        *,
        seconds_to_first_purchase / 3600.0 as hours_to_first_purchase
    from << ref('int_customer_journey_data') >>
),

cohorts as (
    select
        cohort_week,
        count(*) as users,
        sum(has_purchased) as customers,
        << rounded('avg(1.0 * sessions_to_first_purchase)') >> as average_sessions_to_first_purchase
    from journeys
    group by cohort_week
),

median_sessions as (
    << median_by('journeys', 'sessions_to_first_purchase', ['cohort_week'], name='median_sessions_to_first_purchase') >>
),

median_hours as (
    << median_by('journeys', 'hours_to_first_purchase', ['cohort_week'], name='median_hours_to_first_purchase') >>
)

select
    cohorts.cohort_week,
    cohorts.users,
    cohorts.customers,
    << share('cohorts.customers', 'cohorts.users') >> as purchase_rate,
    median_sessions.median_sessions_to_first_purchase,
    cohorts.average_sessions_to_first_purchase,
    median_hours.median_hours_to_first_purchase
from cohorts
left join median_sessions on cohorts.cohort_week = median_sessions.cohort_week
left join median_hours on cohorts.cohort_week = median_hours.cohort_week
order by cohorts.cohort_week
