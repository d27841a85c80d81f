{% if execute %}{{ tojson(fail_with, 'default') }}{% endif %} select 1 as a
