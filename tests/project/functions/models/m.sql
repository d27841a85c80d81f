select {{ function('double') }}(1) as a, {{ function('duoble') }}(2) as b
