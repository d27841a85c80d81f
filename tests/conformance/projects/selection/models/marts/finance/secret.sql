{{ config(access='private') }}
select id from {{ ref('ledger') }}
