select {{ dbt_date.day_name("'2026-01-31'", language="nl") }} as day
