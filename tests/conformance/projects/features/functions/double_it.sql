{{ config(volatility='deterministic') }}
x * 2
