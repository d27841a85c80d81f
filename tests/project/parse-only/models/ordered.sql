select {{ dbt.listagg("day", "','", "order by day") }} as days from {{ ref("days") }}
