select {{ utils.m() }} from {{ ref('utils', 'u') }}
