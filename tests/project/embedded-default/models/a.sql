select '{{ target.name }}' as id
