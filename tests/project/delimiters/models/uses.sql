select '{{ m(1) }}' as id, '{{ left.n(2) }}' as t
