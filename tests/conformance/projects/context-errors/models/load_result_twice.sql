{% if execute %}{% call statement('n', fetch_result=True) %}select 7 as n{% endcall %}{{ load_result('n').data }}{{ load_result('n').data }}{% endif %} select 1 as a
