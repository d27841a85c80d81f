<#-
    Keeps every price and stock level that a product ever had. `check` and not `timestamp`, because the shop's product table
    does not say when a row changed.
-#>
<% snapshot products_snapshot %>

<<
    config(
        unique_key='product_id',
        strategy='check',
        check_cols=['price', 'inventory'],
    )
>>

select
    product_id,
    product_name,
    price,
    inventory
from << ref('stg_products') >>

<% endsnapshot %>
