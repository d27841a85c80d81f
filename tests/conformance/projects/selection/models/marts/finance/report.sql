select {{ helpers.cents('amount') }} as cents from {{ ref('ledger') }} join {{ ref('helped') }} on true
