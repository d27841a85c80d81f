{{ var('start') }} {{ env_var('NO_SUCH_VARIABLE') }}
