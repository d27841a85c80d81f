select * from {{ source('erp', 'orders') }} where id is null
