select {{ dbt_date.day_name("'2026-01-31'") }} as day
