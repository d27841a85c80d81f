select '{{ env_var('SHOP_X') }}', '{{ env_var('DBT_ENV_SECRET_KEY', 'x') }}'
