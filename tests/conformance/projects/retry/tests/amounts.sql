select * from {{ ref('a') }} where {{ "amount > 2" if 'amounts' in env_var('BROKEN', '').split() else "amount > 99" }}
